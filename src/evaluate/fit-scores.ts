/** Fits how entity scores are to be read as probabilities: logistic calibration (Platt 1999) of a score's logit. */
import type { EntityMention, ScoredEntity } from '../data/types.ts';
import { logit, type ScoreScale, sigmoid } from '../decode/score-scale.ts';
import { checkLengths, mentionKey } from './scores.ts';

/** Predictions below which nothing is fitted: a few would fit anything. */
const FEWEST = 50;
const STEPS = 100;
/** A smaller slope, or a falling one, would say that a higher score means nothing, or less. */
const LEAST_SLOPE = 0.05;
/** Weight of the slope's square distance from 1. */
const RIDGE = 1e-3;

/** log(1 + eˣ) without overflow. */
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));

/**
 * The slope and intercept under which scores are most likely, given which predictions are strictly right.
 * @param predicted with the scores as the model gives them
 * @returns `undefined` when there are too few predictions, or all of them are right or all wrong
 */
export function fitScores(
  gold: readonly (readonly EntityMention[])[],
  predicted: readonly (readonly ScoredEntity[])[],
): ScoreScale | undefined {
  checkLengths(gold, predicted);
  const points = predicted.flatMap((entities, i) => {
    const right = new Set(gold[i]!.map(mentionKey));
    return entities.map((entity) => ({ x: logit(entity.score), y: right.has(mentionKey(entity)) ? 1 : 0 }));
  });
  const correct = points.reduce((sum, { y }) => sum + y, 0);
  if (points.length < FEWEST || correct === 0 || correct === points.length) return undefined;
  const lossOf = (a: number, b: number): number =>
    points.reduce(
      (sum, { x, y }) => sum + softplus((y === 1 ? -1 : 1) * (a * x + b)),
      (RIDGE / 2) * (a - 1) ** 2,
    );
  let [slope, intercept] = [1, 0];
  // Newton's method; the small ridge keeps it finite when right and wrong are separable.
  for (let step = 0; step < STEPS; step++) {
    let [gSlope, gIntercept, hSlope, hMixed, hIntercept] = [RIDGE * (slope - 1), 0, RIDGE, 0, 1e-9];
    for (const { x, y } of points) {
      const p = sigmoid(slope * x + intercept);
      const weight = p * (1 - p);
      gSlope += (p - y) * x;
      gIntercept += p - y;
      hSlope += weight * x * x;
      hMixed += weight * x;
      hIntercept += weight;
    }
    const determinant = hSlope * hIntercept - hMixed * hMixed;
    const dSlope = (hIntercept * gSlope - hMixed * gIntercept) / determinant;
    const dIntercept = (hSlope * gIntercept - hMixed * gSlope) / determinant;
    // Far from the solution a whole step can lead away from it: it is halved until it does not.
    const before = lossOf(slope, intercept);
    let share = 1;
    while (share > 1e-10 && !(lossOf(slope - share * dSlope, intercept - share * dIntercept) <= before))
      share /= 2;
    slope -= share * dSlope;
    intercept -= share * dIntercept;
    if (share * (Math.abs(dSlope) + Math.abs(dIntercept)) < 1e-9) break;
  }
  if (slope >= LEAST_SLOPE) return { slope, intercept };
  // Scores that say little or the opposite: their order stays, and all come close to the share that is right.
  const share = correct / points.length;
  const middle = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  return { slope: LEAST_SLOPE, intercept: logit(share) - LEAST_SLOPE * middle };
}
