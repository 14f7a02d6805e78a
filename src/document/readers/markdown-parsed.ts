/** Reads Markdown through the micromark parser; its tokens know their exact place in the source. */
import { parse, postprocess, preprocess } from 'micromark';
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough';
import { gfmTable } from 'micromark-extension-gfm-table';
import { joinLines } from '../lines.ts';
import { createTextBuilder, type MappedText, type TextBuilder } from '../mapped-text.ts';
import type { Block, BlockKind } from '../types.ts';
import { readHtml, tagName } from './html-text.ts';
import { decodeReference, hideMisleading } from './markdown-characters.ts';
import { countSkipped, type Skipped } from './skipped.ts';

type Event = ReturnType<typeof postprocess>[number];
type Token = Event[1];

/** Footnotes, bare links and task marks are left as text: their characters are part of what the document says. */
const extensions = [gfmTable(), gfmStrikethrough({ singleTilde: false })];

/** What is being read while the events go by. */
interface Reading {
  readonly source: string;
  /** Source place of the parsed text's first character. */
  readonly base: number;
  readonly skipped: Skipped;
  readonly builder: TextBuilder;
  readonly blocks: Block[];
  collecting: BlockKind | 'code' | undefined;
  lines: MappedText[];
  level: number;
  /** Depth inside link targets and tags, the text of which is not shown. */
  muted: number;
  lists: number;
  row: number;
  column: number;
  headers: string[];
}

type Handler = (reading: Reading, token: Token) => void;

const copyToken: Handler = (reading, token) => {
  if (reading.collecting === undefined || reading.muted > 0) return;
  reading.builder.copy(reading.base + token.start.offset, reading.base + token.end.offset);
};

const begin =
  (kind: BlockKind): Handler =>
  (reading) => {
    reading.collecting = kind;
    reading.lines = [];
  };

const beginHeading: Handler = (reading, token) => {
  begin('heading')(reading, token);
  const start = reading.base + token.start.offset;
  const end = reading.base + token.end.offset;
  // «Title\n===» is of level 1, «Title\n---» of level 2.
  const signs = /^#{1,6}/.exec(reading.source.slice(start, start + 6))?.[0];
  reading.level = signs?.length ?? (reading.source[end - 1] === '=' ? 1 : 2);
};

const mute: Handler = (reading) => {
  reading.muted++;
};
const unmute: Handler = (reading) => {
  reading.muted--;
};

function endLine(reading: Reading): void {
  if (reading.collecting === undefined || reading.muted > 0 || reading.builder.isEmpty) return;
  const line = reading.builder.take();
  if (line.text.length > 0) reading.lines.push(line);
}

/** Ends a paragraph: its lines are joined, or parted where each is a paragraph of its own. */
function endParagraph(reading: Reading): void {
  endLine(reading);
  const own: BlockKind = reading.lists > 0 ? 'list-item' : 'paragraph';
  for (const group of joinLines(reading.lines, reading.source)) {
    reading.blocks.push({ kind: group.isItem ? 'list-item' : own, text: group.text, offsets: group.offsets });
  }
  reading.collecting = undefined;
}

function endHeading(reading: Reading): void {
  endLine(reading);
  const [line, second] = reading.lines;
  if (second !== undefined) {
    endParagraph(reading);
  } else {
    if (line !== undefined) reading.blocks.push({ kind: 'heading', ...line, level: reading.level });
    reading.collecting = undefined;
  }
}

function endCell(reading: Reading): void {
  endLine(reading);
  const line = reading.lines[0];
  reading.collecting = undefined;
  if (reading.row === 0) reading.headers[reading.column] = line?.text ?? '';
  if (line === undefined) return;
  const header = reading.row === 0 ? undefined : reading.headers[reading.column];
  reading.blocks.push({
    kind: 'table-cell',
    ...line,
    ...(header === undefined || header === '' ? {} : { header }),
    row: reading.row,
    column: reading.column,
  });
}

/** Indented text is code for Markdown; in exported guidelines it is prose, when most of its letters are Cyrillic. */
function endIndented(reading: Reading): void {
  endLine(reading);
  const text = reading.lines.map((line) => line.text).join('\n');
  const cyrillic = text.match(/[А-Яа-яЁё]/g)?.length ?? 0;
  const latin = text.match(/[A-Za-z]/g)?.length ?? 0;
  if (cyrillic > latin) {
    endParagraph(reading);
  } else {
    countSkipped(reading.skipped, 'code');
    reading.collecting = undefined;
  }
}

const enter: Readonly<Record<string, Handler>> = {
  paragraph: begin('paragraph'),
  atxHeading: beginHeading,
  setextHeading: beginHeading,
  codeIndented: (reading) => {
    reading.collecting = 'code';
    reading.lines = [];
  },
  codeFenced: (reading) => countSkipped(reading.skipped, 'code'),
  codeFlowValue: copyToken,
  thematicBreak: (reading) => countSkipped(reading.skipped, 'rule'),
  definition: (reading) => countSkipped(reading.skipped, 'definition'),
  listOrdered: (reading) => {
    reading.lists++;
  },
  listUnordered: (reading) => {
    reading.lists++;
  },
  table: (reading) => {
    reading.row = -1;
    reading.headers = [];
  },
  tableRow: (reading) => {
    reading.row++;
    reading.column = -1;
  },
  tableHeader: (reading, token) => {
    reading.column++;
    begin('table-cell')(reading, token);
  },
  tableData: (reading, token) => {
    reading.column++;
    begin('table-cell')(reading, token);
  },
  data: copyToken,
  characterEscapeValue: copyToken,
  codeTextData: copyToken,
  autolinkProtocol: copyToken,
  autolinkEmail: copyToken,
  characterReference: (reading, token) => {
    if (reading.collecting === undefined || reading.muted > 0) return;
    const start = reading.base + token.start.offset;
    const end = reading.base + token.end.offset;
    const value = decodeReference(reading.source.slice(start, end));
    if (!/^[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]$/.test(value)) {
      reading.builder.insert(/^\s+$/.test(value) ? ' ' : value, start, end);
    }
  },
  htmlText: (reading, token) => {
    const start = reading.base + token.start.offset;
    const end = reading.base + token.end.offset;
    const name = tagName(reading.source.slice(start, end));
    if (name === undefined) {
      // Not an HTML element: something in angle brackets, such as «<name>», which is text.
      copyToken(reading, token);
    } else {
      countSkipped(reading.skipped, 'html');
      if (name === 'br') reading.builder.insert(' ', start, end);
    }
    reading.muted++;
  },
  htmlFlow: (reading, token) => {
    const start = reading.base + token.start.offset;
    const end = reading.base + token.end.offset;
    for (const block of readHtml(reading.source, start, end, reading.skipped, decodeReference)) {
      reading.blocks.push(block);
    }
    reading.muted++;
  },
  resource: mute,
  reference: mute,
};

const exit: Readonly<Record<string, Handler>> = {
  paragraph: endParagraph,
  atxHeading: endHeading,
  setextHeading: endHeading,
  codeIndented: endIndented,
  listOrdered: (reading) => {
    reading.lists--;
  },
  listUnordered: (reading) => {
    reading.lists--;
  },
  tableHeader: endCell,
  tableData: endCell,
  htmlText: unmute,
  htmlFlow: unmute,
  resource: unmute,
  reference: unmute,
  lineEnding: endLine,
};

/** What the parser needs to know of the document around. */
export interface ParseContext {
  /** Labels of links defined elsewhere in the document, to be known here too. */
  readonly definitions?: readonly string[];
  /** Places of fences that are text. */
  readonly openFences?: readonly number[];
}

/** The blocks of `source[start, end)`. */
export function readParsed(
  source: string,
  start: number,
  end: number,
  skipped: Skipped,
  { definitions = [], openFences = [] }: ParseContext = {},
): Block[] {
  const own = hideMisleading(
    source.slice(start, end),
    openFences.map((place) => place - start),
  );
  const known = definitions.map((label) => `\n\n[${label}]: x`).join('');
  const events = postprocess(
    parse({ extensions })
      .document()
      .write(preprocess()(own + known, undefined, true)),
  );
  const reading: Reading = {
    source,
    base: start,
    skipped,
    builder: createTextBuilder(source),
    blocks: [],
    collecting: undefined,
    lines: [],
    level: 1,
    muted: 0,
    lists: 0,
    row: -1,
    column: -1,
    headers: [],
  };
  for (const [step, token] of events) {
    if (token.start.offset >= own.length) break;
    const handler = step === 'enter' ? enter[token.type] : exit[token.type];
    handler?.(reading, token);
  }
  return reading.blocks;
}
