/** The text of ruled tables, cell by cell, row by row; a table that goes on over pages is one. */
import type { ExtractedBlock } from '../../extracted.ts';
import { countSkipped, type Skipped } from '../skipped.ts';
import type { Grid } from './grids.ts';
import type { LineLink } from './hyphens.ts';
import { columnOf, measurePitch, type Paragraph, paragraphText, readParagraphs } from './paragraphs.ts';
import { readLines } from './text-lines.ts';
import type { Box, Dot, Run } from './types.ts';

/** A cell that holds text; its paragraphs are blocks of their own. */
export interface TableCell {
  readonly row: number;
  readonly column: number;
  readonly paragraphs: readonly Paragraph[];
}

interface CellTexts {
  readonly row: number;
  readonly column: number;
  readonly texts: readonly string[];
}

/** Edges of columns on the next page differ by less, in points. */
const sameEdge = 4;

const isInside = ({ x0, y0, x1, y1 }: Box, x: number, y: number): boolean =>
  x >= x0 && x < x1 && y >= y0 && y < y1;

/** The cell that a place is in, or is nearest to. */
function nearestCell({ cells }: Grid, x: number, y: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, { box }] of cells.entries()) {
    const distance = Math.max(box.x0 - x, 0, x - box.x1) + Math.max(box.y0 - y, 0, y - box.y1);
    if (distance < least) [best, least] = [i, distance];
    if (distance === 0) break;
  }
  return best;
}

/** Sorts runs into the cells of a grid; those between cells go to the nearest. */
export function readTableCells(grid: Grid, runs: readonly Run[], dots: readonly Dot[]): TableCell[] {
  const byCell = grid.cells.map((): Run[] => []);
  for (const run of runs) {
    const [x, y] = [run.x + run.width / 2, run.y - run.size * 0.3];
    byCell[nearestCell(grid, x, y)]!.push(run);
  }
  return grid.cells.flatMap(({ row, column, box }, i) => {
    const own = byCell[i]!;
    if (own.length === 0) return [];
    const lines = readLines(
      own,
      dots.filter((dot) => isInside(box, dot.x, dot.y)),
    );
    const within = { ...columnOf(lines, measurePitch([lines])), right: box.x1 - 2 };
    return [{ row, column, paragraphs: readParagraphs(lines, within, 0) }];
  });
}

/** Cells keep their numbers: there they are content as often as marks. */
function cellTexts({ row, column, paragraphs }: TableCell, link: LineLink): CellTexts {
  const texts = paragraphs.map((paragraph) => {
    const { text, mark } = paragraphText(paragraph, link);
    return mark === undefined ? text : `${mark} ${text}`;
  });
  return { row, column, texts };
}

const joined = (cell: CellTexts): string => cell.texts.join(' ');

/** Writes tables as blocks; remembers the last one, to go on with it on the next page. */
export class TableWriter {
  private readonly skipped: Skipped;
  private readonly link: LineLink;
  private count = 0;
  private open:
    | { edges: readonly number[]; page: number; rows: number; headers: Map<number, string>; head: string }
    | undefined;

  constructor(skipped: Skipped, link: LineLink) {
    this.skipped = skipped;
    this.link = link;
  }

  /** Something else follows: the table is at its end. */
  close(): void {
    this.open = undefined;
  }

  /** The blocks of a table, or of the part of one on this page. */
  write(grid: Grid, found: readonly TableCell[], page: number): ExtractedBlock[] {
    const cells = found.map((cell) => cellTexts(cell, this.link));
    const rows = Math.max(...cells.map((cell) => cell.row)) + 1;
    const firstRow = Math.min(...cells.map((cell) => cell.row));
    const top = cells.filter((cell) => cell.row === firstRow);
    const head = top.map((cell) => `${cell.column} ${joined(cell)}`).join('\n');
    const goesOn =
      this.open !== undefined && this.open.page === page - 1 && sameEdges(this.open.edges, grid.edges);
    let shown = cells;
    if (goesOn && this.open!.head === head && rows > firstRow + 1) {
      countSkipped(this.skipped, 'repeated table head');
      shown = cells.filter((cell) => cell.row !== firstRow);
    }
    if (!goesOn) {
      this.count++;
      const hasHead = rows > firstRow + 1 && grid.edges.length > 1 && top.length > 1;
      const headers = new Map(hasHead ? top.map((cell) => [cell.column, joined(cell)]) : []);
      this.open = { edges: grid.edges, page, rows: 0, headers, head };
    }
    const open = this.open!;
    const base = open.rows - (shown === cells ? 0 : firstRow + 1);
    open.page = page;
    open.rows = base + rows;
    return shown.flatMap(({ row, column, texts }) => {
      const place = base + row;
      const header = place === firstRow && !goesOn ? undefined : open.headers.get(column);
      const rest = {
        row: place,
        column,
        page,
        table: this.count,
        ...(header === undefined ? {} : { header }),
      };
      return texts.map((text): ExtractedBlock => ({ kind: 'table-cell', text, ...rest }));
    });
  }
}

const sameEdges = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((edge, i) => Math.abs(edge - b[i]!) <= sameEdge);
