/** Label sets: ids, order, spelling, JSON. */
import { describe, expect, test } from 'vitest';
import { createLabelSet, labelSetFromJson, labelSetOf } from './labels.ts';

describe('label sets', () => {
  test('ids follow none and NNW; case does not matter, the first spelling is shown', () => {
    const labels = createLabelSet(['Drug', 'DOSE', 'drug', 'Ед.']);
    expect(labels.types).toEqual(['Drug', 'DOSE', 'Ед.']);
    expect(labels.size).toBe(5);
    expect(labels.idOf('DRUG')).toBe(2);
    expect(labels.idOf('ЕД.')).toBe(4);
    expect(labels.idOf('none')).toBeUndefined();
    expect(labels.typeOf(3)).toBe('DOSE');
    expect(() => labels.typeOf(1)).toThrow(RangeError);
    expect(() => labels.typeOf(5)).toThrow(RangeError);
  });

  test('types of data come in first-seen order, set by set', () => {
    const example = (...types: string[]) => ({
      words: ['а'],
      entities: types.map((type) => ({ type, words: [0] })),
    });
    const labels = labelSetOf([example('B'), example('A', 'b')], [example('C', 'a')]);
    expect(labels.toJSON()).toEqual(['<pad>', '<suc>', 'B', 'A', 'C']);
  });

  test('JSON gives the same set back', () => {
    const labels = createLabelSet(['Drug', 'DOSE']);
    const again = labelSetFromJson(JSON.parse(JSON.stringify(labels)), 'labels.json');
    expect(again.types).toEqual(labels.types);
    expect(again.idOf('dose')).toBe(labels.idOf('dose'));
  });

  test.each([
    [{ a: 1 }, 'a list of strings'],
    [['<suc>', '<pad>'], 'must begin with'],
    [['<pad>', '<suc>', 'A', 'a'], 'one type twice'],
    [['<pad>', '<suc>', '<PAD>'], 'cannot be called'],
  ])('%j is refused', (value, message) => {
    expect(() => labelSetFromJson(value, 'labels.json')).toThrow(message);
  });

  test('more types than a byte can tell apart are refused', () => {
    const types = Array.from({ length: 255 }, (_, i) => `T${i}`);
    expect(() => createLabelSet(types)).toThrow('at most 254');
    expect(createLabelSet(types.slice(1)).size).toBe(256);
  });
});
