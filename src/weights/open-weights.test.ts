/** Weights are found and told apart by content; models in several files are one; what is no model is explained. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { floatTensor } from '../onnx/dtype.ts';
import { openWeights } from './open-weights.ts';
import { writeSafetensors } from './safetensors.ts';
import { openShardedSafetensors } from './shards.ts';
import { tensorSources } from './tensor-source.ts';
import { writeTorchFile } from './torch-write.ts';

const root = mkdtempSync(join(tmpdir(), 'w2ner-weights-'));
const folder = join(root, 'model');
const fixtures = resolve(import.meta.dirname, '../../test/fixtures/torch');
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});
afterAll(() => rmSync(root, { recursive: true }));

const tensor = (name: string, value: number) => new Map([[name, floatTensor([1], [value])]]);
const safe = (file: string, name: string, value: number): void =>
  writeSafetensors(join(folder, file), tensor(name, value), { format: 'pt' });
const torch = (file: string, name: string, value: number): void =>
  writeTorchFile(join(folder, file), tensorSources(tensor(name, value)));
const index = (file: string, weightMap: unknown): void =>
  writeFileSync(join(folder, file), JSON.stringify({ metadata: {}, weight_map: weightMap }));

/** The names and first numbers of what is opened. */
async function read(path: string): Promise<Record<string, number>> {
  const store = await openWeights(path);
  const values = [...store.entries.keys()].map((name) => [name, Number(store.read(name).data[0])]);
  store.close();
  return Object.fromEntries(values);
}

test.each(['zip-float32.pt', 'legacy-float32.pt'])('%s is known by its content', async (name) => {
  const path = join(folder, 'weights.safetensors');
  cpSync(join(fixtures, name), path);
  expect(await read(path)).toMatchObject({ weight: -0.5, scalar: 3 });
});

test('a folder is looked through in order', async () => {
  index('pytorch_model.bin.index.json', { d: 'd.bin' });
  torch('d.bin', 'd', 4);
  expect(await read(folder)).toEqual({ d: 4 });
  torch('pytorch_model.bin', 'c', 3);
  expect(await read(folder)).toEqual({ c: 3 });
  index('model.safetensors.index.json', { b: 'b.safetensors' });
  safe('b.safetensors', 'b', 2);
  expect(await read(folder)).toEqual({ b: 2 });
  safe('model.safetensors', 'a', 1);
  expect(await read(folder)).toEqual({ a: 1 });
});

describe('a model in several files', () => {
  const path = join(folder, 'model.safetensors.index.json');

  test('is one', async () => {
    safe('1.safetensors', 'a', 1);
    safe('2.safetensors', 'b', 2);
    index('model.safetensors.index.json', { b: '2.safetensors', a: '1.safetensors' });
    expect(await read(path)).toEqual({ a: 1, b: 2 });
    const store = openShardedSafetensors(path);
    expect(store).toMatchObject({ where: path, metadata: { format: 'pt' } });
    expect(() => store.read('c')).toThrow(/has no tensor "c"/);
    store.close();
  });

  test('may hold more than the index says, which decides where names meet', async () => {
    safe('1.safetensors', 'a', 1);
    safe('2.safetensors', 'a', 2);
    writeSafetensors(join(folder, '3.safetensors'), new Map([...tensor('b', 3), ...tensor('c', 4)]));
    index('model.safetensors.index.json', { x: undefined, a: '1.safetensors', b: '3.safetensors' });
    expect(await read(path)).toEqual({ a: 1, b: 3, c: 4 });
  });

  test.each<[string, unknown, RegExp]>([
    ['no map', undefined, /has no "weight_map"/],
    ['a list as map', [], /has no "weight_map"/],
    ['a file above', { a: '../1.safetensors' }, /"a" is said to be in "..\/1.safetensors"/],
    ['a file below', { a: 'x/1.safetensors' }, /expected the name of a file in the same folder/],
    ['the folder', { a: '..' }, /"a" is said to be in ".."/],
    ['a number', { a: 1 }, /"a" is said to be in 1/],
    [
      'missing files',
      { a: '1.safetensors', b: '8.safetensors', c: '9.safetensors' },
      /lacks 2 of its 3 files: 8.*, 9/,
    ],
    ['a tensor that is elsewhere', { b: '1.safetensors' }, /tensor "b" is not in 1.safetensors/],
  ])('with %s is explained', async (_, weightMap, message) => {
    safe('1.safetensors', 'a', 1);
    index('model.safetensors.index.json', weightMap);
    expect(() => openShardedSafetensors(path)).toThrow(message);
  });

  test('with a damaged file is explained by that file', async () => {
    safe('1.safetensors', 'a', 1);
    const bytes = readFileSync(join(folder, '1.safetensors'));
    writeFileSync(join(folder, '1.safetensors'), bytes.subarray(0, -1));
    index('model.safetensors.index.json', { a: '1.safetensors' });
    await expect(openWeights(folder)).rejects.toThrow(/1.safetensors: tensor "a" ends at byte 4 of 3/);
  });
});

describe('what is no model', () => {
  test.each<[string, string | Buffer, RegExp, RegExp]>([
    [
      'a pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
      /pointer of Git LFS/,
      /git lfs pull/,
    ],
    ['a web page', '<!DOCTYPE html><html>', /is a web page/, /download/],
    ['TensorFlow', Buffer.from('\x89HDF\r\n', 'latin1'), /HDF5/, /convert/],
    ['nothing', '', /no weights of a known kind/, /expected safetensors/],
    ['settings', '{"hidden_size": 768}', /no weights of a known kind/, /expected safetensors/],
  ])('%s', async (_, content, message, hint) => {
    writeFileSync(join(folder, 'model.safetensors'), content);
    const error = await openWeights(folder).catch((reason: unknown) => reason);
    const wanted = { message: expect.stringMatching(message), hint: expect.stringMatching(hint) };
    expect(error).toMatchObject({ name: 'UserError', code: 'E_WEIGHTS', ...wanted });
  });

  test('an empty folder, and a path that is not there', async () => {
    await expect(openWeights(folder)).rejects.toThrow(
      /none of model.safetensors, model.safetensors.index.json, pyt/,
    );
    await expect(openWeights(join(folder, 'none'))).rejects.toThrow(/none: cannot be read \(ENOENT/);
  });
});
