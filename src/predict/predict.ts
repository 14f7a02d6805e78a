/** Entities for sentences that are already split into words. */
import { groups, letSignalsIn } from './batches.ts';
import { entityText, roundScore } from './record.ts';
import { createSentenceCache, tagCached } from './sentence-cache.ts';
import type { Tagger } from './types.ts';

/** One sentence and its entities, as `predict` writes them. */
export interface PredictRecord {
  readonly sentence: readonly string[];
  readonly entities: readonly {
    readonly type: string;
    /** Ascending word indices. */
    readonly index: readonly number[];
    /** Its words, joined by spaces. */
    readonly text: string;
    /** Confidence in [0, 1], four decimals. */
    readonly score: number;
  }[];
}

/** Settings of {@link predict}. */
export interface PredictOptions {
  readonly tagger: Tagger;
  /** Types to keep, spelled as the model does; all when absent. */
  readonly types?: readonly string[];
  /** Least confidence to keep, in [0, 1]. */
  readonly minScore?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of sentences done. */
  readonly onProgress?: (sentences: number) => void;
  /** Sentences per call of the tagger. */
  readonly batchSize?: number;
}

/**
 * Tags sentences, one record for each, in the order given.
 * @param sentences words of each sentence
 */
export async function* predict(
  sentences: Iterable<readonly string[]>,
  options: PredictOptions,
): AsyncGenerator<PredictRecord, void, undefined> {
  const types = options.types === undefined ? undefined : new Set(options.types);
  const minScore = options.minScore ?? 0;
  const cache = createSentenceCache();
  let done = 0;
  for (const batch of groups(sentences, options.batchSize ?? 1024)) {
    options.signal?.throwIfAborted();
    const { entities } = await tagCached(batch, (fresh) => options.tagger.tag(fresh), cache);
    for (const [i, sentence] of batch.entries()) {
      const kept = entities[i]!.filter(({ score, type }) => score >= minScore && (types?.has(type) ?? true));
      yield {
        sentence,
        entities: kept.map(({ type, words, score }) => ({
          type,
          index: words,
          text: entityText(sentence, words),
          score: roundScore(score),
        })),
      };
    }
    done += batch.length;
    options.onProgress?.(done);
    await letSignalsIn();
  }
}
