/** Abbreviations in a text. */
import { expect, test } from 'vitest';
import { abbreviationsIn } from './abbreviations.ts';

const explained = {
  ФНО: 'фактор некроза опухоли',
  ФН: 'фактор',
  'Г-КСФ': 'фактор роста',
  ЯБ: 'язвенная болезнь',
};

test.each([
  ['анти-ФНО и Г-КСФ', ['ФНО', 'Г-КСФ']],
  ['ЯБ', ['ЯБ']],
  ['ЯБЖ, ФНО2', []],
  ['ЯБЖ при ЯБ.', ['ЯБ']],
  ['', []],
])('in %j: %j', (text, names) => {
  expect(abbreviationsIn(text, explained).map(([name]) => name)).toEqual(names);
});

test('come with what they stand for', () => {
  expect(abbreviationsIn('лечение ЯБ', explained)).toEqual([['ЯБ', 'язвенная болезнь']]);
});
