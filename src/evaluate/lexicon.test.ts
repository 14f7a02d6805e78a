/** The lexicon baseline on small texts, and the figures it reaches on the real data. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readExamples } from '../data/examples.ts';
import type { Example } from '../data/types.ts';
import { applyLexicon, learnLexicon } from './lexicon.ts';
import { lexiconReport } from './report.ts';

const example = (text: string, ...entities: [type: string, ...words: number[]][]): Example => ({
  words: text.split(' '),
  entities: entities.map(([type, ...words]) => ({ type, words })),
});
const find = (training: readonly Example[], text: string, options = {}): string[] =>
  applyLexicon(learnLexicon(training, options), text.split(' ')).map(
    ({ type, words }) => `${type} ${words.join(' ')}`,
  );

test('the longest phrase from left to right, in any case', () => {
  const training = [
    example('КТ органов таза и КТ', ['PROC', 0, 1, 2], ['PROC', 4]),
    example('органов таза', ['X', 0, 1]),
  ];
  expect(find(training, 'кт органов таза , КТ органов малых')).toEqual(['PROC 0 1 2', 'PROC 4']);
  expect(find(training, 'органов таза КТ')).toEqual(['X 0 1', 'PROC 2']);
});

test('digits are folded unless told otherwise', () => {
  const training = [example('20 мг', ['DOSE', 0, 1])];
  expect(find(training, '35 мг')).toEqual(['DOSE 0 1']);
  expect(find(training, '35 мг', { foldDigits: false })).toEqual([]);
});

test('the most frequent type; phrases mostly left alone are left alone', () => {
  const training = [
    example('риск', ['A', 0]),
    example('риск', ['B', 0]),
    example('риск риск', ['b', 0]),
    ...Array.from({ length: 6 }, () => example('курс')),
    example('курс', ['DUR', 0]),
  ];
  expect(find(training, 'риск курс')).toEqual(['B 0']);
  expect(find(training, 'риск курс', { minShare: 0.1 })).toEqual(['B 0', 'DUR 1']);
  expect(find(training, 'риск', { minShare: 0.6 })).toEqual([]);
});

test('discontinuous entities and empty training teach nothing', () => {
  expect(learnLexicon([example('КТ и МРТ', ['PROC', 0, 2])]).phrases).toBe(0);
  expect(find([], 'КТ')).toEqual([]);
});

const data = '../shared/data';
test.runIf(existsSync(data))('is as strong as the figures it is known by', () => {
  const f1 = (train: string, dev: string, foldDigits: boolean): number =>
    lexiconReport(readExamples(`${data}/${dev}`), readExamples(`${data}/${train}`), { foldDigits }).micro.f1;
  expect(f1('seed/w2ner_train.json', 'seed/w2ner_dev.json', false)).toBeGreaterThanOrEqual(0.947);
  expect(f1('seed/w2ner_train.json', 'seed/w2ner_dev.json', true)).toBeGreaterThanOrEqual(0.969);
  expect(f1('guidelines/train.json', 'guidelines/dev.json', true)).toBeGreaterThanOrEqual(0.452);
});
