/** The folders' order: who may import whom, without cycles, and who may touch the runtime and the terminal. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** Folders of one line may import each other's files; a line may import from the lines above it. */
const layers = [
  ['base'],
  ['config', 'onnx', 'text', 'document'],
  ['autodiff', 'model', 'weights', 'data', 'decode', 'guideline'],
  ['runtime'],
  ['train', 'evaluate', 'predict', 'convert'],
  ['export', 'server', 'cli'],
];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const sources = files.filter((name) => !name.endsWith('.test.ts'));

const importsOf = (name: string): string[] =>
  [...readFileSync(join(src, name), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
    (match) => match[1]!,
  );

const localImports = (name: string): string[] =>
  importsOf(name)
    .filter((path) => path.startsWith('.'))
    .map((path) => relative(src, resolve(src, dirname(name), path)));

const layerOf = (name: string): number => layers.findIndex((layer) => layer.includes(name.split('/')[0]!));

describe('architecture', () => {
  test('there are files, and every folder has its place', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.filter((name) => name.includes('/') && layerOf(name) < 0)).toEqual([]);
  });

  test('imports go up the table', () => {
    const wrong = sources.flatMap((name) =>
      name === 'index.ts'
        ? []
        : localImports(name)
            .filter((path) => layerOf(path) > layerOf(name))
            .map((path) => `${name} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  test('no file imports itself around a corner', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (name: string, way: string[]): void => {
      if (state.get(name) === 'done') return;
      if (state.get(name) === 'open') {
        cycles.push([...way.slice(way.indexOf(name)), name].join(' → '));
        return;
      }
      state.set(name, 'open');
      for (const path of localImports(name)) visit(path, [...way, name]);
      state.set(name, 'done');
    };
    for (const name of sources) visit(name, []);
    expect(cycles).toEqual([]);
  });

  test('only runtime imports ONNX Runtime, only cli writes to standard output', () => {
    const ort = sources.filter((name) => importsOf(name).some((path) => path.startsWith('onnxruntime')));
    expect(ort.filter((name) => !name.startsWith('runtime/'))).toEqual([]);
    const code = (name: string): string =>
      readFileSync(join(src, name), 'utf8').replace(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, '');
    const loud = sources.filter((name) => /console\.|process\.stdout/.test(code(name)));
    expect(loud.filter((name) => !name.startsWith('cli/'))).toEqual([]);
  });

  test('no default exports, no enums, a sentence at the head of every file', () => {
    for (const name of files) {
      const text = readFileSync(join(src, name), 'utf8');
      expect(/^export default|^\s*(?:const )?enum /m.test(text), name).toBe(false);
      expect(/^(?:#!.*\n)?\/\*\*/.test(text), name).toBe(true);
    }
  });
});
