/** What endings tell: the same word or another, and which words can stand side by side. */
import { expect, test } from 'vitest';
import { agreeInCase, likeness } from './inflection.ts';

test.each([
  ['осмотр', 'осмотр', 'same'],
  ['рентгенография', 'рентгенографии', 'noun'],
  ['осмотром', 'осмотр', 'noun'],
  ['исследованием', 'исследования', 'noun'],
  ['первичном', 'первичный', 'adjective'],
  ['общая', 'общего', 'other'], // too short a stem to be sure
  ['терапия', 'терапевт', 'other'],
  ['рентгенография', 'рентгеноскопия', 'other'],
])('%s and %s: %s', (a, b, expected) => {
  expect(likeness(a, b)).toBe(expected);
  expect(likeness(b, a)).toBe(expected);
});

test.each([
  ['аспирационного', 'биопсийного', true],
  ['осмотра', 'пальпации', true],
  ['КТ', 'рентгенографией', true],
  ['CHOP', 'терапии', true],
  ['осмотром', 'пальпацией', true],
  ['экстракции', 'вмешательствами', false],
  ['антигистаминные', 'антифибринолитического', false],
  ['рентгенография', 'осмотру', false],
])('%s and %s agree in a case: %s', (a, b, expected) => {
  expect(agreeInCase(a, b)).toBe(expected);
  expect(agreeInCase(b, a)).toBe(expected);
});
