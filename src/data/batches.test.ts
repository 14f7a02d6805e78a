/** Batches: what a graph is fed, and that cutting sentences into batches loses none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { withMeaning } from '../text/meaning.ts';
import { spellingFeatures, wordFeatures } from '../text/spelling.ts';
import {
  batchFeeds,
  bucketBatches,
  cutBatches,
  differenceFeed,
  FeatureCache,
  labelFeed,
  lossFeeds,
} from './batches.ts';

const settings = { ngram_buckets: 500, ngram_min: 3, ngram_max: 4 };
const cache = new FeatureCache(settings);
const items = [{ words: ['а', 'бета', 'а'] }, { words: ['гамма'] }, { words: ['бета', 'А'] }];

describe('feeds', () => {
  test('number distinct words from 1, and 0 is padding', () => {
    const { word_index: index, word_mask: mask } = batchFeeds(items, cache, true);
    expect(index!.shape).toEqual([3, 3]);
    expect([...index!.data]).toEqual([1, 2, 1, 3, 0, 0, 2, 4, 0]);
    expect([...mask!.data]).toEqual([1, 1, 1, 1, 0, 0, 1, 1, 0]);
    expect(Object.keys(batchFeeds([items[0]!], cache, false))).not.toContain('word_mask');
  });

  test('give every distinct word its rows with weights of norm 1, zeros behind them', () => {
    const { features, feature_weight: weight } = batchFeeds(items, cache, true);
    const [U, F] = features!.shape as [number, number];
    expect(weight!.shape).toEqual([U, F]);
    for (const [u, word] of [undefined, 'а', 'бета', 'гамма', 'А'].entries()) {
      const rows = word === undefined ? [] : [...spellingFeatures(word, settings)];
      const padding = new Array<number>(F - rows.length).fill(0);
      const own = [u * F, (u + 1) * F] as const;
      expect([...features!.data.slice(...own)]).toEqual([...rows, ...padding]);
      const expected = Math.fround(1 / Math.sqrt(rows.length));
      expect([...weight!.data.slice(...own)]).toEqual([...rows.map(() => expected), ...padding]);
    }
  });

  test('hide the word itself and its parts at their own rates', () => {
    const many = [{ words: Array.from({ length: 400 }, (_, k) => `слово${k}хвост`) }];
    const hidden = (word: number, ngram: number): [number, number] => {
      const feeds = batchFeeds(many, cache, true, { word, ngram, glossary: 0, random: createRandom(1) });
      const F = feeds.features!.shape[1]!;
      const weights = [...feeds.feature_weight!.data].map(Number).slice(F);
      const used = weights.filter((_, k) => Number(feeds.features!.data[F + k]) > 0);
      const first = weights.filter((_, k) => k % F === 0);
      const share = (all: number[]): number => all.filter((w) => w === 0).length / all.length;
      return [share(first), share(used)];
    };
    expect(hidden(1, 0)[0]).toBe(1);
    expect(hidden(0, 0)).toEqual([0, 0]);
    expect(hidden(0.3, 0)[0]).toBeCloseTo(0.3, 1);
    expect(hidden(0, 0.2)[0]).toBe(0);
    expect(hidden(0, 0.2)[1]).toBeCloseTo(0.2, 1);
  });

  describe('of words with meaning', () => {
    const both = withMeaning('ЯБ', { words: ['язвенная', 'болезнь'], types: ['disease', 'own'] });
    const meaningAlone = withMeaning('ЯБ', { words: ['язва'], types: [] });
    const typeAlone = withMeaning('инсулин', { words: [], types: ['drug'] });
    const words = [both, meaningAlone, typeAlone, 'ЯБ'];

    interface Rates {
      readonly word: number;
      readonly ngram: number;
      readonly glossary: number;
    }
    /** What a sentence of different words is fed: rows and weights of each, those of all its parts. */
    const feed = (sentence: readonly string[], rates?: Rates): { rows: number[]; weights: number[] }[] => {
      const dropout = rates && { ...rates, random: createRandom(1) };
      const feeds = batchFeeds([{ words: sentence }], cache, false, dropout);
      const [F, R] = [feeds.features!.shape[1]!, feeds.word_parts!.shape[1]!];
      const parts = [...feeds.word_parts!.data].map(Number);
      const take = (name: string, u: number): number[] =>
        parts
          .slice(u * R, (u + 1) * R)
          .flatMap((part) => [...feeds[name]!.data.slice(part * F, (part + 1) * F)].map(Number));
      return sentence.map((_, i) => ({
        rows: take('features', i + 1),
        weights: take('feature_weight', i + 1),
      }));
    };
    /** The weights of a word's spelling and of all else. */
    const split = (word: string, weights: readonly number[]): [spelling: number[], known: number[]] => {
      const { spelling, meaning, types } = wordFeatures(word, settings);
      const end = spelling.length + meaning.length + types.length;
      return [weights.slice(0, spelling.length), weights.slice(spelling.length, end)];
    };
    const weigh = (sentence: readonly string[], rates?: Rates): [number[], number[]][] =>
      feed(sentence, rates).map(({ weights }, i) => split(sentence[i]!, weights));

    test('are the spelling, the meaning and the types, of weights of norm 1 and 1 for each type', () => {
      const share = (part: Int32Array): number[] =>
        [...part].map(() => Math.fround(1 / Math.sqrt(part.length)));
      for (const [i, { rows, weights }] of feed(words).entries()) {
        const { spelling, meaning, types } = wordFeatures(words[i]!, settings);
        const own = [...spelling, ...meaning, ...types];
        const padding = new Array<number>(rows.length - own.length).fill(0);
        expect(rows).toEqual([...own, ...padding]);
        expect(weights).toEqual([
          ...share(spelling),
          ...share(meaning),
          ...[...types].map(() => 1),
          ...padding,
        ]);
      }
    });

    test('are in parts of one word each, of which part 0 is empty', () => {
      const { features, word_parts: parts } = batchFeeds([{ words }], cache, false);
      expect([...features!.data.slice(0, features!.shape[1]!)].every((row) => Number(row) === 0)).toBe(true);
      const [U, R] = parts!.shape as [number, number];
      expect(U).toBe(1 + words.length);
      expect(R).toBeGreaterThan(1); // for the word with the longest meaning
      const all = [...parts!.data].map(Number);
      expect(all.slice(0, R).every((part) => part === 0)).toBe(true);
      const used = all.filter((part) => part > 0).sort((a, b) => a - b);
      expect(used).toEqual(Array.from({ length: features!.shape[0]! - 1 }, (_, k) => k + 1));
    });

    test('are numbered apart from those of the word alone', () => {
      const batch = [{ words: ['ЯБ', both, meaningAlone] }, { words: [both, 'ЯБ', 'ЯБ'] }];
      expect([...batchFeeds(batch, cache, false).word_index!.data]).toEqual([1, 2, 3, 2, 1, 1]);
    });

    const many = Array.from({ length: 400 }, (_, k) =>
      withMeaning(`слово${k}`, { words: ['язва'], types: k % 2 === 0 ? ['drug'] : [] }),
    );

    test('hide all that a glossary knows and nothing else', () => {
      const shown = weigh(words);
      const hidden = weigh(words, { word: 0, ngram: 0, glossary: 1 });
      expect(hidden).toEqual(shown.map(([spelling, known]) => [spelling, known.map(() => 0)]));
      expect(weigh(words, { word: 0, ngram: 0, glossary: 0 })).toEqual(shown);
    });

    test('hide it together, at its own rate', () => {
      const weights = weigh(many, { word: 0, ngram: 0, glossary: 0.3 });
      expect(weights.flatMap(([spelling]) => spelling)).not.toContain(0);
      const shares = weights.map(([, known]) => known.filter((weight) => weight === 0).length / known.length);
      expect(new Set(shares)).toEqual(new Set([0, 1]));
      expect(shares.reduce((sum, share) => sum + share) / many.length).toBeCloseTo(0.3, 1);
    });

    test('show it where the spelling is hidden', () => {
      const hidden = weigh(many, { word: 1, ngram: 1, glossary: 0 });
      expect(hidden).toEqual(weigh(many).map(([spelling, known]) => [spelling.map(() => 0), known]));
    });
  });

  test('name the distance of every pair', () => {
    const { distance } = batchFeeds([{ words: ['а', 'б', 'в', 'г'] }], cache, false);
    expect(distance!.shape).toEqual([16]);
    expect([...distance!.data]).toEqual([19, 10, 11, 11, 1, 19, 10, 11, 2, 1, 19, 10, 2, 2, 1, 19]);
  });

  test('of labels are -100 where a word is padding', () => {
    const labels = labelFeed([
      { words: ['а', 'б'], grid: Uint8Array.of(1, 2, 3, 4) },
      { words: ['в'], grid: Uint8Array.of(255) },
    ]);
    expect(labels.shape).toEqual([2, 2, 2]);
    expect([...labels.data]).toEqual([1, 2, 3, 4, 255, -100, -100, -100]);
    expect(() => labelFeed([{ words: ['а'] }])).toThrow(/without a grid/);
  });

  test('of differences lie by label, over the pairs of the batch', () => {
    const size = 3;
    const short = { places: Int32Array.of(0 * size + 2, 3 * size + 0), values: Float32Array.of(0.75, -0.5) };
    const long = { places: Int32Array.of(5 * size + 1), values: Float32Array.of(1) }; // row 1, column 2
    const batch = [
      { words: ['а', 'б'], difference: short },
      { words: ['в'] },
      { words: ['г', 'д', 'е'], difference: long },
    ];
    const feed = differenceFeed(batch, size);
    expect(feed.shape).toEqual([3, size, 3, 3]);
    const pairs = 4 + 1 + 9;
    const at = (b: number, label: number, row: number, column: number): number =>
      ((b * size + label) * 3 + row) * 3 + column;
    const expected = new Float32Array(3 * size * 9);
    expected[at(0, 2, 0, 0)] = 0.75 / pairs;
    expected[at(0, 0, 1, 1)] = -0.5 / pairs;
    expected[at(2, 1, 1, 2)] = 1 / pairs;
    expect(feed.data).toEqual(expected);
  });

  test('of the loss are what its relations need', () => {
    const item = { words: ['а'], grid: Uint8Array.of(2), relations: Int32Array.of(0, 2) };
    const names = (scores: 'softmax' | 'independent', soft: boolean): string[] =>
      Object.keys(lossFeeds([item], { scores, size: 3, soft }));
    expect(names('softmax', false)).toEqual(['labels']);
    expect(names('softmax', true)).toEqual(['labels', 'difference']);
    expect(names('independent', false)).toEqual(['labels', 'relations']);
  });
});

test('a full cache starts anew and gives the same rows', () => {
  const small = new FeatureCache(settings);
  const first = small.featuresOf('бета');
  expect(small.featuresOf('бета')).toBe(first);
  for (let k = 0; k < FeatureCache.limit; k++) small.featuresOf(String.fromCodePoint(0x4e00 + k));
  expect(small.featuresOf('бета')).not.toBe(first);
  expect(small.featuresOf('бета')).toEqual(first);
});

describe('batches', () => {
  const sentences = fc
    .array(fc.integer({ min: 1, max: 30 }), { maxLength: 120 })
    .map((lengths) => lengths.map((length, id) => ({ id, words: new Array<string>(length).fill('а') })));
  const ids = (batches: { id: number }[][]): number[] => batches.flat().map(({ id }) => id);

  test('hold every sentence once, within both limits', () => {
    fc.assert(
      fc.property(
        sentences,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer(),
        (list, size, maxCells, seed) => {
          const batches = bucketBatches(list, { sentences: size, cells: maxCells }, createRandom(seed));
          expect(ids(batches).sort((a, b) => a - b)).toEqual(list.map(({ id }) => id));
          for (const batch of batches) {
            const longest = Math.max(...batch.map(({ words }) => words.length));
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(size);
            if (batch.length > 1) expect(batch.length * longest ** 2).toBeLessThanOrEqual(maxCells);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are fixed by the random state, differ with it, and leave the list as it was', () => {
    const list = Array.from({ length: 200 }, (_, id) => ({
      id,
      words: new Array<string>(1 + (id % 17)).fill('а'),
    }));
    const before = [...list];
    const order = (seed: number): number[] =>
      ids(bucketBatches(list, { sentences: 4, cells: 1e9 }, createRandom(seed)));
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    expect(list).toEqual(before);
  });

  test('hold sentences of like length', () => {
    const list = Array.from({ length: 200 }, (_, id) => ({
      id,
      words: new Array<string>(1 + (id % 20)).fill('а'),
    }));
    for (const batch of bucketBatches(list, { sentences: 10, cells: 1e9 }, createRandom(1))) {
      const lengths = batch.map(({ words }) => words.length);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }
  });

  test('are cut in the order given', () => {
    const list = [1, 3, 3, 9, 1].map((length, id) => ({ id, words: new Array<string>(length).fill('а') }));
    expect(cutBatches(list, { sentences: 2, cells: 1000 }).map((batch) => batch.length)).toEqual([2, 2, 1]);
    expect(cutBatches(list, { sentences: 9, cells: 27 }).map((batch) => batch.length)).toEqual([3, 1, 1]);
    expect(cutBatches([], { sentences: 9, cells: 27 })).toEqual([]);
    const split = list.map((item, id) => ({ ...item, pieces: [5, 5, 9, 40, 3][id]! }));
    const limits = { sentences: 9, cells: 1000, pieces: 20 };
    expect(cutBatches(split, limits).map((batch) => batch.length)).toEqual([2, 1, 1, 1]);
  });
});
