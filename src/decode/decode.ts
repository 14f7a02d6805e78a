/** Relation grid → entities, exactly the original's reading (Li et al. 2022, §3.5; `utils.decode`), with bounded work. */
import { LABEL_NONE } from '../data/labels.ts';
import { findReadings, type OrderedCells } from './readings.ts';
import type { DecodeOptions, Decoding, GridCells } from './types.ts';

/**
 * Reads the entities of a sparse grid: for every THW label at [tail][head] (lower triangle with the diagonal) every
 * ascending path of NNW links (upper triangle) from head to tail is an entity. Labels in the other triangle mean nothing.
 *
 * A grid can hold exponentially many paths. Dead ends cost nothing (paths are counted first and followed only where they
 * arrive), and of a cell's paths at most `perCell` are kept: those that come first in word order, so the most
 * contiguous. If the sentence still exceeds `extraPerSentence`, the limit per cell is lowered, for all cells
 * alike, until it fits. Every cell keeps at least one reading. What was left out is counted in `dropped`.
 */
export function decodeCells(cells: GridCells, options: DecodeOptions = {}): Decoding {
  const { length } = cells;
  const order = readingOrder(cells);
  const found: OrderedCells = { rows: [], columns: [], labels: [], chances: [] };
  for (let i = 0; i < cells.count; i++) {
    const at = order === undefined ? i : order[i];
    if (at === undefined) break;
    const label = cells.labels[at]!;
    if (label === LABEL_NONE) continue;
    found.rows.push(cells.rows[at]!);
    found.columns.push(cells.columns[at]!);
    found.labels.push(label);
    found.chances.push(cells.probabilities === undefined ? 1 : cells.probabilities[at]!);
  }
  return findReadings(length, found, options);
}

/** Settings of {@link decodeGrid}. */
export interface DecodeGridOptions extends DecodeOptions {
  /** Cells from one row to the next; default `length`. For a grid padded to a batch's longest sentence. */
  readonly stride?: number;
  /** Index of the grid's first cell; default 0. For a grid inside a batch. */
  readonly offset?: number;
  /** Probability of the chosen label, laid out as the grid; 1 when absent. */
  readonly probabilities?: ArrayLike<number>;
}

/**
 * Reads the entities of a dense grid; see {@link decodeCells} for the reading and its bounds.
 * @param grid   [L, stride] row-major label ids (the argmax over labels)
 * @param length words in the sentence, `L`
 */
export function decodeGrid(
  grid: Uint8Array | Int32Array,
  length: number,
  options: DecodeGridOptions = {},
): Decoding {
  const { stride = length, offset = 0, probabilities } = options;
  if (length > 0 && (stride < length || grid.length < offset + (length - 1) * stride + length)) {
    throw new RangeError(
      `grid of ${grid.length} cells cannot hold ${length} words at stride ${stride}, offset ${offset}`,
    );
  }
  const found: OrderedCells = { rows: [], columns: [], labels: [], chances: [] };
  for (let row = 0; row < length; row++) {
    const base = offset + row * stride;
    const end = base + length;
    for (let at = base; at < end; at++) {
      const label = grid[at]!;
      if (label === LABEL_NONE) continue;
      found.rows.push(row);
      found.columns.push(at - base);
      found.labels.push(label);
      found.chances.push(probabilities === undefined ? 1 : probabilities[at]!);
    }
  }
  return findReadings(length, found, options);
}

/** Indices of the cells by row, column and label, the last of equal ones; `undefined` when they are so already. @throws RangeError */
function readingOrder({ length, count, rows, columns, labels }: GridCells): number[] | undefined {
  const placeOf = (i: number): number => (rows[i]! * length + columns[i]!) * 256 + labels[i]!;
  let sorted = true;
  let previous = -1;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const column = columns[i]!;
    if (!(row >= 0 && row < length && column >= 0 && column < length)) {
      throw new RangeError(`cell ${i} at [${row}, ${column}] lies outside a grid of ${length} words`);
    }
    const place = placeOf(i);
    if (place <= previous) sorted = false;
    previous = place;
  }
  if (sorted) return undefined;
  const last = new Map<number, number>();
  for (let i = 0; i < count; i++) last.set(placeOf(i), i);
  return [...last].sort((a, b) => a[0] - b[0]).map(([, at]) => at);
}
