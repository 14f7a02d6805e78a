/** The report as a whole, and relation scores. */
import { describe, expect, test } from 'vitest';
import type { Example } from '../data/types.ts';
import { addRelationCounts, emptyRelationCounts } from './relations.ts';
import { evaluatePredictions } from './report.ts';

const gold: Example[] = [
  {
    words: ['острой', 'и', 'хронической', 'РТПХ'],
    entities: [
      { type: 'AE', words: [0, 3] },
      { type: 'AE', words: [2, 3] },
    ],
  },
  {
    words: ['Назначить', 'цитарабин'],
    entities: [
      { type: 'ACT', words: [0] },
      { type: 'DRUG', words: [1] },
    ],
  },
];
const predicted = [
  [{ type: 'ae', words: [0, 3], score: 0.8 }],
  [
    { type: 'ACT', words: [0], score: 0.9 },
    { type: 'DOSE', words: [1], score: 0.4 },
  ],
];

test('every part is there', () => {
  const report = evaluatePredictions(gold, predicted, { training: gold, sentencesPerSecond: 1000 });
  expect(report).toMatchObject({
    sentences: 2,
    words: 6,
    micro: { correct: 2, predicted: 3, support: 4 },
    macro: { types: 4 },
    per_type: { AE: { support: 2 }, ACT: { f1: 1 }, DRUG: { support: 1 }, DOSE: { predicted: 1 } },
    flat: { correct: 1, predicted: 2, support: 3 },
    nested: { support: 0 },
    discontinuous: { f1: 1, support: 1 },
    partial: { untyped: { correct: 3 } },
    relations: {
      source: 'entities',
      nnw: { correct: 1, predicted: 1, support: 2 },
      thw: { correct: 2, support: 4 },
    },
    lexicon: { phrases: 3, fold_digits: true, micro: { correct: 3, predicted: 3 } },
    unholdable: { shared_cell_pairs: 0, lost: 0, spurious: 0, sentences: 0 },
    sentences_per_second: 1000,
  });
  expect(report.calibration?.ece).toBeCloseTo((0.2 + 0.1 + 0.4) / 3, 12);
  expect(report.confidence_interval.f1[0]).toBeLessThanOrEqual(report.micro.f1);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('what was not given is null', () => {
  const report = evaluatePredictions(gold, [[], []]);
  expect(report).toMatchObject({ lexicon: null, calibration: null, sentences_per_second: null });
  expect(report.micro).toMatchObject({ precision: 0, recall: 0, f1: 0 });
  expect(() => evaluatePredictions(gold, [[]])).toThrow(RangeError);
});

describe('relations', () => {
  test('cells of the triangle that is read, through a stride', () => {
    const counts = emptyRelationCounts();
    const right = Uint8Array.of(2, 1, 0, 0, 0, 1, 3, 0, 0);
    const found = Int32Array.of(3, 1, 1, 9, 1, 2, 0, 9, 3, 0, 0, 9);
    addRelationCounts(counts, right, found, 3, 4);
    expect(counts).toEqual({
      nnw: { correct: 1, predicted: 2, gold: 2 },
      thw: { correct: 1, predicted: 3, gold: 2 },
    });
  });

  test('given counts stand in the report', () => {
    const counts = { nnw: { correct: 1, predicted: 2, gold: 2 }, thw: { correct: 0, predicted: 0, gold: 4 } };
    const { relations } = evaluatePredictions(gold, predicted, { relations: counts });
    expect(relations).toMatchObject({ source: 'grid', nnw: { f1: 0.5 }, thw: { f1: 0 } });
  });
});
