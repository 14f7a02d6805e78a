/** Terms put in the place of others: their cases, and where every entity stands then. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { replaceTerms } from './replace-terms.ts';
import type { Example } from './types.ts';

const example = (text: string, ...entities: [type: string, ...words: number[]][]): Example => ({
  words: text.split(' '),
  entities: entities.map(([type, ...words]) => ({ type, words })),
});

const make = (examples: readonly Example[], terms: readonly string[], sentences = 20): Example[] =>
  replaceTerms(examples, { type: 'drug', terms, sentences, random: createRandom(3) });

/** Sentences with their entities spelt out. */
const spell = ({ words, entities }: Example): string =>
  [words, ...entities.map((entity) => entity.words.map((word) => words[word]!))]
    .map((part) => part.join(' '))
    .join(' | ');

describe('a term', () => {
  test('becomes another of its kind in the same case, with its capital letter', () => {
    const made = make(
      [
        example('терапия ритуксимабом утром', ['DRUG', 1]),
        example('Ритуксимаб вводят', ['DRUG', 0]),
        example('курсы CHOP', ['DRUG', 1]),
        example('доза НПВП', ['DRUG', 1]),
        example('приём статинов', ['DRUG', 1]),
      ],
      ['ритуксимаб', 'инсулин', 'CHOP', 'ICE', 'НПВП', 'ГКС', 'статины', 'ингибиторы АПФ', 'аспарагиназа'],
    );
    expect(new Set(made.map(spell))).toEqual(
      new Set([
        'терапия инсулином утром | инсулином',
        'Инсулин вводят | Инсулин',
        'курсы ICE | ICE',
        'доза ГКС | ГКС',
        'приём ингибиторов АПФ | ингибиторов АПФ',
      ]),
    );
  });

  test('of several words moves what stands behind it, and widens what holds it', () => {
    const made = make(
      [
        example(
          'курс терапии ритуксимабом 5 мг вместе',
          ['PROC', 1, 2],
          ['DRUG', 2],
          ['DOSE', 3, 4],
          ['X', 0, 5],
        ),
      ],
      ['ритуксимаб', 'инотузумаб озогамицин'],
    ).map(spell);
    expect(made).toEqual([
      'курс терапии инотузумабом озогамицином 5 мг вместе | терапии инотузумабом озогамицином | инотузумабом озогамицином | 5 мг | курс вместе',
    ]);
    const back = make(
      [example('даём инотузумаб озогамицин до 5 мг', ['DRUG', 1, 2], ['DOSE', 3, 4, 5])],
      ['ритуксимаб', 'инотузумаб озогамицин'],
    ).map(spell);
    expect(back).toEqual(['даём ритуксимаб до 5 мг | ритуксимаб | до 5 мг']);
  });

  test('that stands twice becomes the same one, others become others', () => {
    const terms = ['ритуксимаб', ...Array.from({ length: 30 }, (_, i) => `препаратин${'абвгд'[i % 5]}${i}т`)];
    const [made] = make(
      [example('ритуксимаб и снова ритуксимаба', ['DRUG', 0], ['DRUG', 3])],
      terms.map((term) => term.replace(/\d+/u, '')),
      1,
    );
    expect(`${made!.words[0]}а`).toBe(made!.words[3]);
    expect(made!.words[0]).not.toBe('ритуксимаб');
  });
});

test.each<[string, Example]>([
  ['of another type', example('доза ритуксимаба', ['PROC', 1])],
  ['that are in no list', example('доза даратумумаба', ['DRUG', 1])],
  ['with a gap', example('инотузумаб ( 1 ) озогамицин', ['DRUG', 0, 4])],
  ['that another entity cuts', example('инотузумаб озогамицин утром', ['DRUG', 0, 1], ['X', 1, 2])],
  ['abbreviations in small letters', example('препарат ice', ['DRUG', 1])],
  ['that models found', { ...example('доза ритуксимаба', ['DRUG', 1]), chances: [[1, 1, 'DRUG', 0.9]] }],
])('entities %s are left alone', (_, sentence) => {
  expect(make([sentence], ['ритуксимаб', 'инсулин', 'инотузумаб озогамицин', 'ICE', 'CHOP'])).toEqual([]);
});

test('as many as asked for at most, none twice, the same for the same seed', () => {
  const terms = ['ритуксимаб', 'инсулин', 'цитарабин', 'аллопуринол', 'этопозид'];
  const sentence = example('вводят ритуксимаб', ['DRUG', 1]);
  expect(make([sentence], terms, 2).length).toBe(2);
  const all = make([sentence], terms, 50).map(spell);
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(2);
  expect(make([sentence], terms, 50).map(spell)).toEqual(all);
});
