/** The text inside HTML that stands in Markdown: tags go, what they enclose stays. */
import { createTextBuilder } from '../mapped-text.ts';
import type { Block, BlockKind } from '../types.ts';
import { countSkipped, type Skipped } from './skipped.ts';

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

/** Elements that begin and end a block of text. */
const blockElements =
  words(`address article aside blockquote body caption center dd details dialog dir div dl dt
  fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html legend li main menu nav ol optgroup
  option p section summary table tbody td tfoot th thead title tr ul`);

/** Elements inside a line. */
const inlineElements =
  words(`a abbr acronym b bdi bdo big br button cite code col colgroup data del dfn em font i img
  input ins kbd label link mark meta meter nobr o output picture q rp rt ruby s samp small source span strike strong
  sub sup svg time tt u var wbr`);

/** Elements the content of which is not text. */
const hiddenElements = words('script style template noscript iframe object');

const codeElements = words('pre textarea');

const kinds: Readonly<Record<string, BlockKind>> = {
  h1: 'heading',
  h2: 'heading',
  h3: 'heading',
  h4: 'heading',
  h5: 'heading',
  h6: 'heading',
  li: 'list-item',
  td: 'table-cell',
  th: 'table-cell',
};

/** The element of a tag, in lower case; `!` for a comment or declaration; undefined when it is no HTML. */
export function tagName(tag: string): string | undefined {
  if (/^<[!?]/.test(tag)) return '!';
  const name = /^<\/?([a-z][a-z0-9-]*)/i.exec(tag)?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  const isKnown =
    blockElements.has(name) || inlineElements.has(name) || hiddenElements.has(name) || codeElements.has(name);
  return isKnown ? name : undefined;
}

const token =
  /<!--|<[!?/]?[a-z](?:"[^"]*"|'[^']*'|[^'">])*>|&(?:#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z\d]{0,31});/gi;

/** Where the hidden content of an element ends. */
function hiddenEnd(source: string, name: string, from: number, end: number): number {
  const close = source.slice(from, end).search(new RegExp(`</${name}`, 'i'));
  return close < 0 ? end : from + close;
}

interface Cell {
  row: number;
  column: number;
  headers: string[];
}

/** The blocks of the HTML in `source[start, end)`; tags are counted as `html`, `<pre>` and scripts as `code`. */
export function readHtml(
  source: string,
  start: number,
  end: number,
  skipped: Skipped,
  decode: (reference: string) => string,
): Block[] {
  const blocks: Block[] = [];
  const builder = createTextBuilder(source);
  const cell: Cell = { row: -1, column: -1, headers: [] };
  let kind: BlockKind = 'paragraph';
  let level = 1;
  const details = (text: string): Partial<Block> =>
    kind === 'table-cell' ? placeOf(cell, text) : kind === 'heading' ? { level } : {};
  const finish = (): void => {
    const line = builder.take();
    if (line.text.length > 0) blocks.push({ kind, ...line, ...details(line.text) });
    kind = 'paragraph';
  };
  const html = source.slice(start, end);
  token.lastIndex = 0;
  let at = 0;
  let commentEnd = 0;
  for (let found = token.exec(html); found !== null; found = token.exec(html)) {
    const [text] = found;
    const next = found.index + text.length;
    const name = text[0] === '&' ? undefined : tagName(text);
    if (text[0] === '<' && name === undefined) continue;
    builder.copy(start + at, start + found.index);
    at = next;
    if (name === undefined) {
      const value = decode(text);
      builder.insert(/^\s+$/.test(value) ? ' ' : value, start + found.index, start + next);
      continue;
    }
    countSkipped(skipped, 'html');
    if (text === '<!--') {
      commentEnd = commentEnd < next && commentEnd >= 0 ? html.indexOf('-->', next) : commentEnd;
      // A comment that nothing closes hides nothing.
      if (commentEnd >= 0) at = commentEnd + 3;
      token.lastIndex = at;
    } else if (hiddenElements.has(name) || codeElements.has(name)) {
      if (text[1] === '/') continue;
      countSkipped(skipped, 'code');
      at = hiddenEnd(html, name, next, html.length);
      token.lastIndex = at;
    } else if (name === 'br') {
      builder.insert(' ', start + found.index, start + next);
    } else if (blockElements.has(name)) {
      finish();
      if (text[1] !== '/') enterElement(name, cell);
      if (text[1] !== '/') kind = kinds[name] ?? 'paragraph';
      if (kind === 'heading' && text[1] !== '/') level = Number(name[1]);
    }
  }
  builder.copy(start + at, end);
  finish();
  return blocks;
}

function enterElement(name: string, cell: Cell): void {
  if (name === 'table') {
    cell.row = -1;
    cell.headers = [];
  } else if (name === 'tr') {
    cell.row++;
    cell.column = -1;
  } else if (name === 'td' || name === 'th') {
    cell.column++;
  }
}

/** Row, column and header of the cell that ends; the first row is the header. */
function placeOf(cell: Cell, text: string): Pick<Block, 'row' | 'column' | 'header'> {
  const { row, column } = cell;
  if (row === 0) cell.headers[column] = text;
  const header = row === 0 ? undefined : cell.headers[column];
  return header === undefined ? { row, column } : { row, column, header };
}
