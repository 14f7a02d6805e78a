/** The place where JSON breaks, held against `JSON.parse`. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonError } from './json-place.ts';

test.each([
  ['', 0, 'a value'],
  ['[1,]', 3, 'a value'],
  ['[1 2]', 3, '"," or "]"'],
  ['{"a":1,}', 7, 'a key'],
  ['{"a" 1}', 5, '":"'],
  ['{a:1}', 1, 'a key or "}"'],
  ['[01]', 2, '"," or "]"'],
  ['["a\nb"]', 1, 'a value or "]"'],
  ['["\\x"]', 1, 'a value or "]"'],
  ['["open', 1, 'a value or "]"'],
  ['[1]]', 3, 'the end'],
  ['[}', 1, 'a value or "]"'],
  ['[\u00a01]', 1, 'a value or "]"'],
])('%j breaks at %i, expected %s', (text, charStart, expected) => {
  expect(findJsonError(text)).toMatchObject({ place: { charStart }, expected });
});

test('line and column are counted from 1', () => {
  expect(findJsonError('[\n1,\n  x]')?.place).toEqual({ charStart: 7, line: 3, column: 3 });
});

test('finds an error exactly when JSON.parse does', () => {
  const mutated = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '[', ':', '0', '\\', ' ', 'e', '\n'))
    .map(([text, at, mark]) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + mark + text.slice(mark === '' ? cut + 1 : cut);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), mutated), (text) => {
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      return (findJsonError(text) === undefined) === parses;
    }),
    { numRuns: 2000 },
  );
});

test('deep nesting and long strings are no trouble', () => {
  expect(findJsonError('['.repeat(200_000))?.place.charStart).toBe(200_000);
  expect(findJsonError(`["${'x'.repeat(2_000_000)}`)?.place.charStart).toBe(1);
});
