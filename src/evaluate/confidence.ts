/** How far a score may be off by chance: percentile bootstrap over sentences (Efron & Tibshirani 1993, §13.3). */
import { createRandom } from '../base/random.ts';
import { type Counts, scoresOf } from './scores.ts';

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number];

/** Confidence intervals of the strict micro scores. */
export interface ConfidenceInterval {
  /** For example 0.95. */
  readonly level: number;
  readonly resamples: number;
  readonly precision: Interval;
  readonly recall: Interval;
  readonly f1: Interval;
}

/** Settings of {@link bootstrap}. */
export interface BootstrapOptions {
  /** Default 1000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly level?: number;
  /** Default 1; the same seed gives the same interval. */
  readonly seed?: number;
}

/**
 * Draws as many sentences as there are, with replacement, again and again; the interval leaves out the same share of the
 * resampled scores at both ends. Sentences are taken as independent: for a few long documents it is somewhat too narrow.
 * @param sentences strict counts per sentence
 */
export function bootstrap(
  sentences: readonly Readonly<Counts>[],
  options: BootstrapOptions = {},
): ConfidenceInterval {
  const { resamples = 1000, level = 0.95, seed = 1 } = options;
  const count = sentences.length;
  const correct = Int32Array.from(sentences, (counts) => counts.correct);
  const predicted = Int32Array.from(sentences, (counts) => counts.predicted);
  const gold = Int32Array.from(sentences, (counts) => counts.gold);
  const random = createRandom(seed);
  const precisions = new Float64Array(resamples);
  const recalls = new Float64Array(resamples);
  const f1s = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    const sum = { correct: 0, predicted: 0, gold: 0 };
    for (let j = 0; j < count; j++) {
      const drawn = random.below(count);
      sum.correct += correct[drawn]!;
      sum.predicted += predicted[drawn]!;
      sum.gold += gold[drawn]!;
    }
    const scores = scoresOf(sum);
    precisions[i] = scores.precision;
    recalls[i] = scores.recall;
    f1s[i] = scores.f1;
  }
  const interval = (values: Float64Array): Interval => {
    values.sort();
    return [quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)];
  };
  return { level, resamples, precision: interval(precisions), recall: interval(recalls), f1: interval(f1s) };
}

/** The quantile of ascending values, between two of them by linear interpolation; 0 when there are none. */
function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return 0;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}
