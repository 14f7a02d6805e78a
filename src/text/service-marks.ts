/** Service marks of Russian guidelines: «**» behind a drug on the list of vital drugs, «#» before an off-label one. */
import type { Word } from '../document/types.ts';

/** A mark in a text; `footnote` is one star, or three, which each guideline explains in its own way. */
export interface ServiceMark {
  readonly mark: 'vital' | 'off-label' | 'footnote';
  /** Half-open range of the mark itself. */
  readonly start: number;
  readonly end: number;
  /** The word that it marks, and where that begins. */
  readonly word: string;
  readonly wordStart: number;
}

const pattern =
  /#(?=(?<next>\p{L}[\p{L}\d-]*))|(?<=(?<before>\p{L}[\p{L}\d-]*)[)»\]]?)(?:\*{2,3}(?!\*)|\*(?![\p{L}\d*])|\s\*\*(?=[\s.,;:)]|$))/gu;

/** The service marks of a text, in order. Stars between numbers («5*10») are none. */
export function findServiceMarks(text: string): ServiceMark[] {
  return [...text.matchAll(pattern)].map((found) => {
    const { next, before = '' } = found.groups!;
    const start = found.index;
    const end = start + found[0].length;
    if (next !== undefined) return { mark: 'off-label', start, end, word: next, wordStart: end };
    const mark = found[0].trim().length === 2 ? 'vital' : 'footnote';
    return { mark, start, end, word: before, wordStart: text.lastIndexOf(before, start - 1) };
  });
}

/** The text without its service marks. */
export function withoutServiceMarks(text: string): string {
  return text.replace(pattern, '');
}

const wordEnd = /[\p{L}\d)»\]]$/u;
const wordStart = /^[\p{L}\d]/u;
const touches = (left: Word | undefined, right: Word | undefined): boolean =>
  left !== undefined && right !== undefined && left.spans.at(-1)!.charEnd === right.spans[0]!.charStart;

/** Which words of a sentence are (parts of) service marks, as {@link findServiceMarks} knows them. */
export function serviceMarkWords(words: readonly Word[]): ReadonlySet<number> {
  const marks = new Set<number>();
  for (let i = 0; i < words.length; i++) {
    const { text } = words[i]!;
    if (text === '#' && touches(words[i], words[i + 1]) && /^\p{L}/u.test(words[i + 1]!.text)) marks.add(i);
    if (text !== '*') continue;
    let end = i + 1;
    while (words[end]?.text === '*' && touches(words[end - 1], words[end])) end++;
    const isGlued = touches(words[i - 1], words[i]) && wordEnd.test(words[i - 1]!.text);
    const goesOn = touches(words[end - 1], words[end]) && wordStart.test(words[end]!.text);
    const length = end - i;
    if (
      (isGlued && (length === 2 || length === 3 || (length === 1 && !goesOn))) ||
      (!isGlued && length === 2 && !goesOn)
    )
      for (let k = i; k < end; k++) marks.add(k);
    i = end - 1;
  }
  return marks;
}
