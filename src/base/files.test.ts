/** Files are whole or untouched, whatever fails. */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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

test('a link is followed, and stays one', () => {
  writeFileSync(join(folder, 'target.txt'), 'old');
  symlinkSync('target.txt', join(folder, 'link.txt'));
  writeFileAtomic(join(folder, 'link.txt'), 'new');
  expect(readFileSync(join(folder, 'target.txt'), 'utf8')).toBe('new');
  expect(lstatSync(join(folder, 'link.txt')).isSymbolicLink()).toBe(true);
});

test('a folder in the place of a file is refused before anything is written', () => {
  mkdirSync(join(folder, 'e/inside'), { recursive: true });
  expect(() => writeFileAtomic(join(folder, 'e'), 'x')).toThrow(/e: cannot be written: this is a folder/);
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
