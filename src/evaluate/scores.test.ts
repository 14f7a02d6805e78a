/** Strict and partial scores, counted by hand on entities in brackets. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EntityMention } from '../data/types.ts';
import { scoreOverlap } from './overlap.ts';
import { scoreEntities } from './scores.ts';

/** Entities of `'Назначить [цитарабин]drug'`: words by spaces, brackets nest. */
function parse(text: string): EntityMention[] {
  const entities: EntityMention[] = [];
  const open: number[] = [];
  let word = 0;
  for (const token of text.match(/\[|\](?:\p{L}|\d)+|[^\s[\]]+/gu) ?? []) {
    if (token === '[') open.push(word);
    else if (!token.startsWith(']')) word++;
    else {
      const start = open.pop()!;
      entities.push({
        type: token.slice(1),
        words: Array.from({ length: word - start }, (_, i) => start + i),
      });
    }
  }
  return entities;
}

const strict = (gold: readonly string[], predicted: readonly string[]) =>
  scoreEntities(gold.map(parse), predicted.map(parse));
const overlap = (gold: string, predicted: string) => scoreOverlap([parse(gold)], [parse(predicted)]);
const counts = ({ correct, predicted, support }: { correct: number; predicted: number; support: number }) => [
  correct,
  predicted,
  support,
];

describe('strict scores', () => {
  const gold = ['Назначить [цитарабин]drug [100 мг]dosage', '[терапия [ритуксимабом]drug]proc', 'пусто'];
  const predicted = [
    '[Назначить]act [цитарабин]DRUG 100 [мг]dosage',
    '[терапия [ритуксимабом]drug]proc',
    '[пусто]drug',
  ];

  test('micro', () => {
    const { micro } = strict(gold, predicted);
    expect(counts(micro)).toEqual([3, 6, 4]);
    expect(micro.precision).toBe(0.5);
    expect(micro.recall).toBe(0.75);
    expect(micro.f1).toBeCloseTo(0.6, 12);
  });

  test('per type, most annotated first, in the spelling first seen', () => {
    const { per_type } = strict(gold, predicted);
    expect(Object.keys(per_type)).toEqual(['drug', 'dosage', 'proc', 'act']);
    expect(counts(per_type.drug!)).toEqual([2, 3, 2]);
    expect(counts(per_type.dosage!)).toEqual([0, 1, 1]);
    expect(counts(per_type.act!)).toEqual([0, 1, 0]);
  });

  test('macro is the mean over types annotated or predicted', () => {
    const { macro } = strict(gold, predicted);
    expect(macro.types).toBe(4);
    expect(macro.f1).toBeCloseTo((0.8 + 0 + 1 + 0) / 4, 12);
    expect(macro.precision).toBeCloseTo((2 / 3 + 0 + 1 + 0) / 4, 12);
    expect(macro.recall).toBeCloseTo((1 + 0 + 1 + 0) / 4, 12);
  });

  test('counts of every sentence', () => {
    expect(strict(gold, predicted).sentences).toEqual([
      { correct: 1, predicted: 3, gold: 2 },
      { correct: 2, predicted: 2, gold: 2 },
      { correct: 0, predicted: 1, gold: 0 },
    ]);
  });

  test('repeats count once on both sides', () => {
    const one = { type: 'A', words: [0] };
    const { micro } = scoreEntities([[one, { ...one, type: 'a' }]], [[one, one, one]]);
    expect(counts(micro)).toEqual([1, 1, 1]);
  });

  test('nothing annotated, nothing predicted', () => {
    const { micro, macro, per_type } = strict(['пусто'], ['пусто']);
    expect(micro).toMatchObject({ precision: 0, recall: 0, f1: 0 });
    expect(macro).toMatchObject({ f1: 0, types: 0 });
    expect(per_type).toEqual({});
    expect(() => strict(['а'], [])).toThrow(RangeError);
  });

  test('by shape: right predictions have the shape of the annotation, wrong ones their own', () => {
    const { by_shape } = strict(
      ['[терапия [ритуксимабом]drug]proc [КТ]proc'],
      ['терапия [ритуксимабом]drug [КТ]drug'],
    );
    expect(counts(by_shape.nested)).toEqual([1, 1, 2]);
    expect(counts(by_shape.flat)).toEqual([0, 1, 1]);
    const split = { type: 'A', words: [0, 2] };
    const inner = { type: 'B', words: [2] };
    const both = scoreEntities([[split, inner]], [[split, { type: 'A', words: [0, 3] }]]).by_shape;
    expect(counts(both.discontinuous)).toEqual([1, 2, 1]);
    expect(counts(both.nested)).toEqual([1, 1, 2]);
    expect(counts(both.flat)).toEqual([0, 0, 0]);
  });
});

describe('scores with partial credit', () => {
  test('a wrong boundary', () => {
    const scores = overlap('[КТ органов таза]proc', '[КТ]proc органов таза');
    expect(counts(scores.overlap)).toEqual([1, 1, 1]);
    expect(counts(scores.weighted)).toEqual([0.5, 1, 1]);
    expect(counts(scores.words)).toEqual([1, 1, 3]);
    expect(counts(scores.untyped)).toEqual([0, 1, 1]);
  });

  test('a wrong type', () => {
    const scores = overlap('[КТ органов]proc', '[КТ органов]lab');
    expect(counts(scores.overlap)).toEqual([0, 1, 1]);
    expect(counts(scores.words)).toEqual([0, 2, 2]);
    expect(counts(scores.untyped)).toEqual([1, 1, 1]);
  });

  test('pairs are one to one, equal words first', () => {
    const scores = overlap('[а б в]x', '[а]x [б в]x');
    expect(counts(scores.overlap)).toEqual([1, 2, 1]);
    const nested = overlap('[а [б в]x]x', '[[а б]x в]x');
    expect(counts(nested.overlap)).toEqual([2, 2, 2]);
    expect(counts(nested.weighted)).toEqual([1.5, 2, 2]);
  });

  test('never below the strict scores, never above 1, whatever the order', () => {
    const entity = fc.record({
      type: fc.constantFrom('A', 'B', 'a'),
      words: fc
        .uniqueArray(fc.nat(6), { minLength: 1, maxLength: 4 })
        .map((words) => words.sort((a, b) => a - b)),
    });
    const sentence = fc.array(entity, { maxLength: 6 });
    fc.assert(
      fc.property(sentence, sentence, (gold, predicted) => {
        const scores = scoreOverlap([gold], [predicted]);
        const { micro, by_shape } = scoreEntities([gold], [predicted]);
        expect(scoreOverlap([gold.toReversed()], [predicted.toReversed()])).toEqual(scores);
        expect(scores.overlap.correct).toBeGreaterThanOrEqual(scores.weighted.correct);
        expect(scores.weighted.correct).toBeGreaterThanOrEqual(micro.correct);
        for (const { precision, recall, f1 } of [
          ...Object.values(scores),
          micro,
          ...Object.values(by_shape),
        ]) {
          for (const value of [precision, recall, f1]) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(1);
          }
        }
        const { flat, nested, discontinuous } = by_shape;
        expect(flat.support + nested.support + discontinuous.support).toBeGreaterThanOrEqual(micro.support);
      }),
    );
  });
});
