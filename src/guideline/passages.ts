/** Cuts the body of a guideline into passages: titles, texts, comments, grades. */
import type { CharSpan } from '../document/types.ts';
import { findGrades, type Grade } from './grade.ts';
import type { PlacedBlock } from './outline.ts';
import { commentLabel } from './thesis-rules.ts';

/** A stretch of one block. */
export interface Passage {
  readonly kind: 'title' | 'text' | 'comment' | 'grade';
  readonly placed: PlacedBlock;
  /** Half-open range in the block's text; a comment's label is not part of it. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Of a grade. */
  readonly grade?: Grade;
}

/** Citations behind a grade: they belong to its thesis. */
const citedBehind = /^\s*\[[\d\s,;.–—-]+\]\s*\.?/;
/** The rest of a sentence that has its grade inside. */
const sentenceRest = /^[,;]?\s*\p{Ll}[^.]*(?:\.(?!\s*\p{Lu})[^.]*)*\.?/u;

/** The passages of placed blocks, in order; blank ones are left out. */
export function cutPassages(blocks: readonly PlacedBlock[]): Passage[] {
  return blocks.flatMap((placed) => (placed.isHeading ? [titleOf(placed)] : cutBlock(placed)));
}

const titleOf = (placed: PlacedBlock): Passage => {
  const { text } = placed.block;
  return { kind: 'title', placed, start: 0, end: text.length, text };
};

function cutBlock(placed: PlacedBlock): Passage[] {
  const { text } = placed.block;
  const passages: Passage[] = [];
  const add = (kind: Passage['kind'], from: number, to: number, grade?: Grade): void => {
    const raw = text.slice(from, to);
    const start = from + raw.length - raw.trimStart().length;
    const end = Math.max(start, from + raw.trimEnd().length);
    if (kind !== 'comment' && !/[\p{L}\d]/u.test(text.slice(start, end))) return;
    passages.push({
      kind,
      placed,
      start,
      end,
      text: text.slice(start, end),
      ...(grade === undefined ? {} : { grade }),
    });
  };
  const addText = (from: number, to: number): void => {
    const label = commentLabel.exec(text.slice(from, to));
    if (label === null) {
      add('text', from, to);
      return;
    }
    add('text', from, from + label.index);
    add('comment', from + label.index + label[0].length, to);
  };
  let at = 0;
  for (const grade of findGrades(text)) {
    addText(at, grade.start);
    add('grade', grade.start, grade.end, grade);
    at = grade.end;
    const behind = text.slice(at);
    const rest = citedBehind.exec(behind) ?? (grade.start === 0 ? null : sentenceRest.exec(behind));
    if (rest === null) continue;
    // What belongs to the thesis of «… показано (УУР А) [3].» comes before its grade.
    const last = passages.pop()!;
    add('text', at, at + rest[0].length);
    passages.push(last);
    at += rest[0].length;
  }
  addText(at, text.length);
  return passages;
}

/** The place in the source of a range of passages. */
export function sourceSpan(first: Passage, last: Passage): CharSpan {
  const { offsets } = last.placed.block;
  return {
    charStart: first.placed.block.offsets[first.start]!,
    // One behind the last character: what follows it may stand far off.
    charEnd: last.end === 0 ? offsets[0]! : offsets[last.end - 1]! + 1,
  };
}
