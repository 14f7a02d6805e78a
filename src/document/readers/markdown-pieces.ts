/** Cuts Markdown at places where no construct is open, so that a large file is parsed a little at a time. */
import { countSkipped, type Skipped } from './skipped.ts';

/** A stretch of Markdown that can be parsed on its own. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Places of fences that nothing closes; they are text. */
  readonly openFences: readonly number[];
  /** Set when the piece goes on with a table: where its header and delimiter row stand, and how many rows came before. */
  readonly table?: { readonly start: number; readonly end: number; readonly rows: number };
}

/** Beyond this many characters a piece is cut at the next likely place, beyond the second at any line. */
const softLimit = 8_000;
const hardLimit = 40_000;
/** A line longer than this is a paragraph of its own: hard wraps are narrower. */
const longLine = 200;
/** What is looked at of a line to tell what it begins. */
const headLength = 400;

const fenceOpen = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const heading = /^#{1,6}(?:[ \t]|$)/;
const container = /^\s*(?:[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|>)/;
const topBullet = /^[-*+] +\S/;
const delimiterRow = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const htmlLine = /^ {0,3}<[A-Za-z/]/;
/** The underline of a heading, or a ruler: nothing goes on behind it. */
const underline = /^(?:-{3,}|={3,}|\*{3,}|_{3,})[ \t]*$/;
const sentenceEnd = /[.!?…;:][»”"')\]*]*\s*$/;
const newStart = /^(?:\p{Lu}|\d|[«"(•–—])/u;
/** HTML blocks that go on over blank lines, and what ends them (CommonMark 0.31, 4.6, kinds 1 to 5). */
const htmlBlocks: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?:\s|>|$)/i, /<\/(?:script|pre|style|textarea)>/gi],
  [/^ {0,3}<!--/, /-->/g],
  [/^ {0,3}<\?/, /\?>/g],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/g],
];

/** The line that starts at a place: its content ends before the line break, the next starts behind it. */
interface LineRange {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

const lineBreak = /\r\n?|\n/g;

/** The line that starts at `start`. */
function lineAt(source: string, start: number): LineRange {
  lineBreak.lastIndex = start;
  const found = lineBreak.exec(source);
  return found === null
    ? { start, end: source.length, next: source.length }
    : { start, end: found.index, next: found.index + found[0].length };
}

/** Looks for fences and HTML ends; what was not found once is not looked for again, so that the whole stays linear. */
function createCloser(source: string) {
  const missing = new Set<RegExp>();
  const openFences = new Map<string, number>();
  return {
    /** Where the line after the closing fence starts, -1 when nothing closes it. */
    fenceEnd(from: number, fence: string): number {
      const mark = fence[0]!;
      if (fence.length >= (openFences.get(mark) ?? Number.POSITIVE_INFINITY)) return -1;
      const close = new RegExp(`^ {0,3}${mark}{${fence.length},}[ \\t]*$`, 'gm');
      close.lastIndex = from;
      const found = close.exec(source);
      if (found === null) {
        openFences.set(mark, fence.length);
        return -1;
      }
      return lineAt(source, found.index).next;
    },
    /** Where an HTML block that goes on over blank lines ends; -1 when the line begins none. */
    htmlEnd(line: LineRange, head: string): number {
      for (const [open, close] of htmlBlocks) {
        if (!open.test(head) || missing.has(close)) continue;
        close.lastIndex = line.start;
        const found = close.exec(source);
        if (found !== null) return found.index + found[0].length;
        missing.add(close);
      }
      return -1;
    },
  };
}

/** What is open at a line. */
interface OpenState {
  hasContainer: boolean;
  isHtml: boolean;
  isAfterBlank: boolean;
  noCutBefore: number;
  table: { start: number; end: number; rows: number } | undefined;
}

const closedState = (): OpenState => ({
  hasContainer: false,
  isHtml: false,
  isAfterBlank: false,
  noCutBefore: 0,
  table: undefined,
});

/** Whether the text may be cut before this line. */
function canCut(
  state: OpenState,
  line: LineRange,
  head: string,
  previous: LineRange | undefined,
  source: string,
  size: number,
): boolean {
  if (line.start < state.noCutBefore) return false;
  if (state.isAfterBlank && (/^\S/.test(head) || !state.hasContainer)) return true;
  if (state.isHtml) return size > hardLimit;
  if (heading.test(head)) return true;
  if (state.table !== undefined) return size > softLimit;
  if (previous === undefined) return size > hardLimit;
  const tail = source.slice(Math.max(previous.start, previous.end - 40), previous.end);
  if (underline.test(tail)) return true;
  const isNew = newStart.test(head) && sentenceEnd.test(tail);
  if (isNew && previous.end - previous.start > longLine && !state.hasContainer) return true;
  return size > softLimit && (isNew || topBullet.test(head) || size > hardLimit);
}

/**
 * Cuts Markdown into pieces, in order; together they hold all of it but fenced code at the top level, which is counted.
 *
 * A fence that nothing closes is left in the text: by CommonMark it would hide the rest of the document.
 */
export function* cutPieces(source: string, skipped: Skipped): Generator<Piece> {
  const closer = createCloser(source);
  let start = 0;
  let state = closedState();
  let previous: LineRange | undefined;
  let table: Piece['table'];
  let openFences: number[] = [];
  const take = (end: number): Piece => {
    const piece = { start, end, openFences };
    openFences = [];
    start = end;
    return table === undefined ? piece : { ...piece, table };
  };
  for (let at = 0; at < source.length; ) {
    const line = lineAt(source, at);
    const head = source.slice(line.start, Math.min(line.end, line.start + headLength));
    at = line.next;
    if (line.end - line.start <= headLength && !/\S/.test(head)) {
      Object.assign(state, { isAfterBlank: true, isHtml: false, table: undefined });
      previous = undefined;
      continue;
    }
    if (line.start > start && canCut(state, line, head, previous, source, line.start - start)) {
      yield take(line.start);
      table = state.table === undefined ? undefined : { ...state.table };
      state = { ...closedState(), table: state.table };
    }
    const fence = canOpenFence(state, line) ? fenceOpen.exec(head)?.[1] : undefined;
    if (fence !== undefined) {
      const end = closer.fenceEnd(line.next, fence);
      if (end >= 0) {
        if (line.start > start) yield take(line.start);
        countSkipped(skipped, 'code');
        start = end;
        at = end;
        state = closedState();
        table = undefined;
        previous = undefined;
        continue;
      }
      openFences.push(line.start + head.indexOf(fence));
    }
    follow(state, line, head, previous, source, closer);
    previous = line;
  }
  if (start < source.length) yield take(source.length);
}

const canOpenFence = (state: OpenState, line: LineRange): boolean =>
  !state.hasContainer && !state.isHtml && line.start >= state.noCutBefore;

/** Brings the state up to date with a line that belongs to the piece. */
function follow(
  state: OpenState,
  line: LineRange,
  head: string,
  previous: LineRange | undefined,
  source: string,
  closer: ReturnType<typeof createCloser>,
): void {
  state.isAfterBlank = false;
  if (container.test(head)) state.hasContainer = true;
  if (line.start >= state.noCutBefore) {
    const end = closer.htmlEnd(line, head);
    if (end >= 0) state.noCutBefore = end;
    else if (htmlLine.test(head)) state.isHtml = true;
  }
  if (state.table !== undefined) {
    state.table.rows++;
  } else if (
    previous !== undefined &&
    line.end - line.start <= headLength &&
    head.includes('-') &&
    delimiterRow.test(head)
  ) {
    const above = source.slice(previous.start, previous.end);
    if (above.includes('|')) state.table = { start: previous.start, end: line.next, rows: 0 };
  }
}
