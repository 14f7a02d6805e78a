/** How stretches of text with lines look. */
import { expect, test } from 'vitest';
import { linesStyle } from './style.ts';

const line = { type: 0, kind: 'words' } as const;

test('lines leave room below the text, and more than fit set it wider apart', () => {
  expect(linesStyle('a', [line])).toMatch(/^\.a\{background:.*;padding-bottom:5px\}$/);
  expect(linesStyle('a', [line, line])).not.toContain('line-height');
  const four = linesStyle('b', [line, { type: 1, kind: 'gap' }, line, line]);
  expect(four).toMatch(/;padding-bottom:20px;line-height:calc\(2\.05em \+ 20px\)\}$/);
});
