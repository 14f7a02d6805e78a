/** Citations: lists, ranges, misprints. */
import { expect, test } from 'vitest';
import { citationRanges, citationStyle, readReferences } from './references.ts';

test.each<[string, number[]]>([
  ['Показано наблюдение [12, 15–17].', [12, 15, 16, 17]],
  ['по схеме [3-5,9, 11 –13]', [3, 4, 5, 9, 11, 12, 13]],
  ['по схеме [1] и далее [4,2]', [1, 2, 4]],
  ['[176- 180]', [176, 177, 178, 179, 180]],
  ['опечатки [22.], [7; 8] и [313, 9–2]', [2, 7, 8, 9, 22, 313]],
  ['слишком длинный ряд [18–375]', [18, 375]],
  ['потерян дефис [57, 225231]', [57]],
  ['круглые скобки (82), [см. 3], [a1] – нет', []],
])('%s', (text, expected) => {
  expect(readReferences(text)).toEqual(expected);
});

test('the ranges are those of the brackets', () => {
  const text = 'Курс [1, 2] по схеме [3]';
  expect(citationRanges(text).map(([start, end]) => text.slice(start, end))).toEqual(['[1, 2]', '[3]']);
});

test('round brackets cite where that is a guideline’s habit', () => {
  const theses = [
    'Показан осмотр (1).',
    'Показана проба (2, 5–7)',
    'Курс (3) в дозе (5 мг).',
    'Уход (4).',
    'Диета (8)',
  ];
  expect(citationStyle(theses)).toBe('round');
  expect(readReferences(theses[1]!, 'round')).toEqual([2, 5, 6, 7]);
  expect(readReferences(theses[2]!, 'round')).toEqual([3]);
  expect(citationStyle([...theses, 'Проба [1], [2], [3]'])).toBe('round');
  expect(citationStyle([...theses, ...Array.from({ length: 30 }, () => 'Проба [1]')])).toBe('square');
  expect(citationStyle(theses.slice(0, 3))).toBe('square');
});
