/** Arranges the pages of a PDF into blocks in reading order. */
import type { ExtractedBlock } from '../../extracted.ts';
import { cleanText } from '../../extracted.ts';
import { countSkipped, type Skipped } from '../skipped.ts';
import { splitColumns } from './columns.ts';
import { findGrids, type Grid } from './grids.ts';
import { type HeadingStyle, headingLevel, measureHeadings } from './headings.ts';
import { type LineLink, learnHyphens } from './hyphens.ts';
import {
  columnOf,
  isRest,
  measurePitch,
  type Paragraph,
  paragraphText,
  readParagraphs,
} from './paragraphs.ts';
import { findRunningLines } from './running-lines.ts';
import { readTableCells, type TableCell, TableWriter } from './tables.ts';
import { readLines } from './text-lines.ts';
import type { Box, Line, PageContent, Run } from './types.ts';

/** A ruled table with the text of its cells. */
interface PageTable {
  readonly grid: Grid;
  readonly cells: readonly TableCell[];
}

/** One column of a page: its lines, and the tables that stand in it. */
interface Region {
  readonly lines: Line[];
  readonly tables: PageTable[];
}

interface ArrangedPage {
  readonly number: number;
  readonly height: number;
  readonly regions: Region[];
  readonly turned: string;
}

type Item = { readonly box: Box } & ({ readonly run: Run } | { readonly table: PageTable });

const boxOf = ({ x, y, width, size }: Run): Box => ({
  x0: x,
  y0: y - size * 0.8,
  x1: x + width,
  y1: y + size * 0.2,
});

const contains = (box: Box, { x, y, width, size }: Run): boolean => {
  const [middleX, middleY] = [x + width / 2, y - size * 0.3];
  return middleX >= box.x0 - 1 && middleX <= box.x1 + 1 && middleY >= box.y0 && middleY <= box.y1;
};

/** Takes the text of tables out of a page; frames with text in fewer than two cells are no tables. */
function takeTables(content: PageContent): { tables: PageTable[]; rest: Run[] } {
  let rest = [...content.runs];
  const tables: PageTable[] = [];
  for (const grid of findGrids(content.rules)) {
    const inside = rest.filter((run) => contains(grid.box, run));
    if (inside.length === 0) continue;
    const cells = readTableCells(grid, inside, content.dots);
    if (cells.length < 2) continue;
    tables.push({ grid, cells });
    const taken = new Set(inside);
    rest = rest.filter((run) => !taken.has(run));
  }
  return { tables, rest };
}

function arrangePage(content: PageContent, number: number): ArrangedPage {
  const { tables, rest } = takeTables(content);
  const items: Item[] = [
    ...rest.map((run) => ({ box: boxOf(run), run })),
    ...tables.map((table) => ({ box: table.grid.box, table })),
  ];
  const regions = splitColumns(items).map((group) => ({
    lines: readLines(
      group.flatMap((item) => ('run' in item ? [item.run] : [])),
      content.dots,
    ),
    tables: group.flatMap((item) => ('table' in item ? [item.table] : [])),
  }));
  const turned = cleanText(content.turned.map((run) => run.text).join(' '));
  return { number, height: content.height, regions, turned };
}

/** What comes one after the other: paragraphs, tables, turned text. */
type Piece =
  | { readonly kind: 'paragraph'; readonly paragraph: Paragraph }
  | { readonly kind: 'table'; readonly table: PageTable; readonly page: number }
  | { readonly kind: 'turned'; readonly text: string; readonly page: number };

/** The pieces of a column: paragraphs between its tables. */
function piecesOf(region: Region, pitch: ReadonlyMap<number, number>, page: number): Piece[] {
  const column = columnOf(region.lines, pitch);
  const tables = [...region.tables].sort((a, b) => a.grid.box.y0 - b.grid.box.y0);
  const pieces: Piece[] = [];
  let from = 0;
  const addLines = (to: number): void => {
    for (const paragraph of readParagraphs(region.lines.slice(from, to), column, page))
      pieces.push({ kind: 'paragraph', paragraph });
    from = to;
  };
  for (const table of tables) {
    const to = region.lines.findIndex((line) => line.y - line.size * 0.3 > table.grid.box.y0);
    addLines(to < 0 ? region.lines.length : Math.max(from, to));
    pieces.push({ kind: 'table', table, page });
  }
  addLines(region.lines.length);
  return pieces;
}

/** Joins what goes on in the next column or on the next page. */
function joinPieces(regions: readonly (readonly Piece[])[], bodySize: number): Piece[] {
  const all: Piece[] = [];
  for (const pieces of regions) {
    const [first, ...rest] = pieces;
    if (first === undefined) continue;
    const last = all.at(-1);
    if (
      last?.kind === 'paragraph' &&
      first.kind === 'paragraph' &&
      isRest(last.paragraph, first.paragraph, bodySize)
    ) {
      last.paragraph.lines.push(...first.paragraph.lines);
      last.paragraph.rights.push(...first.paragraph.rights);
      last.paragraph.pages.push(...first.paragraph.pages);
    } else {
      all.push(first);
    }
    all.push(...rest);
  }
  return all;
}

function paragraphBlock(paragraph: Paragraph, style: HeadingStyle, link: LineLink): ExtractedBlock {
  const page = paragraph.pages[0]!;
  const level = headingLevel(paragraph, style);
  const { text, mark, pageBreaks } = paragraphText(paragraph, link);
  if (level !== undefined) {
    // The number of a heading is part of it.
    return { kind: 'heading', text: mark === undefined ? text : `${mark} ${text}`, level, page };
  }
  const rest = { text, page, ...(pageBreaks.length === 0 ? {} : { pageBreaks }) };
  return mark === undefined ? { kind: 'paragraph', ...rest } : { kind: 'list-item', mark, ...rest };
}

/**
 * The blocks of all pages, in reading order.
 * @param pages undefined for a page that could not be read
 */
export function arrangePages(
  pages: readonly (PageContent | undefined)[],
  skipped: Skipped,
): ExtractedBlock[] {
  const arranged = pages.flatMap((content, i) =>
    content === undefined ? [] : [arrangePage(content, i + 1)],
  );
  const running = findRunningLines(
    arranged.map(({ height, regions }) => ({
      height,
      lines: regions.flatMap((region) => region.lines).sort((a, b) => a.y - b.y),
    })),
  );
  if (running.runningCount > 0) countSkipped(skipped, 'running line', running.runningCount);
  if (running.numberCount > 0) countSkipped(skipped, 'page number', running.numberCount);
  for (const { regions } of arranged) {
    for (const region of regions) {
      const kept = region.lines.filter((line) => !running.lines.has(line));
      region.lines.splice(0, region.lines.length, ...kept);
    }
  }
  const columns = arranged.flatMap(({ regions }) => regions.map((region) => region.lines));
  const pitch = measurePitch(columns);
  const regions = arranged.flatMap(({ regions: own, number, turned }): Piece[][] => [
    ...own.map((region) => piecesOf(region, pitch, number)),
    ...(turned === '' ? [] : [[{ kind: 'turned' as const, text: turned, page: number }]]),
  ]);
  const style = measureHeadings(
    regions.flat().flatMap((piece) => (piece.kind === 'paragraph' ? [piece.paragraph] : [])),
  );
  const link = learnHyphens([...columns, ...cellLines(arranged)]);
  return toBlocks(joinPieces(regions, style.bodySize), style, link, skipped);
}

const cellLines = (pages: readonly ArrangedPage[]): Line[][] =>
  pages
    .flatMap(({ regions }) => regions.flatMap(({ tables }) => tables.flatMap(({ cells }) => cells)))
    .map(({ paragraphs }) => paragraphs.flatMap(({ lines }) => lines));

function toBlocks(
  pieces: readonly Piece[],
  style: HeadingStyle,
  link: LineLink,
  skipped: Skipped,
): ExtractedBlock[] {
  const tables = new TableWriter(skipped, link);
  const blocks: ExtractedBlock[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'table') blocks.push(...tables.write(piece.table.grid, piece.table.cells, piece.page));
    else {
      tables.close();
      if (piece.kind === 'paragraph') blocks.push(paragraphBlock(piece.paragraph, style, link));
      else blocks.push({ kind: 'paragraph', text: piece.text, page: piece.page });
    }
  }
  return blocks;
}
