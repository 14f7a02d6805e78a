/** Discovery: what PATH arguments give, and what is said of those that give nothing. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discoverDocuments } from './discover.ts';
import { readDocument } from './read.ts';

const root = mkdtempSync(join(tmpdir(), 'discover-'));
const at = (path: string): string => join(root, path);

beforeAll(() => {
  const files = [
    'a.md',
    'b.TXT',
    'c.doc',
    'в папке/д.md',
    'в папке/глубже/е.txt',
    '.hidden/x.md',
    'node_modules/y.md',
  ];
  for (const file of [
    ...files,
    'имя [1].md',
    'пустая/нет.doc',
    '.скрыт.md',
    'запись/1_1.json',
    'запись/г.HTML',
    'запись/д.docx',
  ]) {
    mkdirSync(dirname(at(file)), { recursive: true });
    writeFileSync(at(file), 'Текст.');
  }
  writeFileSync(at('в папке/results.json'), '[{"sections": 1}]');
  writeFileSync(at('запись/1_1.json'), '{"id": "1_1", "obj": {"sections": []}}');
  symlinkSync(root, at('в папке/петля'));
  symlinkSync(at('нет'), at('оборвана.md'));
  mkdirSync(at('ссылки'));
  symlinkSync(at('в папке/д.md'), at('ссылки/ж.md'));
  mkdirSync(at('чисто'));
});
afterAll(() => rmSync(root, { recursive: true }));

const found = (...paths: string[]) => {
  const { files, failures } = discoverDocuments(paths.map(at));
  return {
    files: files.map((file) => file.slice(root.length + 1)),
    codes: failures.map((failure) => failure.code),
  };
};

describe('discoverDocuments', () => {
  it('walks folders, through a loop of links, without hidden folders and node_modules', () => {
    expect(found('')).toEqual({
      files: [
        'a.md',
        'b.TXT',
        'в папке/глубже/е.txt',
        'в папке/д.md',
        'запись/1_1.json',
        'запись/г.HTML',
        'запись/д.docx',
        'имя [1].md',
      ],
      codes: ['E_INPUT_MISSING'],
    });
  });

  it('passes over JSON that is no record, unless it is named', () => {
    expect(found('в папке').files).not.toContain('в папке/results.json');
    expect(found('в папке/*.json').codes).toEqual(['E_INPUT_MISSING']);
    expect(found('в папке/results.json').files).toEqual(['в папке/results.json']);
  });

  it('tells which files of folders and patterns are no documents', () => {
    const others = (...paths: string[]): string[] =>
      discoverDocuments(paths.map(at)).others.map((file) => file.slice(root.length + 1));
    expect(others('')).toEqual(['c.doc', 'в папке/results.json', 'пустая/нет.doc']);
    expect(others('в папке', '*.doc', 'в папке/*.json')).toContain('c.doc');
    expect(others('a.md', 'c.doc')).toEqual([]); // named itself it is an error
  });

  it('lists a file once', () => {
    expect(found('a.md', 'a.md', '*.md', 'в папке/../a.md').files).toEqual(['a.md', 'имя [1].md']);
  });

  it('takes a path that exists before a pattern', () => {
    expect(found('имя [1].md')).toEqual({ files: ['имя [1].md'], codes: [] });
  });

  it('expands patterns', () => {
    expect(found('**/*.{md,txt}')).toEqual({
      files: ['a.md', 'в папке/глубже/е.txt', 'в папке/д.md', 'имя [1].md'],
      codes: [],
    });
    expect(found('ссылки/*.md').files).toEqual(['ссылки/ж.md']);
    expect(found('ссылки/*.md', 'в папке/д.md').files).toEqual(['в папке/д.md']);
    expect(found('в*').files).toContain('в папке/д.md');
  });

  it('says what is wrong and keeps the rest', () => {
    expect(found('a.md', 'нет.md', 'c.doc', 'чисто', 'пустая', '*.xyz')).toEqual({
      files: ['a.md'],
      codes: [
        'E_INPUT_MISSING',
        'E_INPUT_TYPE',
        'E_INPUT_EMPTY_FOLDER',
        'E_INPUT_EMPTY_FOLDER',
        'E_INPUT_MISSING',
      ],
    });
    expect(discoverDocuments(['']).failures[0]?.code).toBe('E_INPUT_MISSING');
    const told = (pattern: string): string => discoverDocuments([at(pattern)]).failures[0]!.message;
    expect(told('*.xyz')).toContain(': no document matches this pattern, expected *.md');
    expect(told('c.*')).toContain(': no document matches this pattern (1 other match), expected *.md');
  });
});

describe('readDocument', () => {
  it('reads what was found', () => {
    const document = readDocument(at('в папке/д.md'));
    expect([document.name, document.encoding, document.source]).toEqual(['д.md', 'utf-8', 'Текст.']);
    expect([...document.blocks()].map((block) => block.text)).toEqual(['Текст.']);
    expect([...document.blocks()]).toHaveLength(1);
  });

  it('refuses folders, missing and unreadable files', () => {
    expect(() => readDocument(at('чисто'))).toThrow(/folder/);
    expect(() => readDocument(at('нет.md'))).toThrow(/no such file/);
    expect(() => readDocument(at('c.doc'))).toThrow(/\.doc files cannot be read, expected \.md, \.txt, /);
    if (process.getuid?.() === 0) return;
    chmodSync(at('a.md'), 0);
    expect(() => readDocument(at('a.md'))).toThrow(/may not read/);
  });
});
