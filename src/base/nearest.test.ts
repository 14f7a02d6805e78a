/** What a misspelt name may have meant. */
import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const names = ['text', 'min_score', 'output'];

test.each([
  ['txt', 'text'],
  ['minScore', 'min_score'],
  ['OUTPUT', 'output'],
  ['ouptut', 'output'],
  ['score', undefined],
  ['weather', undefined],
  ['', undefined],
  ['text'.repeat(1_000_000), undefined],
])('%.20s', (name, meant) => {
  expect(nearest(name, names)).toBe(meant);
});
