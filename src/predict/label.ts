/** Training data from plain documents: what several models agree on (self-training with agreement, Yarowsky 1995 and after). */
import { createRandom } from '../base/random.ts';
import type { ScoredEntity } from '../data/types.ts';
import { segment } from '../text/segment.ts';
import { mergeAnswers } from './ensemble.ts';
import type { DocumentSource } from './pipeline.ts';
import { describeFailure, type FileFailure } from './summary.ts';
import type { Tagger } from './types.ts';

/** Settings of {@link labelDocuments}. */
export interface LabelOptions {
  /** Models with the same types. */
  readonly taggers: readonly Tagger[];
  /** Most sentences to label, drawn at random among all distinct ones; default 20,000. */
  readonly sentences?: number;
  /** Mean score from which an entity counts; default 0.25. */
  readonly minScore?: number;
  /** A sentence with an entity whose mean score lies from here up to `minScore` is left out; default 0.15. */
  readonly doubtFrom?: number;
  /** Largest share of sentences without any entity; default 0.2. */
  readonly emptyShare?: number;
  /** Fixes which sentences are drawn; default 1. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** @param part of the work done, from 0 to 1 */
  readonly onProgress?: (part: number, what: string) => void;
}

/** A labelled sentence in the training format. */
export interface LabelledSentence {
  readonly sentence: readonly string[];
  readonly ner: readonly { readonly type: string; readonly index: readonly number[] }[];
  readonly meta: { readonly source_file: string };
}

/** What came of it. */
export interface Labelled {
  readonly sentences: readonly LabelledSentence[];
  /** Distinct sentences of a usable length in the documents. */
  readonly distinct: number;
  /** Of those, the ones that were tagged. */
  readonly drawn: number;
  /** Left out because the models were in doubt. */
  readonly doubtful: number;
  /** Left out because enough others have no entity either. */
  readonly empty: number;
  readonly failures: readonly FileFailure[];
}

/** Shorter ones are titles and table cells without a verb, longer ones lists: neither teaches much. */
const [SHORTEST, LONGEST] = [4, 80];
const CHUNK = 1024;

interface Drawn {
  readonly words: readonly string[];
  readonly file: string;
}

/**
 * Reads documents, draws sentences, tags them with every model, and keeps what the models agree on.
 * @throws the signal's reason; a document that cannot be read is listed in `failures`
 */
export async function labelDocuments(
  sources: readonly DocumentSource[],
  options: LabelOptions,
): Promise<Labelled> {
  const { minScore = 0.25, doubtFrom = 0.15, emptyShare = 0.2 } = options;
  const { drawn, distinct, failures } = await drawSentences(sources, options);
  const labelled: LabelledSentence[] = [];
  const empties: LabelledSentence[] = [];
  let doubtful = 0;
  for (let start = 0; start < drawn.length; start += CHUNK) {
    const chunk = drawn.slice(start, start + CHUNK);
    const answers = await tagWithAll(chunk, options);
    for (const [i, { words, file }] of chunk.entries()) {
      const candidates = mergeAnswers(answers.map((answer) => answer[i]!));
      const sure = candidates.filter(({ score }) => score >= minScore);
      if (candidates.some(({ score }) => score >= doubtFrom && score < minScore)) {
        doubtful += 1;
        continue;
      }
      const ner = sure.map(({ type, words: index }) => ({ type, index }));
      (ner.length === 0 ? empties : labelled).push({ sentence: words, ner, meta: { source_file: file } });
    }
    options.onProgress?.(0.2 + (0.8 * Math.min(drawn.length, start + CHUNK)) / drawn.length, 'labelling');
  }
  const room = Math.floor((labelled.length * emptyShare) / (1 - emptyShare));
  const kept = empties.slice(0, room);
  const sentences = createRandom(options.seed ?? 1).shuffle([...labelled, ...kept]);
  const empty = empties.length - kept.length;
  return { sentences, distinct, drawn: drawn.length, doubtful, empty, failures };
}

async function tagWithAll(
  chunk: readonly Drawn[],
  { taggers, signal }: LabelOptions,
): Promise<ScoredEntity[][][]> {
  const answers: ScoredEntity[][][] = [];
  for (const tagger of taggers) {
    signal?.throwIfAborted();
    answers.push(await tagger.tag(chunk.map(({ words }) => words)));
  }
  return answers;
}

/** A uniform sample of the distinct sentences (reservoir sampling, Vitter 1985), so that memory is bounded by its size. */
async function drawSentences(
  sources: readonly DocumentSource[],
  { sentences: size = 20_000, seed = 1, signal, onProgress }: LabelOptions,
): Promise<{ drawn: Drawn[]; distinct: number; failures: FileFailure[] }> {
  const random = createRandom(seed);
  const seen = new Set<string>();
  const drawn: Drawn[] = [];
  const failures: FileFailure[] = [];
  for (const [n, source] of sources.entries()) {
    signal?.throwIfAborted();
    try {
      const document = await source.read();
      for (const sentence of segment(document)) {
        const words = sentence.words.map(({ text }) => text);
        const key = words.join(' ');
        if (words.length < SHORTEST || words.length > LONGEST || seen.has(key)) continue;
        seen.add(key);
        const place = seen.size <= size ? drawn.length : random.below(seen.size);
        if (place < size) drawn[place] = { words, file: document.name };
      }
    } catch (error) {
      failures.push(describeFailure(source.path, error));
    }
    onProgress?.((0.2 * (n + 1)) / sources.length, 'reading');
  }
  return { drawn, distinct: seen.size, failures };
}
