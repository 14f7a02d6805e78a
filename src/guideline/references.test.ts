/** Citations: lists, ranges, misprints. */
import { expect, test } from 'vitest';
import { citationRanges, readReferences } from './references.ts';

test.each<[string, number[]]>([
  ['Показано наблюдение [12, 15–17].', [12, 15, 16, 17]],
  ['по схеме [3-5,9, 11 –13]', [3, 4, 5, 9, 11, 12, 13]],
  ['по схеме [1] и далее [4,2]', [1, 2, 4]],
  ['[176- 180]', [176, 177, 178, 179, 180]],
  ['опечатки [22.], [7; 8] и [313, 9–2]', [2, 7, 8, 9, 22, 313]],
  ['слишком длинный ряд [18–375]', [18, 375]],
  ['потерян дефис [57, 225231]', [57]],
  ['в конце тезиса скобки бывают круглыми (82, 84-85).', [82, 84, 85]],
  ['но (5) мг внутри – нет, и [см. 3] – нет', []],
])('%s', (text, expected) => {
  expect(readReferences(text)).toEqual(expected);
});

test('the ranges are those of the brackets', () => {
  const text = 'Курс [1, 2] по схеме [3]';
  expect(citationRanges(text).map(([start, end]) => text.slice(start, end))).toEqual(['[1, 2]', '[3]']);
});
