/**
 * Training data from plain documents: what several models hold likely together. A model that learns their probabilities, not
 * only their answers, comes close to what they know together (distillation, Hinton et al. 2015, https://arxiv.org/abs/1503.02531).
 */
import { createRandom } from '../base/random.ts';
import { LABEL_NNW, LABEL_NONE, type LabelSet, LINK } from '../data/labels.ts';
import type { LabelChance } from '../data/types.ts';
import { segment } from '../text/segment.ts';
import { type Committee, type PairProbabilities, readPairs } from './committee.ts';
import type { DocumentSource } from './pipeline.ts';
import { describeFailure, type FileFailure } from './summary.ts';

/** Settings of {@link labelDocuments}. */
export interface LabelOptions {
  readonly committee: Committee;
  /** Most sentences to label, drawn at random among all distinct ones; default 20,000. */
  readonly sentences?: number;
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
  /** What the likeliest labels read as. */
  readonly ner: readonly { readonly type: string; readonly index: readonly number[] }[];
  readonly cells: readonly LabelChance[];
  readonly source_file: string;
}

/** What came of it. */
export interface Labelled {
  readonly sentences: readonly LabelledSentence[];
  /** Distinct sentences of a usable length in the documents. */
  readonly distinct: number;
  /** Of those, the ones that were labelled. */
  readonly drawn: number;
  /** Left out because enough others have no entity either. */
  readonly empty: number;
  readonly failures: readonly FileFailure[];
}

/** Shorter ones are titles and table cells without a verb, longer ones lists: neither teaches much. */
const [SHORTEST, LONGEST] = [4, 80];
const CHUNK = 512;
/** Less likely labels are left out: nearly every pair has some. */
const SMALLEST_CHANCE = 0.01;

interface Drawn {
  readonly words: readonly string[];
  readonly file: string;
}

/**
 * Reads documents, draws sentences, and labels them.
 * @throws the signal's reason; a document that cannot be read is listed in `failures`
 */
export async function labelDocuments(
  sources: readonly DocumentSource[],
  options: LabelOptions,
): Promise<Labelled> {
  const { committee, emptyShare = 0.2 } = options;
  const { drawn, distinct, failures } = await drawSentences(sources, options);
  const labelled: LabelledSentence[] = [];
  const empties: LabelledSentence[] = [];
  for (let start = 0; start < drawn.length; start += CHUNK) {
    options.signal?.throwIfAborted();
    const chunk = drawn.slice(start, start + CHUNK);
    const answers = await committee.probabilities(chunk.map(({ words }) => words));
    for (const [i, { words, file }] of chunk.entries()) {
      const found = readPairs(answers[i]!, words.length, committee.labels, committee.readings);
      const ner = found.map(({ type, words: index }) => ({ type, index }));
      const cells = likelyLabels(answers[i]!, words.length, committee.labels);
      (ner.length === 0 ? empties : labelled).push({ sentence: words, ner, cells, source_file: file });
    }
    options.onProgress?.(0.2 + (0.8 * Math.min(drawn.length, start + CHUNK)) / drawn.length, 'labelling');
  }
  const room = emptyShare === 1 ? empties.length : (labelled.length * emptyShare) / (1 - emptyShare);
  const kept = empties.slice(0, Math.floor(room));
  const sentences = createRandom(options.seed ?? 1).shuffle([...labelled, ...kept]);
  return { sentences, distinct, drawn: drawn.length, empty: empties.length - kept.length, failures };
}

/** All labels but "no relation" that are not quite unlikely, to three places. */
function likelyLabels(probabilities: PairProbabilities, length: number, labels: LabelSet): LabelChance[] {
  const found: LabelChance[] = [];
  for (let pair = 0; pair < length * length; pair++) {
    for (let label = LABEL_NONE + 1; label < labels.size; label++) {
      const chance = probabilities[pair * labels.size + label]!;
      if (chance < SMALLEST_CHANCE) continue;
      const name = label === LABEL_NNW ? LINK : labels.typeOf(label);
      found.push([Math.floor(pair / length), pair % length, name, Math.round(chance * 1000) / 1000]);
    }
  }
  return found;
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
