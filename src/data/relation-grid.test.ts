/** Encoding of entities as the original does it, and pairs that share a cell. */
import { expect, test } from 'vitest';
import { createLabelSet } from './labels.ts';
import { encodeGrid, gridDifference, listRelations, sharedCellPairs } from './relation-grid.ts';

const labels = createLabelSet(['A', 'B']);

test('links above the diagonal, types below and on it', () => {
  const entities = [
    { type: 'a', words: [0, 1, 3] },
    { type: 'B', words: [2] },
  ];
  expect([...encodeGrid(entities, 4, labels)]).toEqual(
    [
      [0, 1, 0, 0],
      [0, 0, 0, 1],
      [0, 0, 3, 0],
      [2, 0, 0, 0],
    ].flat(),
  );
});

test('a later entity takes the cell', () => {
  const entities = [
    { type: 'A', words: [0, 1] },
    { type: 'B', words: [0, 1] },
  ];
  expect([...encodeGrid(entities, 2, labels)]).toEqual([0, 1, 3, 0]);
});

test('as a list of relations, a cell keeps every type, and each link once', () => {
  const entities = [
    { type: 'B', words: [0, 1] },
    { type: 'A', words: [0, 1] },
    { type: 'b', words: [1] },
  ];
  expect([...listRelations(entities, 2, labels)]).toEqual([1, 1, 2, 2, 2, 3, 3, 3]);
  expect(() => listRelations([{ type: 'C', words: [0] }], 1, labels)).toThrow('type "C" is not among');
});

/** The probabilities [L·L][K] that a grid and a difference from it stand for. */
function probabilities(grid: Uint8Array, { places, values }: ReturnType<typeof gridDifference>): number[][] {
  const rows = Array.from(grid, (own) =>
    Array.from({ length: labels.size }, (_, label) => (label === own ? 1 : 0)),
  );
  for (const [n, place] of places.entries())
    rows[Math.floor(place / labels.size)]![place % labels.size]! += values[n]!;
  return rows.map((row) => row.map((value) => Number(value.toFixed(6))));
}

test('probable labels differ from the grid, and what is left of a pair is no relation', () => {
  const grid = encodeGrid([{ type: 'A', words: [0, 1] }], 2, labels);
  const chances = [
    [1, 0, 'a', 0.6],
    [0, 1, '<suc>', 0.7],
    [1, 0, 'B', 0.3],
    [1, 1, 'B', 0.25],
  ] as const;
  expect(probabilities(grid, gridDifference(chances, grid, 2, labels))).toEqual([
    [1, 0, 0, 0], // nothing is said of it: as the grid has it
    [0.3, 0.7, 0, 0],
    [0.1, 0, 0.6, 0.3],
    [0.75, 0, 0, 0.25],
  ]);
});

test('a label that is not likely any more gives way to the others, and to no relation', () => {
  const grid = encodeGrid([{ type: 'A', words: [0] }], 1, labels);
  const other = gridDifference([[0, 0, 'B', 0.9]], grid, 1, labels);
  expect(probabilities(grid, other)).toEqual([[0.1, 0, 0, 0.9]]);
  const none = gridDifference([[0, 0, 'A', 0]], grid, 1, labels);
  expect(probabilities(grid, none)).toEqual([[1, 0, 0, 0]]);
});

test('certain labels that agree with the grid do not differ from it', () => {
  const grid = encodeGrid([{ type: 'A', words: [0, 2] }], 3, labels);
  const certain = [
    [0, 2, '<suc>', 1],
    [2, 0, 'A', 1],
    [2, 0, 'B', 0],
    [1, 1, 'B', 0],
  ] as const;
  expect(gridDifference(certain, grid, 3, labels).places).toHaveLength(0);
  expect(gridDifference([], grid, 3, labels).values).toHaveLength(0);
});

test('a probable label that is not among the labels', () => {
  const attempt = () => gridDifference([[0, 0, 'C', 0.5]], new Uint8Array(1), 1, labels);
  expect(attempt).toThrow(expect.objectContaining({ name: 'UserError', code: 'E_LABELS' }));
  expect(attempt).toThrow('type "C" is not among the labels (A, B)');
});

test('a buffer is cleared and reused', () => {
  const buffer = new Uint8Array(20).fill(7);
  const grid = encodeGrid([{ type: 'A', words: [1] }], 3, labels, buffer);
  expect([...grid]).toEqual([0, 0, 0, 0, 2, 0, 0, 0, 0]);
  expect(grid.buffer).toBe(buffer.buffer);
  expect(buffer[9]).toBe(7);
  expect(() => encodeGrid([], 5, labels, buffer)).toThrow(RangeError);
});

test('unknown types and words outside the sentence', () => {
  expect(() => encodeGrid([{ type: 'C', words: [0] }], 1, labels)).toThrow(
    'type "C" is not among the labels (A, B)',
  );
  expect(() => encodeGrid([{ type: 'A', words: [1] }], 1, labels)).toThrow(RangeError);
  expect(() => encodeGrid([{ type: 'A', words: [] }], 1, labels)).toThrow(RangeError);
});

test('pairs with one head and one tail', () => {
  const entities = [
    { type: 'A', words: [0, 1, 3] },
    { type: 'A', words: [0, 2, 3] },
    { type: 'B', words: [0, 3] },
    { type: 'B', words: [0, 2] },
    { type: 'b', words: [0, 2] },
  ];
  expect(sharedCellPairs(entities)).toEqual([
    { first: 0, second: 1, lossy: false },
    { first: 0, second: 2, lossy: true },
    { first: 1, second: 2, lossy: true },
  ]);
});
