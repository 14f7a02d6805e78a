/** Cuts Markdown at places where no construct is open, so that a large file is parsed a little at a time. */
import { countSkipped, type Skipped } from './skipped.ts';

/** A stretch of Markdown that can be parsed on its own. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Set when the piece goes on with a table: where its header and delimiter row stand, and how many rows came before. */
  readonly table?: { readonly start: number; readonly end: number; readonly rows: number };
}

/** Beyond this many characters a piece is cut at the next likely place, beyond the second at any line. */
const softLimit = 16_000;
const hardLimit = 200_000;

const fenceOpen = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const heading = /^#{1,6}(?:[ \t]|$)/;
const container = /^\s*(?:[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|>)/;
const topBullet = /^[-*+] +\S/;
const delimiterRow = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const htmlLine = /^ {0,3}<[A-Za-z/]/;
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
function canCut(state: OpenState, head: string, previousTail: string, size: number): boolean {
  if (state.isAfterBlank && (/^\S/.test(head) || !state.hasContainer)) return true;
  if (state.isHtml) return size > hardLimit;
  if (heading.test(head)) return true;
  if (size < softLimit) return false;
  if (state.table !== undefined || topBullet.test(head) || size > hardLimit) return true;
  return sentenceEnd.test(previousTail) && newStart.test(head);
}

/**
 * Cuts Markdown into pieces, in order; together they hold all of it but fenced code at the top level, which is counted.
 *
 * A fence that nothing closes is left in the text: by CommonMark it would hide the rest of the document.
 */
export function* cutPieces(source: string, skipped: Skipped): Generator<Piece> {
  const closer = createCloser(source);
  let pieceStart = 0;
  let state = closedState();
  let previous: LineRange | undefined;
  let continued: Piece['table'];
  const piece = (end: number): Piece =>
    continued === undefined ? { start: pieceStart, end } : { start: pieceStart, end, table: continued };
  for (let at = 0; at < source.length; ) {
    const line = lineAt(source, at);
    at = line.next;
    const head = source.slice(line.start, Math.min(line.end, line.start + 400));
    if (!/\S/.test(head) && line.end - line.start <= 400) {
      state.isAfterBlank = true;
      state.isHtml = false;
      state.table = undefined;
      previous = undefined;
      continue;
    }
    const mayCut = line.start > pieceStart && line.start >= state.noCutBefore;
    const tail =
      previous === undefined ? '' : source.slice(Math.max(previous.start, previous.end - 40), previous.end);
    if (mayCut && canCut(state, head, tail, line.start - pieceStart)) {
      yield piece(line.start);
      continued = state.table === undefined ? undefined : { ...state.table };
      pieceStart = line.start;
      const table = state.table;
      state = closedState();
      state.table = table;
    }
    if (!state.hasContainer && !state.isHtml && line.start >= state.noCutBefore) {
      const fence = fenceOpen.exec(head)?.[1];
      const end = fence === undefined ? -1 : closer.fenceEnd(line.next, fence);
      if (end >= 0) {
        if (line.start > pieceStart) yield piece(line.start);
        continued = undefined;
        countSkipped(skipped, 'code');
        at = end;
        pieceStart = end;
        state = closedState();
        previous = undefined;
        continue;
      }
    }
    follow(state, line, head, previous, source, closer);
    previous = line;
  }
  if (pieceStart < source.length) yield piece(source.length);
}

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
    line.end - line.start < 400 &&
    head.includes('-') &&
    delimiterRow.test(head)
  ) {
    const above = source.slice(previous.start, previous.end);
    if (above.includes('|')) state.table = { start: previous.start, end: line.next, rows: 0 };
  }
}
