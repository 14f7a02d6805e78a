/** Pieces as an encoder is fed: special ones, places of words, words without pieces, and what is longer than a sequence. */
import { describe, expect, test } from 'vitest';
import type { PieceTokenizer } from '../text/pieces.ts';
import { countPieces, cutSequences, pieceFeeds } from './piece-feeds.ts';

/** A piece for every letter; a full stop has none. */
const letters: PieceTokenizer = {
  size: 2000,
  startId: 1,
  endId: 2,
  padId: 0,
  piecesOf: (word) => Int32Array.from([...word.replaceAll('.', '')], (letter) => letter.charCodeAt(0)),
};
const ids = (text: string): number[] => [...letters.piecesOf(text)];

test('sentences are padded with 0 and belong to no word there', () => {
  const { pieces, piece_word: words } = pieceFeeds(
    [
      ['ab', 'c'],
      ['d', '.', 'e', 'f'],
    ],
    letters,
    10,
  );
  expect(pieces!.shape).toEqual([2, 5]);
  expect([...pieces!.data]).toEqual([1, ...ids('abc'), 2, 1, ...ids('def'), 2]);
  // L is 4: the words of the second sentence are numbered from 4, and its second word has no piece.
  expect([...words!.data]).toEqual([-1, 0, 0, 1, -1, -1, 4, 6, 7, -1]);
  expect(countPieces(['d', '.', 'e', 'f'], letters)).toBe(5);
});

test('a sentence without any piece is the two special ones', () => {
  const { pieces, piece_word: words } = pieceFeeds([['.', '.']], letters, 10);
  expect([...pieces!.data]).toEqual([1, 2]);
  expect([...words!.data]).toEqual([-1, -1]);
});

describe('a sentence longer than a sequence', () => {
  test('goes on behind those of the other sentences, and every piece counts once', () => {
    const long = Array.from({ length: 30 }, (_, k) => String.fromCharCode(97 + (k % 26)));
    const { pieces, piece_word: words } = pieceFeeds([long, ['x']], letters, 14);
    const [W, P] = pieces!.shape as [number, number];
    expect(P).toBeLessThanOrEqual(14);
    expect(W).toBeGreaterThan(3);
    const rows = Array.from({ length: W }, (_, w) =>
      [...words!.data.subarray(w * P, (w + 1) * P)].map(Number),
    );
    expect(rows[1]!.filter((word) => word >= 0)).toEqual([30]); // the second sentence's word, L = 30
    const counted = [rows[0]!, ...rows.slice(2)].flat().filter((word) => word >= 0);
    expect(counted).toEqual(long.map((_, k) => k));
    for (const [w, row] of rows.entries())
      for (const [p, word] of row.entries())
        if (word >= 0 && w !== 1) expect(pieces!.data[w * P + p]).toBe(long[word]!.charCodeAt(0));
  });

  test.each([
    [10, 10],
    [11, 10],
    [100, 10],
    [511, 510],
    [3000, 510],
  ])('of %i pieces in sequences of %i: they overlap, and share the pieces out', (count, longest) => {
    const cut = cutSequences(0, count, longest);
    expect(cut.every(({ start, end }) => end - start <= longest && end > start)).toBe(true);
    expect(cut.flatMap(({ countedStart, countedEnd }) => [countedStart, countedEnd])).toEqual([
      0,
      ...cut.slice(1).flatMap(({ countedStart }) => [countedStart, countedStart]),
      count,
    ]);
    for (const { start, end, countedStart, countedEnd } of cut) {
      expect(countedStart).toBeGreaterThanOrEqual(start);
      expect(countedEnd).toBeLessThanOrEqual(end);
    }
  });
});

test('a word longer than a sequence is spread over several', () => {
  const { pieces, piece_word: words } = pieceFeeds([['a'.repeat(50), 'b']], letters, 22);
  expect(pieces!.shape[0]).toBeGreaterThan(2);
  expect([...words!.data].filter((word) => word === 0).length).toBe(50);
  expect([...words!.data].filter((word) => word === 1).length).toBe(1);
});
