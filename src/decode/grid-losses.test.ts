/** What a grid cannot hold, case by case. */
import { expect, test } from 'vitest';
import { createLabelSet } from '../data/labels.ts';
import { countUnholdable, gridLosses } from './grid-losses.ts';

const labels = createLabelSet(['A', 'B']);
const mention = (type: string, ...words: number[]) => ({ type, words });

test('nested, discontinuous and one-word entities are held', () => {
  const entities = [mention('A', 0, 1, 2), mention('B', 1), mention('A', 0, 4), mention('B', 3, 4)];
  expect(gridLosses(entities, 5, labels)).toEqual({ lost: [], mistyped: [], spurious: [] });
});

test('the same head and tail with one type: both are held', () => {
  const entities = [mention('A', 0, 1, 3), mention('a', 0, 2, 3)];
  expect(gridLosses(entities, 4, labels)).toEqual({ lost: [], mistyped: [], spurious: [] });
});

test('the same words with two types: the earlier is lost', () => {
  const { lost, mistyped, spurious } = gridLosses([mention('A', 0, 1), mention('B', 0, 1)], 2, labels);
  expect(lost).toEqual([mention('A', 0, 1)]);
  expect([mistyped, spurious]).toEqual([[], []]);
});

test('the same head and tail with two types: the earlier is lost, its words read with the other type', () => {
  const { lost, mistyped, spurious } = gridLosses([mention('A', 0, 1, 2), mention('B', 0, 2)], 3, labels);
  expect(lost).toEqual([mention('A', 0, 1, 2)]);
  expect(mistyped).toEqual([{ words: [0, 1, 2], label: 3, score: 1 }]);
  expect(spurious).toEqual([]);
});

test('shared links read as an entity that nobody annotated', () => {
  const entities = [mention('A', 0, 1, 2, 4), mention('B', 1, 3, 4)];
  expect(gridLosses(entities, 5, labels).spurious).toEqual([
    { words: [0, 1, 3, 4], label: 2, score: 1 },
    { words: [1, 2, 4], label: 3, score: 1 },
  ]);
  const words = ['а', 'б', 'в', 'г', 'д'];
  expect(
    countUnholdable(
      [
        { words, entities },
        { words, entities: [mention('A', 0), mention('B', 0)] },
      ],
      labels,
    ),
  ).toEqual({
    shared_cell_pairs: 1,
    lost: 1,
    mistyped: 0,
    spurious: 2,
    sentences: 2,
  });
});
