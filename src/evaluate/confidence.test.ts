/** Bootstrap intervals and calibration. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { calibrate } from './calibration.ts';
import { bootstrap } from './confidence.ts';
import { type Counts, scoresOf, sumCounts } from './scores.ts';

function sentences(count: number): Counts[] {
  const random = createRandom(3);
  return Array.from({ length: count }, () => {
    const gold = random.below(6);
    const correct = random.below(gold + 1);
    return { gold, correct, predicted: correct + random.below(3) };
  });
}

describe('bootstrap', () => {
  test('the same seed gives the same interval, another seed nearly the same', () => {
    const counts = sentences(200);
    const interval = bootstrap(counts, { seed: 5 });
    expect(bootstrap(counts, { seed: 5 })).toEqual(interval);
    const other = bootstrap(counts, { seed: 6 });
    expect(other).not.toEqual(interval);
    expect(Math.abs(other.f1[0] - interval.f1[0])).toBeLessThan(0.02);
    expect(interval).toMatchObject({ level: 0.95, resamples: 1000 });
  });

  test('encloses the score, and narrows with more sentences and a lower level', () => {
    const width = ([low, high]: readonly [number, number]): number => high - low;
    for (const count of [30, 300]) {
      const counts = sentences(count);
      const { f1 } = scoresOf(sumCounts(counts));
      const { f1: interval } = bootstrap(counts);
      expect(interval[0]).toBeLessThan(f1);
      expect(interval[1]).toBeGreaterThan(f1);
    }
    expect(width(bootstrap(sentences(300)).f1)).toBeLessThan(width(bootstrap(sentences(30)).f1));
    expect(width(bootstrap(sentences(30), { level: 0.5 }).f1)).toBeLessThan(
      width(bootstrap(sentences(30)).f1),
    );
  });

  test('sentences that are all alike leave no doubt; none give 0', () => {
    const alike = Array.from({ length: 20 }, () => ({ correct: 1, predicted: 2, gold: 1 }));
    expect(bootstrap(alike)).toMatchObject({ precision: [0.5, 0.5], recall: [1, 1] });
    expect(bootstrap([]).f1).toEqual([0, 0]);
  });
});

describe('calibration', () => {
  const gold = [[{ type: 'A', words: [0] }]];
  const right = (score: number) => ({ type: 'a', words: [0], score });
  const wrong = (score: number) => ({ type: 'A', words: [1], score });

  test('the mean distance of score and precision over tenths', () => {
    const { ece, bins } = calibrate(gold, [[right(0.92), wrong(0.98)]])!;
    expect(ece).toBeCloseTo(0.45, 12);
    expect(bins[9]).toMatchObject({ from: 0.9, to: 1, predicted: 2, precision: 0.5 });
    expect(bins[9]!.confidence).toBeCloseTo(0.95, 12);
    expect(bins).toHaveLength(10);
    expect(calibrate(gold, [[right(1), wrong(0)]])!.ece).toBe(0);
    expect(calibrate(gold, [[right(0.7), wrong(0.2)]])!.ece).toBeCloseTo((0.3 + 0.2) / 2, 12);
  });

  test('repeats count once with the higher score; without scores there is nothing to say', () => {
    expect(calibrate(gold, [[right(0.3), right(1)]])!.ece).toBe(0);
    expect(calibrate(gold, [[{ type: 'A', words: [0] }]])).toBeUndefined();
  });
});
