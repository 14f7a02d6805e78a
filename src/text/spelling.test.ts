/** Spelling features: what is told apart, and rows that never change under a released model. */
import { describe, expect, test } from 'vitest';
import { withMeaning } from './meaning.ts';
import { foldWord, spellingFeatures, wordFeatures, wordShape } from './spelling.ts';

const settings = { ngram_buckets: 16384, ngram_min: 3, ngram_max: 5 };
const rowsOf = (word: string, change: object = {}): number[] => [
  ...spellingFeatures(word, { ...settings, ...change }),
];

test.each([
  ['Цитарабин', 'цитарабин'],
  ['Ёлка', 'елка'],
  ['ПЭТ-КТ', 'пэт-кт'],
  ['100,5', '000,0'],
  ['мг/м²', 'мг/м²'],
  ['й', 'й'],
])('%s is folded to %s', (word, folded) => expect(foldWord(word)).toBe(folded));

test.each([
  ['Цитарабин', 'Xxx'],
  ['цитарабин', 'xx'],
  ['Я', 'X'],
  ['РНК', 'XX'],
  ['мРНК', 'xXX'],
  ['COVID', 'XX'],
  ['100,5', '00,0'],
  ['7', '0'],
  ['мг/м²', 'xx/x²'],
  ['...', '..'],
  ['😀😀😀', '😀😀😀'],
])('%s has the shape %s', (word, shape) => expect(wordShape(word)).toBe(shape));

describe('the rows of a word', () => {
  // These numbers are part of every released model: a change here makes all of them useless.
  test('are fixed', () => {
    expect(rowsOf('мг')).toEqual([15404, 15624, 3285, 944, 4953, 11390]);
    expect(rowsOf('%')).toEqual([3304, 9645, 7152, 3069]);
    expect(rowsOf('100,5')).toEqual([
      13685, 3923, 5994, 15724, 12831, 16011, 12094, 15400, 10821, 16350, 13794, 2971, 4126, 14643, 12970,
    ]);
    expect(rowsOf('Цитарабин')).toEqual([
      10197, 11650, 8881, 7983, 8331, 9950, 11615, 11458, 12686, 4593, 5834, 14890, 3514, 9069, 5494, 4185,
      12359, 11186, 560, 9565, 10285, 15101, 42, 14309, 6943, 4647, 14973,
    ]);
  });

  test('begin with the word itself, and share the parts of related words', () => {
    const [one, other] = [rowsOf('цитарабин'), rowsOf('цитарабином')];
    expect(one[0]).not.toBe(other[0]);
    expect(one.filter((row) => other.includes(row)).length).toBeGreaterThan(10);
    const shouted = rowsOf('ЦИТАРАБИН');
    expect(shouted.filter((row) => !one.includes(row)).length).toBe(1); // the shape alone
    expect(rowsOf('ёж').filter((row) => !rowsOf('еж').includes(row))).toEqual([]);
  });

  test('never repeat, never are row 0, always lie in the table', () => {
    const words = ['а', '', ' ', '😀', '\uD83D', 'ааааааааааааа', '12345', 'Назначить', 'x'.repeat(100)];
    for (const buckets of [2, 3, 50, 16384]) {
      for (const word of words) {
        const rows = rowsOf(word, { ngram_buckets: buckets });
        expect(new Set(rows).size).toBe(rows.length);
        expect(rows.length).toBeGreaterThan(0);
        expect(
          rows.every((row) => row >= 1 && row < buckets),
          `"${word}" in ${buckets}`,
        ).toBe(true);
      }
    }
  });

  test('are bounded for long words, which are still told apart', () => {
    const middle = Array.from({ length: 5000 }, (_, k) => String.fromCharCode(0x430 + (k % 31))).join('');
    const rows = rowsOf(`нача${middle}конец`);
    expect(rows.length).toBeLessThanOrEqual(3 + 24 + 23 + 22);
    expect(rowsOf(`нача${middle}аконец`)[0]).not.toBe(rows[0]);
  });

  test('follow the lengths of n-grams', () => {
    expect(rowsOf('мг', { ngram_min: 4, ngram_max: 4 }).length).toBe(3 + 1);
    expect(rowsOf('мг', { ngram_min: 5 }).length).toBe(3);
    expect(rowsOf('мг', { ngram_min: 1, ngram_max: 1 }).length).toBe(3 + 4);
  });
});

describe('the features of a word', () => {
  const featuresOf = (word: string, words: string[], types: string[] = []): Record<string, number[]> => {
    const { spelling, meaning, types: marks } = wordFeatures(withMeaning(word, { words, types }), settings);
    return { spelling: [...spelling], meaning: [...meaning], types: [...marks] };
  };

  test('without meaning are its rows', () => {
    for (const word of ['ЯБ', 'цитарабин', '100,5', '\u001f']) {
      expect(featuresOf(word, [])).toEqual({ spelling: rowsOf(word), meaning: [], types: [] });
    }
  });

  test('with meaning have the same rows of its spelling', () => {
    const { spelling, meaning, types } = featuresOf('ЯБ', ['язвенная', 'болезнь'], ['disease']);
    expect(spelling).toEqual(rowsOf('ЯБ'));
    expect(new Set(meaning)).toEqual(new Set([...rowsOf('язвенная'), ...rowsOf('болезнь')]));
    expect(types?.length).toBe(1);
    expect(featuresOf('\u001f', ['знак']).spelling).toEqual(rowsOf('\u001f'));
  });

  test('have no row of a meaning twice', () => {
    const { meaning } = featuresOf('ББ', ['болезнь', 'болезнь', 'болезни']);
    expect(new Set(meaning).size).toBe(meaning!.length);
    expect(meaning).toEqual([...new Set([...rowsOf('болезнь'), ...rowsOf('болезни')])]);
  });

  test('have a row for each type, whatever the word', () => {
    const [drug, herb] = featuresOf('АЦЦ', ['ацетилцистеин'], ['drug', 'herb']).types!;
    expect(drug).not.toBe(herb);
    expect(featuresOf('шалфей', [], ['herb', 'drug'])).toEqual({
      spelling: rowsOf('шалфей'),
      meaning: [],
      types: [herb, drug],
    });
    // the word «drug» is not the type
    expect(rowsOf('drug')).not.toContain(drug);
  });

  // As above: part of every released model.
  test('of types are fixed', () => {
    expect(featuresOf('АЦЦ', [], ['drug', 'disease']).types).toEqual([15802, 2820]);
  });

  test('of types lie in the table', () => {
    for (const buckets of [2, 3, 50]) {
      const types = ['drug', 'disease', 'dose', 'procedure', ''];
      const marks = wordFeatures(withMeaning('АЦЦ', { words: [], types }), {
        ...settings,
        ngram_buckets: buckets,
      }).types;
      expect(marks.length).toBe(types.length);
      expect(marks.every((row) => row >= 1 && row < buckets)).toBe(true);
    }
  });
});
