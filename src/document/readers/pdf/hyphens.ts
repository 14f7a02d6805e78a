/** Hyphens at the ends of lines: the document itself shows whether its words are divided, and how they are written. */
import { linkWrapped } from '../../lines.ts';
import type { Line } from './types.ts';

/** What stands between two lines of one paragraph. */
export type LineLink = (previous: string, next: string) => 'space' | 'glue' | 'drop-hyphen';

/** Programs that divide words leave a hyphen at the end of many lines; others leave only those of compounds. */
const dividedShare = 0.03;

const wordPattern = /[\p{L}\d]+(?:-[\p{L}\d]+)*/gu;
const lastPart = /([\p{L}\d]+)[-\u2010\u2011\u00AC\u00AD]$/u;
const firstPart = /^([\p{L}\d]+)/u;

/**
 * Learns from the lines of a document. A word that stands elsewhere in it, with or without the hyphen, is written so;
 * of others the hyphen goes where {@link linkWrapped} says so and words are divided in this document at all.
 */
export function learnHyphens(columns: readonly (readonly Line[])[]): LineLink {
  const words = new Set<string>();
  let lines = 0;
  let divided = 0;
  for (const column of columns) {
    for (const [i, { text }] of column.entries()) {
      for (const [word] of text.matchAll(wordPattern)) words.add(word.toLowerCase());
      const next = column[i + 1];
      if (next === undefined) continue;
      lines++;
      if (linkWrapped(text, next.text) === 'drop-hyphen') divided++;
    }
  }
  const areDivided = divided > lines * dividedShare;
  return (previous, next) => {
    const link = linkWrapped(previous, next);
    if (link === 'space' || previous.endsWith('\u00AD')) return link;
    const left = lastPart.exec(previous)?.[1]?.toLowerCase();
    const right = firstPart.exec(next)?.[1]?.toLowerCase();
    if (left === undefined || right === undefined) return link;
    if (words.has(`${left}-${right}`)) return 'glue';
    if (words.has(left + right) && /\p{L}$/u.test(left)) return 'drop-hyphen';
    return link === 'drop-hyphen' && !areDivided ? 'glue' : link;
  };
}
