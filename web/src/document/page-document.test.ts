/** Items, sections, filters and search of a document. */
import { describe, expect, test } from 'vitest';
import { countTypes, createListFilter, filterItems, noFilter } from './filter.ts';
import { findHits } from './find.ts';
import { chunkItems } from './page-document.ts';
import { countStatistics } from './statistics.ts';
import { documentOf, entityOf } from './testing.ts';

const guideline = documentOf([
  { kind: 'heading', level: 1, page: 1, sentences: ['Лечение'] },
  {
    kind: 'paragraph',
    page: 1,
    sentences: ['Дают цитарабин .', 'Затем ещё'],
    entities: [[0, 'DRUG', [1], 0.9]],
  },
  { kind: 'heading', level: 2, page: 2, sentences: ['Дозы'] },
  { kind: 'table-cell', row: 0, column: 0, page: 2, sentences: ['Препарат'] },
  { kind: 'table-cell', row: 0, column: 1, page: 2, sentences: ['Доза'] },
  {
    kind: 'table-cell',
    row: 1,
    column: 1,
    page: 2,
    sentences: ['5 мг'],
    entities: [[0, 'DOSAGE', [0, 1], 0.4]],
  },
  { kind: 'table-cell', row: 0, column: 0, page: 2, sentences: ['Другая таблица'] },
  { kind: 'heading', level: 1, page: 3, sentences: ['Наблюдение'] },
  {
    kind: 'paragraph',
    page: 3,
    sentences: ['Осмотр раз в год'],
    entities: [[0, 'PROCEDURE / TEST', [0], 0.7]],
  },
]);
const everywhere = () => true;

describe('items', () => {
  test('cells are tables, with absent cells', () => {
    expect(guideline.items.map(({ kind }) => kind)).toEqual([
      'heading',
      'paragraph',
      'heading',
      'table',
      'table',
      'heading',
      'paragraph',
    ]);
    const table = guideline.items[3]!;
    expect(table.kind === 'table' && table.rows.map((row) => row.map((cell) => cell?.[0]?.from))).toEqual([
      [4, 5],
      [undefined, 6],
    ]);
  });

  test('no sentence is lost, also where blocks do not cover it', () => {
    const { result } = guideline;
    const shown = guideline.items.flatMap(({ from, to }) =>
      Array.from({ length: to - from }, (_, i) => from + i),
    );
    expect(shown).toEqual([...result.sentences.keys()]);
  });

  test('chunks hold all items in order', () => {
    const chunks = chunkItems(guideline.items, guideline.result, 4);
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.flat()).toEqual(guideline.items);
  });

  test('sections hold what is below them, also deeper headings', () => {
    expect(guideline.sections.map(({ title, from, to }) => [title, from, to])).toEqual([
      ['Лечение', 0, 8],
      ['Дозы', 3, 8],
      ['Наблюдение', 8, 10],
    ]);
    expect(guideline.pages).toEqual([1, 2, 3]);
  });
});

describe('filters', () => {
  test('section and page choose items', () => {
    expect(filterItems(guideline, { ...noFilter, section: 1 }).map(({ kind }) => kind)).toEqual([
      'heading',
      'table',
      'table',
    ]);
    expect(filterItems(guideline, { ...noFilter, page: 3 })).toHaveLength(2);
    expect(filterItems(guideline, { ...noFilter, section: 2, page: 1 })).toEqual([]);
  });

  test('counts follow score and place, and show hidden types', () => {
    const counts = (filter = noFilter) => Object.fromEntries(countTypes(guideline, guideline.found, filter));
    expect(counts()).toEqual({ DRUG: 1, DOSAGE: 1, 'PROCEDURE / TEST': 1 });
    expect(counts({ ...noFilter, least: 0.5 })).toMatchObject({ DOSAGE: 0, DRUG: 1 });
    expect(counts({ ...noFilter, section: 0, hidden: new Set(['DRUG']) })).toMatchObject({
      DRUG: 1,
      'PROCEDURE / TEST': 0,
    });
  });

  test('a list of which all is shown stays the same list, another is filtered once', () => {
    const filter = createListFilter({ ...noFilter, least: 0.5 });
    const sure = [entityOf('a', 'DRUG', [0], 0.9)];
    const mixed = [...sure, entityOf('b', 'DRUG', [1], 0.1)];
    expect(filter(sure)).toBe(sure);
    expect(filter(mixed)).toEqual(sure);
    expect(filter(mixed)).toBe(filter(mixed));
  });
});

describe('search', () => {
  const find = (query: string) =>
    findHits(guideline, query, everywhere).map(({ sentence, start, end }) => [sentence, start, end]);

  test('case and ё do not matter, signs are taken as they are', () => {
    expect(find('ЦИТАРАБИН')).toEqual([[1, 5, 14]]);
    expect(find('еще')).toEqual([[2, 6, 9]]);
    expect(find('.')).toEqual([[1, 15, 16]]);
    expect(find('(')).toEqual([]);
    expect(find('  ')).toEqual([]);
  });

  test('white space is white space', () => {
    expect(find('раз   в')).toEqual([[9, 7, 12]]);
  });

  test('only where one looks', () => {
    expect(findHits(guideline, 'доз', (s) => s > 3)).toHaveLength(1);
  });
});

test('statistics count what the filter shows', () => {
  const all = countStatistics([{ document: guideline, lists: guideline.found }], noFilter);
  expect(all).toMatchObject({ entities: 3, sentences: 10, nested: 0, discontinuous: 0 });
  expect(all.types.map(({ type, count, meanScore }) => [type, count, meanScore])).toContainEqual([
    'DRUG',
    1,
    0.9,
  ]);
  const sure = countStatistics([{ document: guideline, lists: guideline.found }], {
    ...noFilter,
    least: 0.6,
  });
  expect(sure.entities).toBe(2);
  expect(sure.types[0]!.scores[9]).toBe(1);
});
