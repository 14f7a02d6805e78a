/** Stretches by the gate's scores: `x` is a word above the threshold, brackets stand around what is kept. */
import { expect, test } from 'vitest';
import { cutSegments } from './segments.ts';

const settings = { threshold: 0, margin: 1 };

test.each([
  ['', ''],
  ['.....', '.....'],
  ['x', '[x]'],
  ['x....', '[x.]...'],
  ['..x..', '.[.x.].'],
  ['....x', '...[.x]'],
  ['x.x', '[x.x]'],
  ['x...x', '[x.].[.x]'],
  ['x..x', '[x..x]'], // the margins meet
  ['x....x', '[x.]..[.x]'],
  ['.xx......x.x..', '[.xx.]....[.x.x.].'],
])('%s', (given, expected) => {
  const scores = [...given].map((sign) => (sign === 'x' ? 1 : 0));
  const segments = cutSegments(scores, settings);
  const starts = new Set(segments.map(({ wordStart }) => wordStart));
  const ends = new Set(segments.map(({ wordEnd }) => wordEnd));
  const drawn = [...given, ''].map((sign, i) => (ends.has(i) ? ']' : '') + (starts.has(i) ? '[' : '') + sign);
  expect(drawn.join('')).toBe(expected);
});

test('every word above the threshold is kept, whatever the settings', () => {
  for (let seed = 0; seed < 200; seed++) {
    const scores = Array.from({ length: 30 }, (_, i) => Math.sin(seed * 31 + i * i));
    const segments = cutSegments(scores, { threshold: 0.5, margin: seed % 4 });
    const kept = (word: number): boolean =>
      segments.some(({ wordStart, wordEnd }) => word >= wordStart && word < wordEnd);
    expect(scores.every((score, word) => !(score > 0.5) || kept(word))).toBe(true);
    for (const [i, { wordStart, wordEnd }] of segments.entries()) {
      expect(wordStart).toBeLessThan(wordEnd);
      if (i > 0) expect(wordStart).toBeGreaterThan(segments[i - 1]!.wordEnd);
    }
  }
});
