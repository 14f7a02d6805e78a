/** Encoding of entities as the original does it, and pairs that share a cell. */
import { expect, test } from 'vitest';
import { createLabelSet } from './labels.ts';
import { encodeGrid, listRelations, sharedCellPairs } from './relation-grid.ts';

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
