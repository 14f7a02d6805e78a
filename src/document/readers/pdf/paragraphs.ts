/** Puts lines together into paragraphs and list items: by spacing, indents, room at the end of a line, and the words. */
import { continues, endsFinally, findMark, opensBlock } from '../../lines.ts';
import type { LineLink } from './hyphens.ts';
import type { Line } from './types.ts';

/** Lines of one paragraph, on one page or more. */
export interface Paragraph {
  readonly lines: Line[];
  /** Right edge of the column that each line stands in; it had room up to there. */
  readonly rights: number[];
  readonly pages: number[];
}

/** What is known of the column that lines stand in. */
export interface Column {
  readonly left: number;
  readonly right: number;
  /** Usual distance of baselines, by font size. */
  readonly pitch: ReadonlyMap<number, number>;
}

/** A larger distance than this part of the usual one is space between paragraphs. */
const paragraphSpace = 1.25;
/** Where the usual distance is not known, lines are at most this many font sizes apart. */
const widestPitch = 1.7;
const indent = 0.8;

/** Distances of a font size are kept together although sizes differ by rounding. */
export const sizeKey = (size: number): number => Math.round(size * 2) / 2;

/**
 * Usual distance of baselines for each font size: a low quantile, since distances within paragraphs are the smallest, and
 * most frequent, ones.
 */
export function measurePitch(columns: readonly (readonly Line[])[]): Map<number, number> {
  const distances = new Map<number, number[]>();
  for (const lines of columns) {
    for (let i = 0; i + 1 < lines.length; i++) {
      const [line, next] = [lines[i]!, lines[i + 1]!];
      const key = sizeKey(line.size);
      const distance = next.y - line.y;
      if (sizeKey(next.size) !== key || distance < line.size * 0.8 || distance > line.size * 2.6) continue;
      distances.set(key, [...(distances.get(key) ?? []), distance]);
    }
  }
  const pitch = new Map<number, number>();
  for (const [key, all] of distances) {
    all.sort((a, b) => a - b);
    pitch.set(key, all[Math.floor(all.length * 0.3)]!);
  }
  return pitch;
}

/** Left and right edges of the lines of a column. */
export function columnOf(lines: readonly Line[], pitch: ReadonlyMap<number, number>): Column {
  let [left, right] = [Infinity, -Infinity];
  for (const line of lines) {
    left = Math.min(left, line.x);
    right = Math.max(right, line.right);
  }
  return { left, right, pitch };
}

const isSpacedApart = (previous: Line, next: Line, { pitch }: Column): boolean => {
  const distance = next.y - previous.y;
  const size = Math.max(previous.size, next.size);
  const usual = pitch.get(sizeKey(previous.size));
  const isSameSize = sizeKey(previous.size) === sizeKey(next.size);
  if (usual !== undefined && isSameSize) return distance > Math.min(usual * paragraphSpace + 1, size * 2.4);
  return distance > size * widestPitch;
};

const isCentred = (line: Line, { left, right }: Column): boolean => {
  const [before, after] = [line.x - left, right - line.right];
  return before > line.size && Math.abs(before - after) < line.size;
};

/** Whether the first word of the next line had room on this one, so that the break is not a wrap. */
function hadRoom(previous: Line, next: Line, column: Column): boolean {
  const before = isCentred(previous, column) ? previous.x - column.left : 0;
  return column.right - previous.right + before > next.firstWidth + 0.4 * previous.size;
}

const isOtherStyle = (previous: Line, next: Line): boolean =>
  Math.abs(previous.size - next.size) > 0.08 * Math.max(previous.size, next.size) ||
  previous.isBold !== next.isBold;

/** Whether a list mark opens an item there. */
function opensItem(previous: Line, next: Line, paragraph: readonly Line[], column: Column): boolean {
  if (next.hasDot) return true;
  const mark = findMark(next.text);
  if (mark === undefined) return false;
  if (mark.isCertain || endsFinally(previous.text)) return true;
  const first = paragraph[0]!;
  const isHanging = next.x <= first.x + 0.3 * next.size;
  const openedItem = first.hasDot || findMark(first.text) !== undefined;
  return (openedItem && isHanging && paragraph.length > 0) || hadRoom(previous, next, column);
}

/** Whether a line begins a new paragraph; `paragraph` holds the lines before it. */
function beginsParagraph(next: Line, paragraph: readonly Line[], column: Column): boolean {
  const previous = paragraph.at(-1)!;
  const goesOn = continues(previous.text, next.text) || previous.text.endsWith('\u00AD');
  if (isSpacedApart(previous, next, column)) return true;
  if (isOtherStyle(previous, next) && !goesOn) return true;
  if (opensItem(previous, next, paragraph, column)) return true;
  if (isCentred(previous, column) && isCentred(next, column)) return false;
  const isShort = hadRoom(previous, next, column);
  if (opensBlock(next.text) && (isShort || endsFinally(previous.text))) return true;
  if (goesOn) return false;
  if (isShort) return true;
  const shift = next.x - previous.x;
  const step = indent * next.size;
  // A first line is set in; the lines of an item hang under its text.
  if (shift > step)
    return paragraph.length > 1 || !(previous.hasDot || findMark(previous.text) !== undefined);
  if (shift < -step) return paragraph.length > 1 && endsFinally(previous.text);
  return false;
}

/** The paragraphs of the lines of one column. */
export function readParagraphs(lines: readonly Line[], column: Column, page: number): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  for (const line of lines) {
    const open = paragraphs.at(-1);
    if (open === undefined || beginsParagraph(line, open.lines, column)) {
      paragraphs.push({ lines: [line], rights: [column.right], pages: [page] });
    } else {
      open.lines.push(line);
      open.rights.push(column.right);
      open.pages.push(page);
    }
  }
  return paragraphs;
}

/**
 * Whether a paragraph that begins a column or page is the rest of the one that ended the column or page before.
 * Headings, larger than the body of the text or bold, do not go on.
 */
export function isRest(before: Paragraph, after: Paragraph, bodySize: number): boolean {
  const previous = before.lines.at(-1)!;
  const next = after.lines[0]!;
  if (next.hasDot || isOtherStyle(previous, next) || opensBlock(next.text)) return false;
  if (next.isBold || next.size > bodySize * 1.12) return false;
  if (previous.text.endsWith('\u00AD')) return true;
  const mark = findMark(next.text);
  if (mark !== undefined && mark.number !== undefined) return false;
  if (continues(previous.text, next.text)) return true;
  if (mark !== undefined || endsFinally(previous.text)) return false;
  const room = before.rights.at(-1)! - previous.right;
  return before.lines.length > 1 && room < next.firstWidth + 0.4 * previous.size;
}

/** «a. сужение», «b. недостаточность»: a Latin letter before Russian text is the number of an item. */
function letterMark(text: string): { readonly length: number } | undefined {
  const found = /^[a-z]\.\s+(?=[А-Яа-яЁё])/.exec(text)?.[0];
  return found === undefined ? undefined : { length: found.length };
}

/** The text of a paragraph, its list mark, and where in the text it goes on to further pages. */
export interface ParagraphText {
  readonly text: string;
  readonly mark?: string;
  readonly pageBreaks: readonly { readonly at: number; readonly page: number }[];
}

/** Joins the lines; hyphens at their ends go where they divide a word. */
export function paragraphText({ lines, pages }: Paragraph, link: LineLink): ParagraphText {
  const first = lines[0]!;
  const found = findMark(first.text) ?? letterMark(first.text);
  const mark =
    found === undefined ? (first.hasDot ? '•' : undefined) : first.text.slice(0, found.length).trim();
  let text = found === undefined ? first.text : first.text.slice(found.length);
  const pageBreaks: { at: number; page: number }[] = [];
  for (let i = 1; i < lines.length; i++) {
    const next = lines[i]!;
    const between = link(text, next.text);
    if (between === 'drop-hyphen') text = text.slice(0, -1);
    if (between === 'space') text += ' ';
    if (pages[i] !== pages[i - 1]) pageBreaks.push({ at: text.length, page: pages[i]! });
    text += next.text;
  }
  text = text.replace(/\u00AD$/, '');
  return mark === undefined ? { text, pageBreaks } : { text, mark, pageBreaks };
}
