/** Files are whole or untouched, whatever fails. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openAtomic, writeFileAtomic } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('nothing is visible before commit, and an aborted file leaves the old one', () => {
  const path = join(folder, 'a.txt');
  writeFileAtomic(path, 'old');
  const file = openAtomic(path);
  file.write('new');
  expect(readFileSync(path, 'utf8')).toBe('old');
  file.abort();
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test('folders on the way are made', () => {
  writeFileAtomic(join(folder, 'b/c/d.txt'), 'x');
  expect(readFileSync(join(folder, 'b/c/d.txt'), 'utf8')).toBe('x');
});

test('a failed rename leaves no partial file', () => {
  mkdirSync(join(folder, 'e/inside'), { recursive: true });
  expect(() => writeFileAtomic(join(folder, 'e'), 'x')).toThrow(/cannot be written/);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a file where a folder should be is said to be in the way', () => {
  writeFileSync(join(folder, 'f'), '');
  expect(() => writeFileAtomic(join(folder, 'f/g.txt'), 'x')).toThrow(/f\/g\.txt: cannot be written/);
});

test.runIf(process.platform === 'linux')(
  'a place where the system makes no folders is an error, not a wait',
  () => {
    expect(() => writeFileAtomic('/proc/w2ner/x.txt', '')).toThrow(/cannot be written/);
  },
);
