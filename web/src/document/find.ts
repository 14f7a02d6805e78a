/** Search in the readable text of a document. */
import { readWords } from './sentence-text.ts';
import type { PageDocument } from './types.ts';

/** A place found: a half-open range of a sentence's readable text. */
export interface Hit {
  readonly sentence: number;
  readonly start: number;
  readonly end: number;
}

/** More places than this are not listed. */
export const mostHits = 5000;

/** What is looked for, as a pattern: case and «ё» do not matter, any white space is one. */
export function searchPattern(query: string): RegExp | undefined {
  const words = query.trim().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return undefined;
  const parts = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replace(/[её]/giu, '[её]'));
  return new RegExp(parts.join('\\s+'), 'giu');
}

/** All places, at most {@link mostHits}. @param isHere whether a sentence is searched */
export function findHits(
  { result }: PageDocument,
  query: string,
  isHere: (sentence: number) => boolean,
): Hit[] {
  const pattern = searchPattern(query);
  const hits: Hit[] = [];
  if (pattern === undefined) return hits;
  for (let s = 0; s < result.sentences.length; s++) {
    if (!isHere(s)) continue;
    for (const match of readWords(result.text, result.sentences[s]!).matchAll(pattern)) {
      hits.push({ sentence: s, start: match.index, end: match.index + match[0].length });
      if (hits.length === mostHits) return hits;
    }
  }
  return hits;
}
