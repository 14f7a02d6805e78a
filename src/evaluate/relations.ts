/** Relation-level scores: the cells of the grid, before they are read as entities (Li et al. 2022, §3.1). */
import { LABEL_FIRST_TYPE, LABEL_NNW } from '../data/labels.ts';
import { type Counts, emptyCounts, type Scores, scoresOf } from './scores.ts';

/** Cells counted so far. */
export interface RelationCounts {
  /** Next-neighbouring-word cells, upper triangle. */
  readonly nnw: Counts;
  /** Tail-head-word cells, lower triangle with the diagonal; right when the type is. */
  readonly thw: Counts;
}

/** Precision, recall and F1 of both relations. */
export interface RelationScores {
  readonly nnw: Scores;
  readonly thw: Scores;
  /** `grid`: the model's own cells. `entities`: cells that the predicted entities imply; links that lead nowhere are not in it. */
  readonly source: 'grid' | 'entities';
}

/** Nothing counted yet. */
export function emptyRelationCounts(): RelationCounts {
  return { nnw: emptyCounts(), thw: emptyCounts() };
}

/**
 * Adds one sentence's cells. Only the triangle that decoding reads is counted.
 * @param gold      u8[L, L] row-major
 * @param predicted [L, stride] row-major label ids
 * @param length    words in the sentence, `L`
 */
export function addRelationCounts(
  counts: RelationCounts,
  gold: Uint8Array,
  predicted: Uint8Array | Int32Array,
  length: number,
  stride: number = length,
): void {
  for (let row = 0; row < length; row++) {
    for (let column = 0; column < length; column++) {
      const right = gold[row * length + column]!;
      const found = predicted[row * stride + column]!;
      if (right === 0 && found === 0) continue;
      const upper = column > row;
      const sums = upper ? counts.nnw : counts.thw;
      const isRight = upper ? right === LABEL_NNW : right >= LABEL_FIRST_TYPE;
      const isFound = upper ? found === LABEL_NNW : found >= LABEL_FIRST_TYPE;
      if (isRight) sums.gold++;
      if (isFound) sums.predicted++;
      if (isRight && isFound && right === found) sums.correct++;
    }
  }
}

/** Scores of counted cells. */
export function relationScores(counts: RelationCounts, source: RelationScores['source']): RelationScores {
  return { nnw: scoresOf(counts.nnw), thw: scoresOf(counts.thw), source };
}
