/** The readable text of sentences: words with the spaces between them, without the markup of the source. */
import type { DocumentSentence } from '../../../src/predict/document-result.ts';

/** Whether white space stands before a word; markup between two words is none. */
export function hasSpaceBefore(text: string, { word_spans }: DocumentSentence, word: number): boolean {
  const start = word_spans[word]?.[0]?.[0];
  const end = word_spans[word - 1]?.at(-1)?.[1];
  if (start === undefined || end === undefined) return false;
  return /\s|<br/iu.test(text.slice(end, start));
}

/** The words of the half-open range, as one reads them. */
export function readWords(
  text: string,
  sentence: DocumentSentence,
  from = 0,
  to = sentence.sentence.length,
): string {
  let read = '';
  for (let word = from; word < to; word++) {
    if (word > from && hasSpaceBefore(text, sentence, word)) read += ' ';
    read += sentence.sentence[word]!;
  }
  return read;
}

/** The parts of an entity: half-open ranges of words. */
export function partsOf(words: readonly number[]): [from: number, to: number][] {
  const parts: [number, number][] = [];
  for (const word of words) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === word) last[1]++;
    else parts.push([word, word + 1]);
  }
  return parts;
}

/** An entity's text as one reads it, ` … ` where it is interrupted. */
export function readEntity(text: string, sentence: DocumentSentence, words: readonly number[]): string {
  return partsOf(words)
    .map(([from, to]) => readWords(text, sentence, from, to))
    .join(' … ');
}

/** Where each word stands in the readable text: half-open ranges. */
export function wordPlaces(text: string, sentence: DocumentSentence): [start: number, end: number][] {
  let at = 0;
  return sentence.sentence.map((word, i) => {
    const start = at + (i > 0 && hasSpaceBefore(text, sentence, i) ? 1 : 0);
    at = start + word.length;
    return [start, at];
  });
}
