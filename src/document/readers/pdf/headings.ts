/** Tells headings from paragraphs: larger than the text around them, or bold and standing alone, or numbered. */
import { endsFinally, opensBlock } from '../../lines.ts';
import type { Paragraph } from './paragraphs.ts';
import type { Line } from './types.ts';

/** How the headings of a document look. */
export interface HeadingStyle {
  /** Font size of most of the text. */
  readonly bodySize: number;
  /** Bold type says something: most of the text is not bold. */
  readonly boldCounts: boolean;
  /** Sizes of headings, largest first. */
  readonly sizes: readonly number[];
}

const larger = 1.12;
const mostLines = 4;
const longest = 220;
const sizeOf = (size: number): number => Math.round(size * 2) / 2;

const numbered = /^(\d{1,2}(?:\.\d{1,2})*)\.?\s+\p{L}/u;
/** «Приложение А1. …», «Глава 2 …» open a section, though the table of fixed phrases names them. */
const opensSection = /^(?:Приложение|Глава|Раздел)\s/u;

/** Measures the text of a document. */
export function measureHeadings(paragraphs: readonly Paragraph[]): HeadingStyle {
  const counts = new Map<number, number>();
  let bold = 0;
  let total = 0;
  const heads = new Set<number>();
  for (const { lines } of paragraphs) {
    if (isShortEnough(lines)) heads.add(sizeOf(lines[0]!.size));
    for (const { size, text, isBold } of lines) {
      counts.set(sizeOf(size), (counts.get(sizeOf(size)) ?? 0) + text.length);
      total += text.length;
      if (isBold) bold += text.length;
    }
  }
  const [bodySize] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0]);
  const sizes = [...heads].filter((size) => size >= bodySize * larger).sort((a, b) => b - a);
  return { bodySize, boldCounts: bold < total * 0.5, sizes };
}

const isShortEnough = (lines: readonly Line[]): boolean =>
  lines.length <= mostLines && lines.reduce((sum, line) => sum + line.text.length, 0) <= longest;

/**
 * Depth of a paragraph as a heading, from 1; undefined when it is none. A larger font makes a heading; bold type of the
 * usual size does when the line does not end like a sentence and is no fixed phrase such as a grade.
 */
export function headingLevel({ lines }: Paragraph, style: HeadingStyle): number | undefined {
  const first = lines[0]!;
  if (first.hasDot || !isShortEnough(lines) || !/\p{L}{2}/u.test(first.text)) return undefined;
  const size = sizeOf(first.size);
  const number = numbered.exec(first.text)?.[1];
  const rank = style.sizes.indexOf(size);
  const depth = number === undefined ? undefined : number.split('.').length;
  const isLarge = rank >= 0;
  const last = lines.at(-1)!.text;
  const isPhrase = opensBlock(first.text) && number === undefined && !opensSection.test(first.text);
  const isBold = style.boldCounts && lines.every((line) => line.isBold);
  if (!isLarge && (!isBold || isPhrase || endsFinally(last) || /[,:]$/.test(last))) return undefined;
  return Math.min(6, isLarge ? rank + 1 : Math.max(style.sizes.length + 1, depth ?? 0));
}
