/** Windows: every sentence is covered, every entity that fits is kept exactly once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScoredEntity } from '../data/types.ts';
import { cutWindows, mergeWindows, tagInWindows } from './windows.ts';

const entity = (words: number[], type = 'DRUG', score = 0.9): ScoredEntity => ({ type, words, score });

/** Finds, in each window, the entities that it holds whole. */
const perfect = (length: number, max: number, overlap: number, gold: readonly ScoredEntity[]) => {
  const windows = cutWindows(length, max, overlap);
  const found = windows.map(({ wordStart, wordEnd }) =>
    gold
      .filter((e) => e.words[0]! >= wordStart && e.words.at(-1)! < wordEnd)
      .map((e) => ({ ...e, words: e.words.map((word) => word - wordStart) })),
  );
  return mergeWindows(windows, found);
};

describe('cutWindows', () => {
  it('leaves a sentence that fits alone', () => {
    expect(cutWindows(0, 9, 3)).toEqual([]);
    expect(cutWindows(9, 9, 3)).toEqual([{ wordStart: 0, wordEnd: 9 }]);
  });

  it('covers all words, shares the overlap, never exceeds the maximum', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 0, max: 40 }), fc.nat(100), (length, overlap, more) => {
        const max = 3 * overlap + 1 + more;
        const windows = cutWindows(length, max, overlap);
        expect(windows[0]?.wordStart ?? 0).toBe(0);
        expect(windows.at(-1)?.wordEnd ?? 0).toBe(length);
        windows.forEach((window, i) => {
          expect(window.wordEnd - window.wordStart).toBeLessThanOrEqual(max);
          expect(window.wordEnd).toBeGreaterThan(window.wordStart);
          if (i > 0) expect(windows[i - 1]!.wordEnd - window.wordStart).toBe(overlap);
          if (i > 1) expect(windows[i - 2]!.wordEnd).toBeLessThanOrEqual(window.wordStart);
        });
      }),
    );
  });

  it('refuses sizes that would put a word into three windows', () => {
    expect(() => cutWindows(10, 8, 3)).toThrow('at most a third');
  });
});

describe('mergeWindows', () => {
  it('keeps what a perfect tagger finds, exactly once', () => {
    const mention = (length: number, overlap: number) =>
      fc
        .tuple(
          fc.nat(length - 1),
          fc.uniqueArray(fc.nat(overlap - 1), { minLength: 1, maxLength: 6 }),
          fc.nat(2),
        )
        .map(([at, offsets, type]) => {
          const words = [...new Set(offsets.map((o) => Math.min(at + o, length - 1)))].sort((a, b) => a - b);
          return entity(words, ['A', 'B', 'C'][type]!);
        });
    const scene = fc
      .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 12 }), fc.nat(20))
      .chain(([length, overlap, more]) =>
        fc.record({
          length: fc.constant(length),
          overlap: fc.constant(overlap),
          max: fc.constant(3 * overlap + more),
          gold: fc.uniqueArray(mention(length, overlap), {
            maxLength: 40,
            selector: (e) => `${e.type} ${e.words.join()}`,
          }),
        }),
      );
    fc.assert(
      fc.property(scene, ({ length, overlap, max, gold }) => {
        const keys = (items: readonly ScoredEntity[]) =>
          items.map((e) => `${e.type} ${e.words.join()}`).sort();
        expect(keys(perfect(length, max, overlap, gold))).toEqual(keys(gold));
      }),
    );
  });

  const two = cutWindows(12, 9, 3); // 0–8 and 5–12 with a stride of 5: words 5, 6, 7 are shared
  it('drops a fragment at a cut edge when the neighbour sees more', () => {
    expect(two).toEqual([
      { wordStart: 0, wordEnd: 8 },
      { wordStart: 5, wordEnd: 12 },
    ]);
    const merged = mergeWindows(two, [[entity([6, 7])], [entity([1, 2, 3])]]);
    expect(merged.map((e) => e.words)).toEqual([[6, 7, 8]]);
  });

  it('settles a contradiction on the seam by the distance from the cut edge', () => {
    const merged = mergeWindows(two, [[entity([5, 6])], [entity([1, 2])]]);
    expect(merged.map((e) => e.words)).toEqual([[5, 6]]);
    const bothReal = mergeWindows(two, [
      [entity([5, 6]), entity([6, 7])],
      [entity([0, 1]), entity([1, 2])],
    ]);
    expect(bothReal.map((e) => e.words)).toEqual([
      [5, 6],
      [6, 7],
    ]);
  });
});

describe('tagInWindows', () => {
  const drugs = async (pieces: readonly (readonly string[])[]) =>
    pieces.map((words) => words.flatMap((word, i) => (word === 'цитарабин' ? [entity([i])] : [])));

  it('keeps order, skips empty sentences, counts what it cut', async () => {
    const long = Array.from({ length: 40 }, (_, i) => (i % 7 === 0 ? 'цитарабин' : 'и'));
    const { entities, windowed } = await tagInWindows([[], ['цитарабин'], long], drugs, {
      max: 9,
      overlap: 3,
    });
    expect(entities.map((list) => list.map((e) => e.words[0]))).toEqual([[], [0], [0, 7, 14, 21, 28, 35]]);
    expect(windowed).toBe(1);
  });

  it('takes a sentence of 150,000 words', async () => {
    const words = Array.from({ length: 150_000 }, (_, i) => (i % 10 === 0 ? 'цитарабин' : 'и'));
    const { entities } = await tagInWindows([words], drugs);
    expect(entities[0]).toHaveLength(15_000);
  });
});
