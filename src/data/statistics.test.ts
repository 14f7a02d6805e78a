/** Statistics of small files, counted by hand. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readExamples } from './examples.ts';
import { entityShapes } from './shapes.ts';
import { dataStatistics, filesStatistics } from './statistics.ts';
import type { Example } from './types.ts';

const mention = (type: string, ...words: number[]) => ({ type, words });
const example = (text: string, ...entities: Example['entities']): Example => ({
  words: text.split(' '),
  entities,
});

describe('shapes of entities', () => {
  test.each([
    ['apart', [mention('A', 0), mention('B', 1)], ['', '']],
    ['one in another', [mention('A', 0, 1), mention('B', 1)], ['nested', 'nested']],
    ['equal words', [mention('A', 0), mention('B', 0)], ['nested', 'nested']],
    ['sharing a word', [mention('A', 0, 1), mention('B', 1, 2)], ['overlapping', 'overlapping']],
    ['inside a gap', [mention('A', 0, 2), mention('B', 1)], ['discontinuous', '']],
    [
      'all at once',
      [mention('A', 0, 2, 3), mention('A', 1, 2, 3), mention('B', 3)],
      ['nested overlapping discontinuous', 'nested overlapping', 'nested'],
    ],
  ])('%s', (_, entities, expected) => {
    const names = entityShapes(entities).map((shape) =>
      (['nested', 'overlapping', 'discontinuous'] as const).filter((name) => shape[name]).join(' '),
    );
    expect(names).toEqual(expected);
  });
});

const first = [
  example('терапия ритуксимабом', mention('PROC', 0, 1), mention('DRUG', 1)),
  example('КТ и МРТ почек', mention('proc', 0, 3), mention('PROC', 2, 3)),
  example('пустое предложение'),
  example('терапия ритуксимабом', mention('PROC', 0, 1)),
];
const second = [
  example('пустое предложение'),
  example('терапия ритуксимабом'),
  example('иное', mention('A', 0)),
];

test('one file', () => {
  expect(dataStatistics(first)).toEqual({
    sentences: 4,
    words: 10,
    entities: 5,
    types: [
      { type: 'PROC', entities: 4 },
      { type: 'DRUG', entities: 1 },
    ],
    nested: 2,
    overlapping: 2,
    discontinuous: 1,
    singleWord: 1,
    sentencesWithoutEntity: 1,
    longestSentence: 4,
    longestEntity: 2,
    sharedCellPairs: 0,
    lossyPairs: 0,
    duplicates: 1,
    conflictingDuplicates: 1,
  });
});

test('sentences shared by files', () => {
  const { files, total, shared } = filesStatistics([
    { file: 'first.json', examples: first },
    { file: 'second.json', examples: second },
  ]);
  expect(files.map(({ statistics }) => statistics.sentences)).toEqual([4, 3]);
  expect(total).toMatchObject({ sentences: 7, duplicates: 3, conflictingDuplicates: 2 });
  expect(shared).toEqual([{ file: 'second.json', other: 'first.json', sentences: 2, conflicting: 1 }]);
});

const seed = '../shared/data/seed';
test.runIf(existsSync(seed))('the sentences that train and dev of the original benchmark share', () => {
  const files = ['train', 'dev'].map((name) => {
    const file = `${seed}/w2ner_${name}.json`;
    return { file, examples: readExamples(file) };
  });
  expect(filesStatistics(files).shared[0]).toMatchObject({ sentences: 27 });
});
