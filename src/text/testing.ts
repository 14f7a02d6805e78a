/** Notation of segmentation tests: the expected result is the test string, with a bar at every boundary. */
import { splitSentences } from './sentences.ts';

/** The text of a test string: all of it but the bars. */
export function plainText(marked: string): string {
  return marked.replaceAll('|', '');
}

/**
 * Splits the text of a test string and marks what came out the same way, so that the two can be compared:
 * `'… в 2020 г. был прав.| |Уровень C.'`.
 */
export function markSentences(marked: string): string {
  const text = plainText(marked);
  let result = '';
  let at = 0;
  for (const { start, end } of splitSentences(text)) {
    const gap = text.slice(at, start);
    result += `${at === 0 ? '' : '|'}${gap}${gap === '' || at === 0 ? '' : '|'}${text.slice(start, end)}`;
    at = end;
  }
  return result + text.slice(at);
}
