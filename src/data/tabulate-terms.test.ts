/** Tables without their cells: whose words all belong to one entity each, and which columns stand behind the terms. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { tabulateTerms } from './tabulate-terms.ts';
import type { EntityMention, Example } from './types.ts';

const example = (text: string, ...entities: [type: string, ...words: number[]][]): Example => ({
  words: text.split(' '),
  entities: entities.map(([type, ...words]) => ({ type, words })),
});

const terms = ['инсулин', 'инотузумаб озогамицин', 'ингибиторы протонной помпы', 'CHOP', 'АЦЦ', 'но-шпа'];
const names = ['инсулин', 'инотузумаб озогамицин', 'ингибиторы протонной помпы', 'CHOP', 'АЦЦ', 'но - шпа'];
const capitals = names.map((name) => name.charAt(0).toUpperCase() + name.slice(1));

const make = (examples: readonly Example[], change: object = {}): Example[] =>
  tabulateTerms(examples, { type: 'drug', terms, sentences: 200, random: createRandom(7), ...change });

const textOf = ({ words }: Example, entity: EntityMention): string =>
  entity.words.map((word) => words[word]!).join(' ');

/** All entities of the sentences, as `TYPE text`. */
const cellsOf = (made: readonly Example[]): Set<string> =>
  new Set(made.flatMap((one) => one.entities.map((entity) => `${entity.type} ${textOf(one, entity)}`)));

/** The types of each row behind the term it begins with. */
const rowsOf = ({ entities }: Example): string[][] => {
  const rows: string[][] = [];
  for (const { type } of entities) {
    if (type === 'DRUG') rows.push([]);
    else rows.at(-1)!.push(type);
  }
  return rows;
};

/** Doses and frequencies hold numbers, ways do not. */
const data = [
  example(
    'вводят ритуксимаб 375 мг 2 раза внутривенно',
    ['DRUG', 1],
    ['DOSE', 2, 3],
    ['FREQ', 4, 5],
    ['WAY', 6],
  ),
  example('этопозид 100 мг ежедневно', ['DRUG', 0], ['DOSE', 1, 2], ['FREQ', 3]),
  example('преднизолон внутрь 1 раз', ['DRUG', 0], ['WAY', 1], ['FREQ', 2, 3]),
];

describe('a table', () => {
  test('has every word in one entity', () => {
    for (const { words, entities } of make(data)) {
      expect(entities.flatMap((entity) => entity.words)).toEqual(words.map((_, i) => i));
      expect(entities.every((entity) => entity.words.length > 0)).toBe(true);
    }
  });

  test('begins each row with a term', () => {
    for (const one of make(data)) {
      expect(one.entities[0]!.type).toBe('DRUG');
      const drugs = one.entities.filter(({ type }) => type === 'DRUG').map((entity) => textOf(one, entity));
      // those of one table begin with capital letters, or none
      expect([names, capitals].some((all) => drugs.every((drug) => all.includes(drug)))).toBe(true);
    }
    const found = cellsOf(make(data));
    for (const name of [...names, ...capitals]) expect(found).toContain(`DRUG ${name}`);
  });

  test('has three rows to twelve, of sixty words at most', () => {
    const made = make(data);
    const counts = made.map((one) => rowsOf(one).length);
    expect(Math.min(...counts)).toBe(3);
    expect(Math.max(...counts)).toBe(12);
    expect(Math.max(...made.map(({ words }) => words.length))).toBeLessThanOrEqual(60);
    const long = ['препараты для лечения болезни с названием из очень многих слов'];
    for (const { words, entities } of make([], { terms: long })) {
      expect(words.length).toBeLessThanOrEqual(60);
      expect(words.length).toBe(10 * entities.length);
    }
  });

  test('has columns in the order of the data, with some cells left out', () => {
    const rows = make(data).flatMap(rowsOf);
    expect(new Set(rows.map((row) => row.join(' ')))).toEqual(new Set(['', 'DOSE', 'FREQ', 'DOSE FREQ']));
  });

  test('without sentences that tell more is terms alone', () => {
    const made = make([]);
    expect(made.length).toBe(200);
    expect(new Set(made.flatMap(({ entities }) => entities.map(({ type }) => type)))).toEqual(
      new Set(['drug']),
    );
  });
});

describe('columns', () => {
  test('are amounts: of types most of whose entities hold a number', () => {
    const found = cellsOf(make(data));
    expect([...found].filter((cell) => !cell.startsWith('DRUG')).sort()).toEqual([
      'DOSE 100 мг',
      'DOSE 375 мг',
      'FREQ 1 раз',
      'FREQ 2 раза',
      'FREQ ежедневно',
    ]);
    const half = [
      example('инсулин 5 ЕД', ['DRUG', 0], ['DOSE', 1, 2]),
      example('инсулин много', ['DRUG', 0], ['DOSE', 1]),
    ];
    expect([...cellsOf(make(half))].filter((cell) => cell.startsWith('DOSE'))).toEqual([]);
  });

  test('are different ones', () => {
    const around = example(
      'инсулин 5 мг 1 раз 7 мг 3 раза',
      ['DRUG', 0],
      ['DOSE', 1, 2],
      ['FREQ', 3, 4],
      ['DOSE', 5, 6],
      ['FREQ', 7, 8],
    );
    const rows = make([around]).flatMap(rowsOf);
    expect(new Set(rows.map((row) => row.join(' ')))).toEqual(new Set(['', 'DOSE', 'FREQ', 'DOSE FREQ']));
  });

  test('follow in the data what they stand behind', () => {
    const apart = [
      example('инсулин подкожно 5 ЕД', ['DRUG', 0], ['DOSE', 2, 3]),
      example('10 мг 2 раза', ['DOSE', 0, 1], ['FREQ', 2, 3]),
    ];
    expect([...cellsOf(make(apart))].filter((cell) => !cell.startsWith('DRUG'))).toEqual([]);
    const next = [...apart, example('АЦЦ 7 мг', ['DRUG', 0], ['DOSE', 1, 2])];
    expect([...cellsOf(make(next))].filter((cell) => !cell.startsWith('DRUG')).sort()).toEqual([
      'DOSE 10 мг',
      'DOSE 5 ЕД',
      'DOSE 7 мг',
      'FREQ 2 раза',
    ]);
  });

  test.each<[string, Example]>([
    ['with a gap', example('инсулин 9 или 8 мг', ['DRUG', 0], ['DOSE', 1, 4])],
    ['that share words', example('инсулин 9 мг утром', ['DRUG', 0], ['DOSE', 1, 2], ['FREQ', 2, 3])],
    [
      'of more than six words',
      example('инсулин 9 мг 8 мг 7 мг 6', ['DRUG', 0], ['DOSE', 1, 2, 3, 4, 5, 6, 7]),
    ],
    [
      'that models found',
      { ...example('инсулин 9 мг', ['DRUG', 0], ['DOSE', 1, 2]), chances: [[1, 1, 'DOSE', 0.9]] },
    ],
  ])('hold no entities %s', (_, sentence) => {
    const sound = example('инсулин 5 мг', ['DRUG', 0], ['DOSE', 1, 2]);
    const amounts = (examples: readonly Example[]): string[] =>
      [...cellsOf(make(examples))].filter((cell) => !cell.startsWith('DRUG'));
    expect(amounts([sound, sentence])).toEqual(['DOSE 5 мг']);
  });

  test('hold what others do', () => {
    const found = cellsOf(make([example('инсулин 9 мг', ['DRUG', 0], ['DOSE', 1, 2])]));
    expect(found).toContain('DOSE 9 мг');
  });
});

test('the type is called as in the data', () => {
  const typesOf = (type: string, examples: readonly Example[]): Set<string> =>
    new Set(make(examples, { type }).flatMap(({ entities }) => entities.map((entity) => entity.type)));
  expect(typesOf('drug', data)).toContain('DRUG');
  expect(typesOf('drug', data)).not.toContain('drug');
  expect(typesOf('Drug', [])).toEqual(new Set(['Drug']));
});

test('as many as asked for, the same for the same seed', () => {
  const with7 = make(data, { sentences: 5 });
  expect(with7.length).toBe(5);
  expect(make(data, { sentences: 5 })).toEqual(with7);
  expect(make(data, { sentences: 5, random: createRandom(8) })).not.toEqual(with7);
  expect(make(data, { sentences: 0 })).toEqual([]);
});
