/** Whether scores mean what they say: expected calibration error of entity scores (Naeini et al. 2015). */
import type { EntityMention, ScoredEntity } from '../data/types.ts';
import { checkLengths, mentionKey } from './scores.ts';

/** Predictions whose scores lie in one tenth of [0, 1]. */
export interface CalibrationBin {
  /** Scores from `from` up to but not including `to`; the last bin includes 1. */
  readonly from: number;
  readonly to: number;
  readonly predicted: number;
  /** Mean score; 0 when the bin is empty. */
  readonly confidence: number;
  /** Share of strictly right predictions; 0 when the bin is empty. */
  readonly precision: number;
}

/** Calibration of entity scores. */
export interface Calibration {
  /** Mean distance between score and precision, bins weighted by their predictions; 0 is perfect. */
  readonly ece: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * Calibration over predictions that have a score; an entity predicted twice counts once, with its higher score.
 * @returns `undefined` when no prediction has a score
 */
export function calibrate(
  gold: readonly (readonly EntityMention[])[],
  predicted: readonly (readonly (EntityMention | ScoredEntity)[])[],
  binCount = 10,
): Calibration | undefined {
  checkLengths(gold, predicted);
  const sums = Array.from({ length: binCount }, () => ({ predicted: 0, correct: 0, score: 0 }));
  let total = 0;
  gold.forEach((annotated, i) => {
    const right = new Set(annotated.map(mentionKey));
    for (const [key, score] of bestScores(predicted[i]!)) {
      const bin = sums[Math.max(0, Math.min(binCount - 1, Math.floor(score * binCount)))]!;
      bin.predicted++;
      bin.score += score;
      if (right.has(key)) bin.correct++;
      total++;
    }
  });
  if (total === 0) return undefined;
  let ece = 0;
  const bins = sums.map((bin, i): CalibrationBin => {
    ece += Math.abs(bin.score - bin.correct) / total;
    const share = (part: number): number => (bin.predicted === 0 ? 0 : part / bin.predicted);
    return {
      from: i / binCount,
      to: (i + 1) / binCount,
      predicted: bin.predicted,
      confidence: share(bin.score),
      precision: share(bin.correct),
    };
  });
  return { ece, bins };
}

function bestScores(entities: readonly (EntityMention | ScoredEntity)[]): Map<string, number> {
  const best = new Map<string, number>();
  for (const entity of entities) {
    if (!('score' in entity)) continue;
    const key = mentionKey(entity);
    best.set(key, Math.max(entity.score, best.get(key) ?? 0));
  }
  return best;
}
