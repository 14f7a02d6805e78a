/** Calibration of scores: what is fitted is what the scores were distorted by. */
import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { logit, scaleScore, sigmoid } from '../decode/score-scale.ts';
import { calibrate } from './calibration.ts';
import { fitScores } from './fit-scores.ts';

const random = createRandom(3);

/** Predictions that are right with probability `truth(score)`. */
function draw(count: number, truth: (score: number) => number) {
  const gold = [];
  const predicted = [];
  for (let k = 0; k < count; k++) {
    const score = random.uniform();
    const entity = { type: 'A', words: [0] };
    gold.push(random.uniform() < truth(score) ? [entity] : []);
    predicted.push([{ ...entity, score }]);
  }
  return { gold, predicted };
}

test('slope and intercept of distorted scores are found, and scores then mean what they say', () => {
  const truth = (score: number): number => sigmoid(0.5 * logit(score) + 1);
  const { gold, predicted } = draw(20_000, truth);
  const scale = fitScores(gold, predicted)!;
  expect(scale.slope).toBeCloseTo(0.5, 1);
  expect(scale.intercept).toBeCloseTo(1, 1);
  const before = calibrate(gold, predicted)!.ece;
  const scaled = predicted.map((list) => list.map((e) => ({ ...e, score: scaleScore(e.score, scale) })));
  expect(before).toBeGreaterThan(0.15);
  expect(calibrate(gold, scaled)!.ece).toBeLessThan(0.02);
});

test('over-confident scores, all of them high, are brought down', () => {
  const gold = [];
  const predicted = [];
  for (let k = 0; k < 4000; k++) {
    const score = 0.8 + 0.2 * random.uniform();
    const entity = { type: 'A', words: [0] };
    gold.push(random.uniform() < score - 0.3 ? [entity] : []);
    predicted.push([{ ...entity, score }]);
  }
  const scale = fitScores(gold, predicted)!;
  const scaled = predicted.map((list) => list.map((e) => ({ ...e, score: scaleScore(e.score, scale) })));
  expect(calibrate(gold, predicted)!.ece).toBeGreaterThan(0.25);
  expect(calibrate(gold, scaled)!.ece).toBeLessThan(0.05);
});

test('the order of scores stays, and no scale leaves them alone', () => {
  const scale = { slope: 2, intercept: -1 };
  const scores = [0, 0.2, 0.5, 0.9, 1].map((score) => scaleScore(score, scale));
  expect([...scores].sort((a, b) => a - b)).toEqual(scores);
  expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  expect(scaleScore(0.123, { slope: 1, intercept: 0 })).toBe(0.123);
});

test('scores that say the opposite keep their order, near the share that is right', () => {
  const { gold, predicted } = draw(5000, (score) => 0.9 - 0.4 * score);
  const scale = fitScores(gold, predicted)!;
  expect(scale.slope).toBeGreaterThan(0);
  for (const score of [0.1, 0.5, 0.9]) expect(Math.abs(scaleScore(score, scale) - 0.7)).toBeLessThan(0.05);
});

test.each([
  ['too few predictions', 20, (score: number) => score],
  ['only right ones', 200, () => 1],
  ['only wrong ones', 200, () => 0],
])('%s: nothing is fitted', (_, count, truth) => {
  const { gold, predicted } = draw(count, truth);
  expect(fitScores(gold, predicted)).toBeUndefined();
});
