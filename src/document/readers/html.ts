/** Reads HTML: what a browser would show as text, block by block, tables row by row. */
import type { Extracted, ExtractedBlock } from '../extracted.ts';
import { cleanText } from '../extracted.ts';
import type { DocumentLimits } from '../limits.ts';
import type { BlockKind } from '../types.ts';
import { tableRows } from './html-table.ts';
import {
  attributeOf,
  findElement,
  type HtmlElement,
  type HtmlNode,
  type HtmlParent,
  isElement,
  parseHtml,
  textContent,
} from './html-tree.ts';
import { joinPlainLines } from './paragraph-lines.ts';
import { countSkipped, type Skipped } from './skipped.ts';

const names = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

/** Elements that do not part the words around them; all others, known or not, begin and end a block. */
const inlineElements =
  names(`a abbr acronym b basefont bdi bdo big blink cite code data del dfn em font i ins kbd label mark math meter
  nobr o:p output q rb rp rt ruby s samp slot small span strike strong sub sup time tt u var`);

/** Elements whose content is not text to read, and what they are counted as. */
const leftOut: Readonly<Record<string, string>> = {
  script: 'code',
  style: 'code',
  template: 'code',
  img: 'image',
  svg: 'image',
  canvas: 'image',
  picture: 'image',
  map: 'image',
  video: 'embedded',
  audio: 'embedded',
  object: 'embedded',
  embed: 'embedded',
  iframe: 'embedded',
  applet: 'embedded',
  input: 'form',
  textarea: 'form',
  select: 'form',
  button: 'form',
};

/** What blocks are at the place being read. */
interface Context {
  readonly kind: BlockKind;
  readonly level?: number;
  readonly cell?: Pick<ExtractedBlock, 'row' | 'column' | 'header' | 'table'>;
  /** Line breaks of the source count (`<pre>`). */
  readonly isPreformatted?: boolean;
}

interface Reading {
  readonly skipped: Skipped;
  readonly blocks: ExtractedBlock[];
  /** Lines of the block that is being collected; the last one is open. */
  lines: string[];
  /** Bullet or number that the next block of a list begins with. */
  mark: string | undefined;
  tables: number;
  /** The last number of each numbered list. */
  readonly numbers: Map<HtmlParent, number>;
}

/** Ends the block: its lines are joined or parted as those of Markdown are. */
function finish(reading: Reading, context: Context): void {
  const lines = reading.lines.map(cleanText).filter((line) => line.length > 0);
  reading.lines = [''];
  if (lines.length === 0) return;
  const { kind, level, cell } = context;
  if (kind === 'heading') {
    reading.blocks.push({ kind, text: lines.join(' '), ...(level === undefined ? {} : { level }) });
    return;
  }
  for (const { text, mark: own } of joinPlainLines(lines)) {
    if (cell !== undefined) {
      // Cells keep their numbers: there they are content as often as marks.
      reading.blocks.push({ kind, text: own === undefined ? text : `${own} ${text}`, ...cell });
      continue;
    }
    const mark = own ?? reading.mark;
    reading.mark = undefined;
    reading.blocks.push(mark === undefined ? { kind, text } : { kind: 'list-item', text, mark });
  }
}

function appendText(reading: Reading, text: string, context: Context): void {
  const [first = '', ...rest] = context.isPreformatted === true ? text.split('\n') : [text];
  reading.lines[reading.lines.length - 1] += first.replace(/\s+/g, ' ');
  reading.lines.push(...rest);
}

/** «10⁹» must not become «109»: a raised number behind a number is written as a power. */
function appendRaised(reading: Reading, element: HtmlElement, context: Context): void {
  const line = reading.lines.at(-1)!;
  if (/\d\s*$/.test(line) && /^\s*[-−–+]?\d/.test(textContent(element))) {
    reading.lines[reading.lines.length - 1] = `${line.trimEnd()}^`;
  }
  readChildren(reading, element, context);
}

const isHidden = (element: HtmlElement): boolean =>
  attributeOf(element, 'hidden') !== undefined ||
  /(?:^|;)\s*display\s*:\s*none/i.test(attributeOf(element, 'style') ?? '');

function readChildren(reading: Reading, parent: HtmlParent, context: Context): void {
  for (const child of parent.childNodes) readNode(reading, child, context);
}

/** Reads the content of a block element, and ends what was open before and after. */
function readBlock(reading: Reading, element: HtmlElement, outer: Context, inner: Context): void {
  finish(reading, outer);
  readChildren(reading, element, inner);
  finish(reading, inner);
}

/** Cells and headings stay what they are, whatever stands in them. */
const within = (outer: Context, inner: Context): Context =>
  outer.cell !== undefined || outer.kind === 'heading' ? outer : inner;

function readItem(reading: Reading, item: HtmlElement, context: Context): void {
  finish(reading, context);
  const list = item.parentNode;
  if (context.cell === undefined) reading.mark = list === null ? '•' : markOf(reading, item, list);
  readBlock(reading, item, context, within(context, { kind: 'list-item' }));
  reading.mark = undefined;
}

/** A bullet, or the item's number in its list. */
function markOf(reading: Reading, item: HtmlElement, list: HtmlParent): string {
  if (!isElement(list as HtmlNode) || (list as HtmlElement).tagName !== 'ol') return '•';
  const before = reading.numbers.get(list) ?? numberOf(list as HtmlElement, 'start', 1) - 1;
  const number = numberOf(item, 'value', before + 1);
  reading.numbers.set(list, number);
  return `${number}.`;
}

function numberOf(element: HtmlElement, attribute: string, otherwise: number): number {
  const value = Number.parseInt(attributeOf(element, attribute) ?? '', 10);
  return Number.isFinite(value) ? value : otherwise;
}

function readTable(reading: Reading, table: HtmlElement, outer: Context): void {
  finish(reading, outer);
  const rows = outer.cell === undefined ? tableRows(table) : undefined;
  if (rows === undefined) {
    // A table that only places things, or one inside a cell: its text is read in order.
    readChildren(reading, table, outer);
    finish(reading, outer);
    return;
  }
  const caption = findElement(table, 'caption');
  if (caption !== undefined) readBlock(reading, caption, outer, { kind: 'paragraph' });
  const number = reading.tables++;
  const headers: string[][] = [];
  for (const { row, column, span, isHeader, element } of rows) {
    const header = isHeader ? '' : (headers[column] ?? []).join(' ');
    const before = reading.blocks.length;
    const place = { row, column, table: number, ...(header === '' ? {} : { header }) };
    readBlock(reading, element, outer, { kind: 'table-cell', cell: place });
    if (!isHeader) continue;
    const text = reading.blocks
      .slice(before)
      .map((block) => block.text)
      .join(' ');
    for (let c = column; c < column + span && text !== ''; c++) headers[c] = [...(headers[c] ?? []), text];
  }
}

const bodyContext: Context = { kind: 'paragraph' };

type ElementReader = (reading: Reading, element: HtmlElement, context: Context) => void;

const heading =
  (level: number): ElementReader =>
  (reading, element, context) =>
    readBlock(reading, element, context, within(context, { kind: 'heading', level }));

const readers: Readonly<Record<string, ElementReader>> = {
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  h5: heading(5),
  h6: heading(6),
  li: readItem,
  table: readTable,
  // A table inside a table gives its captions where it is read.
  caption: (reading, element, context) => {
    if (context.cell !== undefined) readBlock(reading, element, context, context);
  },
  sup: appendRaised,
  br: (reading) => reading.lines.push(''),
  wbr: () => {},
  title: () => {},
  head: (reading, element) => {
    for (const child of element.childNodes) {
      if (child.nodeName in leftOut || child.nodeName === '#comment') readNode(reading, child, bodyContext);
    }
  },
  pre: (reading, element, context) =>
    readBlock(reading, element, context, { ...context, isPreformatted: true }),
};

function readNode(reading: Reading, node: HtmlNode, context: Context): void {
  if (node.nodeName === '#text') {
    appendText(reading, (node as { value: string }).value, context);
    return;
  }
  if (node.nodeName === '#comment') countSkipped(reading.skipped, 'comment');
  if (!isElement(node)) return;
  const name = node.tagName;
  const kind = leftOut[name] ?? (isHidden(node) ? 'hidden' : undefined);
  if (kind !== undefined) {
    countSkipped(reading.skipped, kind);
    return;
  }
  const reader = readers[name];
  if (reader !== undefined) reader(reading, node, context);
  else if (inlineElements.has(name)) readChildren(reading, node, context);
  else readBlock(reading, node, context, context);
}

/**
 * The blocks of an HTML page or fragment.
 *
 * Scripts, styles, comments, pictures, media, form fields and hidden elements are left out and counted; nothing is run or
 * fetched. `<br>` ends a line, and lines are joined or parted as in Markdown; tags inside a line do not part words.
 *
 * @throws UserError `E_INPUT_SIZE`, `E_INPUT_DEPTH`
 */
export function readHtmlPage(html: string, where: string, limits: DocumentLimits): Extracted {
  const tree = parseHtml(html, where, limits);
  const reading: Reading = {
    skipped: {},
    blocks: [],
    lines: [''],
    mark: undefined,
    tables: 0,
    numbers: new Map(),
  };
  readChildren(reading, tree, bodyContext);
  finish(reading, bodyContext);
  const head = findElement(tree, 'head');
  const title = head === undefined ? undefined : findElement(head, 'title');
  const metadata = title === undefined ? '' : cleanText(textContent(title));
  return {
    blocks: reading.blocks,
    skipped: reading.skipped,
    ...(metadata === '' ? {} : { metadata: { title: metadata } }),
  };
}
