/** Reads Markdown that uses none of its markup inside lines, without a parser: most of a guideline is like that. */
import type { MappedText } from '../mapped-text.ts';
import { mapRange, trimText } from '../mapped-text.ts';

/** A heading, paragraph or list item as lines not yet joined. */
export interface PlainBlock {
  readonly kind: 'heading' | 'paragraph' | 'list-item';
  readonly lines: MappedText[];
  /** Depth of a heading, from 1. */
  readonly level?: number;
}

/**
 * Signs that a line may hold markup: an escape, code, HTML, a link, an image, struck text, a character reference, `_`, or
 * an asterisk that could open emphasis («преднизолон**,» cannot: it stands behind a letter and before a space or mark).
 */
const markup =
  /[`_]|\\(?=[!-/:-@[-`{-~]|$)|<[A-Za-z/!?]|!\[|\](?=[([:])|~~|&#?\w+;|(?:^|[^\p{L}\d*])\*+(?=[^\s*])|\*(?=[^\s*.,;:)\]»])/u;
/** First characters with which a line may be something else than text. */
const specialStart = /^(?:[-=*+~`>|:\t]|#{1,6}(?:\s|$)|\d{1,9}[.)](?:\s|$))/;
const headingLine = /^(#{1,6})[ \t]+(?=\S)/;
const itemLine = /^(?:[-*+]|(\d{1,3})[.)]) {1,3}(?=\S)/;
const lineBreak = /\r\n?|\n/g;

interface ReadState {
  readonly blocks: PlainBlock[];
  /** The paragraph or item that a following line would continue. */
  open: PlainBlock | undefined;
  list: 'bullet' | 'ordered' | undefined;
}

/** Takes one line in; false when only the parser can tell what it is. */
function takeLine(state: ReadState, source: string, start: number, end: number): boolean {
  const line = source.slice(start, end);
  if (markup.test(line)) return false;
  const head = headingLine.exec(line);
  if (head !== null) {
    if (/#\s*$/.test(line)) return false;
    const lines = [trimText(mapRange(source, start + head[0].length, end))];
    state.blocks.push({ kind: 'heading', lines, level: head[1]!.length });
    state.open = undefined;
    state.list = undefined;
    return true;
  }
  const item = itemLine.exec(line);
  if (item !== null) return takeItem(state, source, start, end, item);
  const indent = /^ */.exec(line)![0].length;
  if ((indent > 3 && state.open === undefined) || specialStart.test(line.slice(indent))) return false;
  if (state.open === undefined) {
    state.open = { kind: 'paragraph', lines: [] };
    state.list = undefined;
    state.blocks.push(state.open);
  }
  state.open.lines.push(trimText(mapRange(source, start + indent, end)));
  return true;
}

function takeItem(
  state: ReadState,
  source: string,
  start: number,
  end: number,
  item: RegExpExecArray,
): boolean {
  const list = item[1] === undefined ? 'bullet' : 'ordered';
  const content = source.slice(start + item[0].length, end);
  if (specialStart.test(content) || (item[0][0] === '+' && /^\d/.test(content))) return false;
  // Only a number 1 may interrupt a paragraph, also that of an item of the other kind.
  if (list === 'ordered' && state.open !== undefined && state.list !== 'ordered' && Number(item[1]) !== 1)
    return false;
  state.list = list;
  state.open = { kind: 'list-item', lines: [trimText(mapRange(source, start + item[0].length, end))] };
  state.blocks.push(state.open);
  return true;
}

/**
 * The blocks of `source[start, end)` when every line of it is a heading, plain text or the item of a flat list;
 * undefined when it may hold anything more. Gives what the parser would.
 */
export function readPlain(source: string, start: number, end: number): PlainBlock[] | undefined {
  const state: ReadState = { blocks: [], open: undefined, list: undefined };
  let wasBlank = false;
  for (let at = start; at < end; ) {
    lineBreak.lastIndex = at;
    const found = lineBreak.exec(source);
    const lineEnd = found === null ? end : Math.min(end, found.index);
    const isBlank = !/\S/.test(source.slice(at, lineEnd));
    if (!isBlank && (wasBlank || !takeLine(state, source, at, lineEnd))) return undefined;
    wasBlank = isBlank && state.blocks.length > 0;
    at = found === null ? end : found.index + found[0].length;
  }
  return state.blocks;
}
