/** The text of a thesis as a reader wants it, and the drugs marked in it. */
import { findServiceMarks, withoutServiceMarks } from '../text/service-marks.ts';
import { type CitationStyle, citationRanges } from './references.ts';
import type { Recommendation } from './types.ts';

/** A thesis for reading: without citations, service marks, bullets. */
export function cleanThesis(raw: string, style: CitationStyle = 'square'): string {
  let text = '';
  let at = 0;
  for (const [start, end] of citationRanges(raw, style)) {
    text += raw.slice(at, start);
    at = end;
  }
  return withoutServiceMarks(text + raw.slice(at))
    .replace(/^[\s•●○▪■□–—-]+/u, '')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;:)])/g, '')
    .replace(/\.{2}$/, '.')
    .trim();
}

/**
 * The drugs marked in a text.
 * @param offsets places of the text's characters in the document, from `start` on
 */
export function marksOf(text: string, offsets: Int32Array, start = 0): Recommendation['marks'][number][] {
  return findServiceMarks(text).flatMap(({ mark, word, wordStart }) =>
    mark === 'footnote' ? [] : [{ mark, word, charStart: offsets[start + wordStart]! }],
  );
}
