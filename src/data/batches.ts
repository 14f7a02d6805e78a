/** Sentences as the tensors that a W2NER graph is fed, and how they are put into batches. */
import type { Random } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import { distanceBuckets } from '../model/grid.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { type SpellingSettings, type WordFeatures, wordFeatures } from '../text/spelling.ts';
import type { GridDifference } from './relation-grid.ts';

/** A sentence with its relation grid (absent when predicting). */
export interface BatchItem {
  readonly words: readonly string[];
  /** u8[L, L] label ids. */
  readonly grid?: Uint8Array;
  /** i32[2·N] cells and labels, where a cell may have several ({@link listRelations}). */
  readonly relations?: Int32Array;
  /** Where labels are not certain: how their probabilities differ from the grid. */
  readonly difference?: GridDifference;
  /** Pieces that its encoder splits it into, where it does. */
  readonly pieces?: number;
}

/**
 * The grid's inputs.
 * @param padded whether to feed `word_mask`, 1 at words
 */
export function gridFeeds(
  sentences: readonly (readonly string[])[],
  padded: boolean,
): Record<string, TensorData> {
  const length = Math.max(...sentences.map((words) => words.length));
  const distance = distanceTensor(length);
  if (!padded) return { distance };
  const mask = new Float32Array(sentences.length * length);
  for (const [b, words] of sentences.entries()) mask.fill(1, b * length, b * length + words.length);
  return { distance, word_mask: { dtype: 'float32', shape: [sentences.length, length], data: mask } };
}

/** Turns words into table rows, remembering the words already met. */
export class FeatureCache {
  readonly #features = new Map<string, WordFeatures>();
  readonly #settings: SpellingSettings;
  /** Words remembered; some 20 MB, and 1 kB for each that has a meaning. */
  static readonly limit = 50_000;

  constructor(settings: SpellingSettings) {
    this.#settings = settings;
  }

  featuresOf(word: string): WordFeatures {
    let features = this.#features.get(word);
    if (features === undefined) {
      features = wordFeatures(word, this.#settings);
      if (this.#features.size >= FeatureCache.limit) this.#features.clear();
      this.#features.set(word, features);
    }
    return features;
  }
}

const distanceCache = new Map<number, TensorData>();

/** The grid's input `distance` for sentences of one length. */
export function distanceTensor(length: number): TensorData {
  let tensor = distanceCache.get(length);
  if (tensor === undefined) {
    tensor = { dtype: 'int32', shape: [length * length], data: distanceBuckets(length) };
    distanceCache.set(length, tensor);
  }
  return tensor;
}

/** Hides features of words while training. */
export interface FeatureDropout {
  /** Of the feature that is the whole word. */
  readonly word: number;
  /** Of each other feature of its spelling. */
  readonly ngram: number;
  /** Of all that a glossary knows of a word. */
  readonly glossary: number;
  readonly random: Random;
}

/**
 * The encoder's and the grid's inputs.
 * @param padded whether to feed `word_mask`; without it all sentences must have one length
 */
export function batchFeeds(
  items: readonly BatchItem[],
  cache: FeatureCache,
  padded: boolean,
  dropout?: FeatureDropout,
): Record<string, TensorData> {
  const length = Math.max(...items.map((item) => item.words.length));
  const index = new Int32Array(items.length * length);
  const numberOf = new Map<string, number>();
  const distinct: WordFeatures[] = [padding];
  for (const [b, { words }] of items.entries()) {
    for (const [i, word] of words.entries()) {
      let number = numberOf.get(word);
      if (number === undefined) {
        number = distinct.length;
        numberOf.set(word, number);
        distinct.push(cache.featuresOf(word));
      }
      index[b * length + i] = number;
    }
  }
  const shape = [items.length, length];
  return {
    ...featureTensors(distinct, dropout),
    word_index: { dtype: 'int32', shape, data: index },
    ...gridFeeds(
      items.map(({ words }) => words),
      padded,
    ),
  };
}

const padding: WordFeatures = {
  spelling: new Int32Array(0),
  meaning: new Int32Array(0),
  types: new Int32Array(0),
};

/** Features in a part of a word: nearly as many as most words have, so that little is padding. */
const PART_SIZE = 32;

/**
 * The features of words with their weights, in parts: those of a spelling weigh one together (as a sum of so many rows of one
 * size), so do those of a meaning, and each type.
 */
function featureTensors(
  distinct: readonly WordFeatures[],
  dropout?: FeatureDropout,
): Record<string, TensorData> {
  const counts = distinct.map(
    ({ spelling, meaning, types }) => spelling.length + meaning.length + types.length,
  );
  const partCounts = counts.map((count) => Math.ceil(count / PART_SIZE));
  const width = Math.min(PART_SIZE, Math.max(1, ...counts));
  const height = 1 + partCounts.reduce((sum, count) => sum + count, 0);
  const most = Math.max(1, ...partCounts);
  const features = new Int32Array(height * width);
  const weights = new Float32Array(height * width);
  const parts = new Int32Array(distinct.length * most);
  const hidden = (rate: number): boolean => dropout!.random.uniform() < rate;
  let part = 1;
  for (const [u, { spelling, meaning, types }] of distinct.entries()) {
    for (let p = 0; p < partCounts[u]!; p++) parts[u * most + p] = part + p;
    let at = part * width;
    part += partCounts[u]!;
    const weight = 1 / Math.sqrt(Math.max(1, spelling.length));
    for (let f = 0; f < spelling.length; f++, at++) {
      features[at] = spelling[f]!;
      const kept = dropout === undefined || !hidden(f === 0 ? dropout.word : dropout.ngram);
      weights[at] = kept ? weight : 0;
    }
    if (meaning.length + types.length === 0) continue;
    const known = dropout === undefined || !hidden(dropout.glossary);
    features.set(meaning, at);
    features.set(types, at + meaning.length);
    if (!known) continue;
    weights.fill(1 / Math.sqrt(meaning.length), at, at + meaning.length);
    weights.fill(1, at + meaning.length, at + meaning.length + types.length);
  }
  const shape = [height, width];
  return {
    features: { dtype: 'int32', shape, data: features },
    feature_weight: { dtype: 'float32', shape, data: weights },
    word_parts: { dtype: 'int32', shape: [distinct.length, most], data: parts },
  };
}

/** The loss's input: label ids, -100 where either word is padding. @returns i32[B, L, L] */
export function labelFeed(items: readonly BatchItem[]): TensorData {
  const length = Math.max(...items.map((item) => item.words.length));
  const labels = new Int32Array(items.length * length * length).fill(-100);
  for (const [b, { words, grid }] of items.entries()) {
    if (grid === undefined) throw new Error('a sentence without a grid has no labels');
    const own = words.length;
    for (let row = 0; row < own; row++) {
      labels.set(grid.subarray(row * own, (row + 1) * own), (b * length + row) * length);
    }
  }
  return { dtype: 'int32', shape: [items.length, length, length], data: labels };
}

/**
 * The inputs of the loss of independent labels: `labels` i32[B, L, L], 0 at word pairs and -100 at padding, and
 * `relations` f32[B, K, L, L], 1 at the labels of each pair.
 * @param size K
 */
export function relationFeeds(items: readonly BatchItem[], size: number): Record<string, TensorData> {
  const length = Math.max(...items.map((item) => item.words.length));
  const cells = length * length;
  const hot = new Float32Array(items.length * size * cells);
  for (const [b, { words, relations }] of items.entries()) {
    if (relations === undefined) throw new Error('a sentence without relations has no labels');
    for (let n = 0; n < relations.length; n += 2) {
      const [cell, label] = [relations[n]!, relations[n + 1]!];
      const [row, column] = [Math.floor(cell / words.length), cell % words.length];
      hot[(b * size + label) * cells + row * length + column] = 1;
    }
  }
  const blank = items.map(({ words }) => ({ words, grid: new Uint8Array(words.length ** 2) }));
  return {
    labels: labelFeed(blank),
    relations: { dtype: 'float32', shape: [items.length, size, length, length], data: hot },
  };
}

/**
 * The loss's input `difference`: how uncertain labels differ from the grid, over the number of word pairs of the batch.
 * @param size K
 * @returns f32[B, K, L, L]
 */
export function differenceFeed(items: readonly BatchItem[], size: number): TensorData {
  const length = Math.max(...items.map((item) => item.words.length));
  const cells = length * length;
  const pairs = items.reduce((sum, { words }) => sum + words.length ** 2, 0);
  const data = new Float32Array(items.length * size * cells);
  for (const [b, { words, difference }] of items.entries()) {
    if (difference === undefined) continue;
    for (const [n, place] of difference.places.entries()) {
      const [cell, label] = [Math.floor(place / size), place % size];
      const [row, column] = [Math.floor(cell / words.length), cell % words.length];
      data[(b * size + label) * cells + row * length + column] = difference.values[n]! / pairs;
    }
  }
  return { dtype: 'float32', shape: [items.length, size, length, length], data };
}

/** What the loss of a model is fed. */
export interface LossOptions {
  readonly scores: Config['relation_scores'];
  /** K */
  readonly size: number;
  /** Whether some sentences have labels that are not certain. */
  readonly soft: boolean;
}

/** The inputs of the loss, however relations are scored. */
export function lossFeeds(
  items: readonly BatchItem[],
  { scores, size, soft }: LossOptions,
): Record<string, TensorData> {
  if (scores === 'independent') return relationFeeds(items, size);
  return { labels: labelFeed(items), ...(soft ? { difference: differenceFeed(items, size) } : {}) };
}

/** Bounds of a batch. */
export interface BatchLimits {
  readonly sentences: number;
  /** Of B·L². */
  readonly cells: number;
  /** Of the pieces of a batch, padding included; default: none. */
  readonly pieces?: number;
}

/** What makes a sentence costly: its pieces where there are such, its words otherwise. */
const costOf = (item: BatchItem): number => item.pieces ?? item.words.length;

/**
 * Batches of sentences of similar length in random order: shuffled, sorted by length within stretches of fifty batches,
 * cut, and the batches shuffled again.
 */
export function bucketBatches<T extends BatchItem>(
  items: readonly T[],
  limits: BatchLimits,
  random: Random,
): T[][] {
  const shuffled = random.shuffle([...items]);
  const stretch = limits.sentences * 50;
  const batches: T[][] = [];
  for (let start = 0; start < shuffled.length; start += stretch) {
    const sorted = shuffled.slice(start, start + stretch).sort((a, b) => costOf(a) - costOf(b));
    batches.push(...cutBatches(sorted, limits));
  }
  return random.shuffle(batches);
}

/** Cuts sentences in the order given; a batch ends when it is full, or one more would pass a limit. */
export function cutBatches<T extends BatchItem>(items: readonly T[], limits: BatchLimits): T[][] {
  const { cells, pieces = Number.POSITIVE_INFINITY } = limits;
  const batches: T[][] = [];
  let batch: T[] = [];
  let [longest, widest] = [0, 0];
  for (const item of items) {
    const length = Math.max(longest, item.words.length);
    const width = Math.max(widest, item.pieces ?? 0);
    const size = batch.length + 1;
    const full = size > limits.sentences || size * length * length > cells || size * width > pieces;
    if (batch.length > 0 && full) {
      batches.push(batch);
      batch = [];
      [longest, widest] = [0, 0];
    }
    batch.push(item);
    longest = Math.max(longest, item.words.length);
    widest = Math.max(widest, item.pieces ?? 0);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
