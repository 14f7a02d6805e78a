/** The stretches of a sentence that may hold entities, by the gate's scores of its words. */
import type { WordWindow } from './windows.ts';

/** How stretches are cut. */
export interface SegmentSettings {
  /** Words whose score is above it may be in an entity. */
  readonly threshold: number;
  /** Words kept on either side of one that may be, for the convolutions to see. */
  readonly margin: number;
}

/** Measured on the guidelines dev set (docs/decisions/0012-two-passes.md). */
export const segmentShape = { margin: 3 } as const;

/** @param scores of the words of one sentence @returns stretches in order, none meeting another; none where no word is kept */
export function cutSegments(scores: ArrayLike<number>, { threshold, margin }: SegmentSettings): WordWindow[] {
  const segments: WordWindow[] = [];
  let [start, end] = [-1, -1]; // of the open stretch, half-open
  for (let word = 0; word < scores.length; word++) {
    if (!(scores[word]! > threshold)) continue;
    const from = Math.max(0, word - margin);
    if (start >= 0 && from > end) {
      segments.push({ wordStart: start, wordEnd: end });
      start = -1;
    }
    if (start < 0) start = from;
    end = Math.min(scores.length, word + margin + 1);
  }
  if (start >= 0) segments.push({ wordStart: start, wordEnd: end });
  return segments;
}
