/** How a model's entity scores are read as probabilities: a line through their logits, so that their order stays. */

/** `sigmoid(slope · logit(score) + intercept)`; slope 1 and intercept 0 leave scores as they are. */
export interface ScoreScale {
  readonly slope: number;
  readonly intercept: number;
}

/** Scores are kept this far from 0 and 1. */
const EDGE = 1e-6;

export function logit(score: number): number {
  const inside = Math.min(1 - EDGE, Math.max(EDGE, score));
  return Math.log(inside / (1 - inside));
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The score as a probability. */
export function scaleScore(score: number, { slope, intercept }: ScoreScale): number {
  return slope === 1 && intercept === 0 ? score : sigmoid(slope * logit(score) + intercept);
}
