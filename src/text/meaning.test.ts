/** Words with what they stand for: nothing is lost, and a word alone is itself. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meaningOf, plainWord, withMeaning } from './meaning.ts';

const SEPARATOR = '\u001f';
const nothing = { words: [], types: [] };

const word = fc.oneof(
  fc.constantFrom(SEPARATOR, '#', ' ', 'ЯБ', '-'),
  fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes(SEPARATOR)),
);
const meaningWord = fc.string({ unit: 'binary' }).filter((text) => /^[^\s#]\S*$/u.test(text));
const meaning = fc.record({
  words: fc.array(meaningWord, { maxLength: 4 }),
  types: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
});

test('a word and its meaning come back', () => {
  fc.assert(
    fc.property(word, meaning, (plain, { words, types }) => {
      const both = withMeaning(plain, { words, types });
      expect(plainWord(both)).toBe(plain);
      expect(meaningOf(both)).toEqual({ words, types: types.map((type) => type.replace(/\s/gu, '')) });
    }),
  );
});

test('a word without meaning is itself', () => {
  fc.assert(
    fc.property(word, (plain) => {
      expect(withMeaning(plain, nothing)).toBe(plain);
      expect(plainWord(plain)).toBe(plain);
      expect(meaningOf(plain)).toEqual(nothing);
    }),
  );
});

test('a lone U+001F is a word, with a meaning too', () => {
  expect(plainWord(SEPARATOR)).toBe(SEPARATOR);
  expect(meaningOf(SEPARATOR)).toEqual(nothing);
  const both = withMeaning(SEPARATOR, { words: ['знак'], types: ['sign'] });
  expect(plainWord(both)).toBe(SEPARATOR);
  expect(meaningOf(both)).toEqual({ words: ['знак'], types: ['sign'] });
});

test('words are told apart by what they stand for', () => {
  const all = [
    'ЯБ',
    withMeaning('ЯБ', { words: ['язвенная', 'болезнь'], types: [] }),
    withMeaning('ЯБ', { words: ['язвенная'], types: [] }),
    withMeaning('ЯБ', { words: ['язвенная'], types: ['disease'] }),
    withMeaning('ЯБ', { words: [], types: ['disease'] }),
    withMeaning('ЯБ', { words: ['disease'], types: [] }),
  ];
  expect(new Set(all).size).toBe(all.length);
});

test('a type of several words is one type', () => {
  expect(meaningOf(withMeaning('СОЭ', { words: [], types: ['lab test', 'x'] })).types).toEqual([
    'labtest',
    'x',
  ]);
});
