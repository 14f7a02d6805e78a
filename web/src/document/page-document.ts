/** What the page derives from a result: items to draw, sections, pages. */
import type { DocumentBlock, DocumentResult } from '../../../src/predict/document-result.ts';
import { readWords } from './sentence-text.ts';
import type { Item, PageDocument, PageEntity, Section, SentenceRange, TableItem, TextItem } from './types.ts';

/** Prepares a result for the page. */
export function createPageDocument(result: DocumentResult): PageDocument {
  const items = itemsOf(result);
  return {
    result,
    items,
    sections: sectionsOf(result, items),
    pages: [...new Set(result.blocks.flatMap(({ page }) => (page === undefined ? [] : [page])))].sort(
      (a, b) => a - b,
    ),
    found: result.sentences.map(({ entities }, s) =>
      entities.map(
        ({ type, index, score }, e): PageEntity => ({ id: `${s}.${e}`, type, words: index, score }),
      ),
    ),
  };
}

interface PlacedBlock extends SentenceRange {
  readonly block: DocumentBlock;
  /** Text since the block before. */
  readonly gap: string;
}

/** Blocks with their sentences. Sentences that stand in no block get a paragraph, so that nothing is lost. */
function placeBlocks({ text, blocks, sentences }: DocumentResult): PlacedBlock[] {
  const placed: PlacedBlock[] = [];
  let sentence = 0;
  let at = 0;
  const take = (end: number): SentenceRange => {
    const from = sentence;
    while (sentence < sentences.length && sentences[sentence]!.start < end) sentence++;
    return { from, to: sentence };
  };
  const stray = (start: number): void => {
    const range = take(start);
    if (range.to > range.from)
      placed.push({ ...range, gap: '\n\n', block: { kind: 'paragraph', start, end: start } });
  };
  for (const block of blocks) {
    stray(block.start);
    placed.push({ block, gap: text.slice(at, block.start), ...take(block.end) });
    at = Math.max(at, block.end);
  }
  stray(Number.POSITIVE_INFINITY);
  return placed;
}

/** A bullet or number at the end of the text before a list item. */
const markBefore =
  /(?<indent>[^\S\n]*)(?<mark>[-*+•·●▪◦‣–—]|\(?[\p{L}\d]{1,4}[.)])[^\S\n]*(?:\[[ xX]\][^\S\n]*)?$/u;

const pageOf = ({ page }: DocumentBlock): { readonly page?: number } => (page === undefined ? {} : { page });

function itemsOf(result: DocumentResult): Item[] {
  const items: Item[] = [];
  let table: OpenTable | undefined;
  const closeTable = (): void => {
    if (table !== undefined) items.push(finishTable(table));
    table = undefined;
  };
  for (const placed of placeBlocks(result)) {
    const { block, from, to } = placed;
    if (block.kind !== 'table-cell') {
      closeTable();
      if (to > from) items.push(textItem(placed));
      continue;
    }
    if (table !== undefined && startsTable(placed, table)) closeTable();
    table ??= { cells: [], row: 0, column: 0, ...pageOf(block) };
    table.row = block.row ?? 0;
    table.column = block.column ?? 0;
    table.cells.push(placed);
  }
  closeTable();
  return items;
}

function textItem({ block, gap, from, to }: PlacedBlock): TextItem {
  const own = { from, to, ...pageOf(block) };
  if (block.kind === 'heading') return { ...own, kind: 'heading', level: block.level ?? 2 };
  if (block.kind !== 'list-item') return { ...own, kind: 'paragraph', level: 0 };
  const { mark = '•', indent = '' } = markBefore.exec(gap)?.groups ?? {};
  const width = indent.replace(/\t/g, '    ').length;
  const shown = /^[-*+·●▪‣–—]$/.test(mark) ? '•' : mark;
  return { ...own, kind: 'list-item', level: Math.min(4, Math.floor(width / 2)), mark: shown };
}

interface OpenTable {
  readonly cells: PlacedBlock[];
  readonly page?: number;
  /** Of the last cell. */
  row: number;
  column: number;
}

/** Whether a cell belongs to another table than the one before it. */
function startsTable({ block, gap }: PlacedBlock, table: OpenTable): boolean {
  const row = block.row ?? 0;
  const column = block.column ?? 0;
  if (row < table.row) return true;
  return (
    row === 0 && (table.row > 0 || column < table.column || (/\n\s*\n/.test(gap) && column <= table.column))
  );
}

function finishTable({ cells, page }: OpenTable): TableItem {
  const numbers = [...new Set(cells.map(({ block }) => block.row ?? 0))].sort((a, b) => a - b);
  const rows: SentenceRange[][][] = numbers.map(() => []);
  for (const { block, from, to } of cells) {
    const row = rows[numbers.indexOf(block.row ?? 0)]!;
    const column = block.column ?? 0;
    row[column] = [...(row[column] ?? []), { from, to }];
  }
  const columns = Math.max(...rows.map((row) => row.length));
  return {
    kind: 'table',
    rows: rows.map((row) => Array.from({ length: columns }, (_, i) => row[i])),
    columns,
    from: cells[0]!.from,
    to: cells.at(-1)!.to,
    ...(page === undefined ? {} : { page }),
  };
}

function sectionsOf({ text, sentences }: DocumentResult, items: readonly Item[]): Section[] {
  const headings = items.filter((item): item is TextItem => item.kind === 'heading');
  return headings.map(({ from, to, level }, i) => {
    const next = headings.slice(i + 1).find((other) => other.level <= level);
    const title = sentences
      .slice(from, to)
      .map((sentence) => readWords(text, sentence))
      .join(' ');
    return { title, level, from, to: next?.from ?? sentences.length };
  });
}

/** The items in parts of about so many words, so that a browser can leave out what is not on the screen. */
export function chunkItems(
  items: readonly Item[],
  { sentences }: DocumentResult,
  wordsOfChunk = 350,
): Item[][] {
  const chunks: Item[][] = [];
  let words = Number.POSITIVE_INFINITY;
  for (const item of items) {
    if (words >= wordsOfChunk) {
      chunks.push([]);
      words = 0;
    }
    chunks.at(-1)!.push(item);
    for (let s = item.from; s < item.to; s++) words += sentences[s]!.sentence.length;
  }
  return chunks;
}
