/** Model folders: what is written is read, and a folder that does not fit together says why. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import { createLabelSet } from '../data/labels.ts';
import type { ParameterSpec } from '../model/build.ts';
import { floatTensor, type TensorData } from '../onnx/dtype.ts';
import { checkTensors } from './check-tensors.ts';
import { initializeParameters } from './initialize.ts';
import { modelFiles } from './model-description.ts';
import { externalParameters, readModelFolder, writeModelFolder } from './model-folder.ts';
import { readSafetensors } from './safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-model-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = join(folder, 'whole');
const model = { config: checkConfig({ lstm_hid_size: 6 }), labels: createLabelSet(['DRUG', 'Доза']) };
const tensors = new Map([['w', floatTensor([2], [1, 2])]]);
beforeAll(() => writeModelFolder(whole, model, tensors));

/** A copy of the model with one file replaced, or removed. */
function damagedCopy(file: string, text?: string): string {
  const copy = mkdtempSync(join(folder, 'damaged-'));
  cpSync(whole, copy, { recursive: true });
  if (text === undefined) rmSync(join(copy, file));
  else writeFileSync(join(copy, file), text);
  return copy;
}

test('a folder gives back the model', () => {
  const read = readModelFolder(whole);
  expect(read.config).toEqual(model.config);
  expect(read.labels.toJSON()).toEqual(['<pad>', '<suc>', 'DRUG', 'Доза']);
  expect(readSafetensors(read.weights).tensors).toEqual(tensors);
  expect(readFileSync(join(whole, modelFiles.config), 'utf8')).toMatch(/^\{\n {2}"dist_emb_size"/);
});

test('a byte-order mark before the JSON does no harm', () => {
  const text = readFileSync(join(whole, modelFiles.labels), 'utf8');
  expect(readModelFolder(damagedCopy(modelFiles.labels, `\uFEFF${text}`)).labels.types.length).toBe(2);
});

describe('a folder is refused', () => {
  test.each<[string, () => string, string, RegExp]>([
    ['that is not there', () => join(folder, 'none'), 'E_MODEL', /none: is not a model folder/],
    [
      'that is a file',
      () => join(whole, modelFiles.config),
      'E_MODEL',
      /config\.json: is not a model folder/,
    ],
    ['without weights', () => damagedCopy(modelFiles.weights), 'E_MODEL', /lacks model\.safetensors/],
    [
      'without anything',
      () => mkdtempSync(join(folder, 'bare-')),
      'E_MODEL',
      /lacks config\.json, labels\.json, model/,
    ],
    [
      'whose config is no JSON',
      () => damagedCopy(modelFiles.config, '{'),
      'E_MODEL',
      /config\.json: is not readable JSON/,
    ],
    [
      'whose config is a list',
      () => damagedCopy(modelFiles.config, '[]'),
      'E_MODEL',
      /config\.json: is no JSON object/,
    ],
    [
      'with an unknown setting',
      () => damagedCopy(modelFiles.config, '{"a": 1}'),
      'E_CONFIG_KEY',
      /config\.json: "a"/,
    ],
    [
      'with other labels',
      () => damagedCopy(modelFiles.labels, '["DRUG"]'),
      'E_LABELS',
      /labels\.json: labels must begin/,
    ],
    [
      'with broken weights',
      () => damagedCopy(modelFiles.weights, 'x'),
      'E_WEIGHTS',
      /model\.safetensors: is 1 bytes long/,
    ],
  ])('%s', (_, make, code, message) => {
    const path = make();
    expect(() => externalParameters(readModelFolder(path))).toThrow(
      expect.objectContaining({ name: 'UserError', code, message: expect.stringMatching(message) }),
    );
  });
});

describe('tensors are checked', () => {
  const spec = (...shape: number[]): ParameterSpec => ({ shape, start: { kind: 'zeros' } });
  const specs = new Map([
    ['a', spec(2)],
    ['b', spec(1, 2)],
  ]);
  const right = new Map<string, TensorData>([
    ['a', floatTensor([2], [0, 0])],
    ['b', floatTensor([1, 2], [0, 0])],
  ]);
  const check = (change: readonly [string, TensorData | undefined][]): string => {
    const tensors = new Map(right);
    for (const [name, tensor] of change) {
      if (tensor === undefined) tensors.delete(name);
      else tensors.set(name, tensor);
    }
    try {
      checkTensors(specs, {
        where: 'm.safetensors',
        entries: tensors,
        metadata: {},
        read: (name) => tensors.get(name)!,
        close: () => {},
      });
    } catch (error) {
      expect(error).toMatchObject({ name: 'UserError', code: 'E_WEIGHTS', where: 'm.safetensors' });
      return (error as Error).message.replace('m.safetensors: ', '');
    }
    return '';
  };
  const half: TensorData = { dtype: 'float16', shape: [2], data: new Uint16Array(2) };

  test.each<[string, [string, TensorData | undefined][], string]>([
    ['and found right', [], ''],
    ['for missing ones', [['a', undefined]], 'tensor "a" [2] is missing'],
    ['for shapes', [['b', floatTensor([2, 1], [0, 0])]], 'tensor "b" is [2,1], model expects [1,2]'],
    ['for types', [['a', half]], 'tensor "a" is float16, model expects float32'],
    ['for NaN', [['a', floatTensor([2], [0, Number.NaN])]], 'tensor "a" holds values that are not finite'],
    [
      'for infinity',
      [['a', floatTensor([2], [-Infinity, 0])]],
      'tensor "a" holds values that are not finite',
    ],
    ['for strangers', [['c', half]], 'tensor "c" is not part of the model'],
    [
      'all at once',
      [
        ['a', undefined],
        ['c', half],
      ],
      'tensor "a" [2] is missing; tensor "c" is not part of the model',
    ],
  ])('%s', (_, change, message) => expect(check(change)).toBe(message));

  test('and at most ten are named, the rest counted', () => {
    const message = check(Array.from({ length: 13 }, (_, k) => [`x${k}`, half]));
    expect(message.match(/is not part of the model/g)!.length).toBe(10);
    expect(message).toMatch(/; and 3 more$/);
    expect(check(Array.from({ length: 10 }, (_, k) => [`x${k}`, half]))).not.toMatch(/more/);
  });
});

test('starting values are those declared, fixed by the seed', () => {
  const specs = new Map<string, ParameterSpec>([
    ['zeros', { shape: [3], start: { kind: 'zeros' } }],
    ['ones', { shape: [2], start: { kind: 'ones' } }],
    ['uniform', { shape: [50, 40], start: { kind: 'uniform', bound: 0.25 } }],
    ['normal', { shape: [2000], start: { kind: 'normal', deviation: 3 } }],
  ]);
  const tensors = initializeParameters(specs, createRandom(1));
  expect([...tensors.get('zeros')!.data]).toEqual([0, 0, 0]);
  expect([...tensors.get('ones')!.data]).toEqual([1, 1]);
  const deviation = (data: Float32Array): number =>
    Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length);
  const uniform = tensors.get('uniform')!.data;
  expect(uniform.every((value) => Math.abs(value) <= 0.25)).toBe(true);
  expect(deviation(uniform)).toBeCloseTo(0.25 / Math.sqrt(3), 2);
  expect(deviation(tensors.get('normal')!.data)).toBeCloseTo(3, 0);
  expect(initializeParameters(specs, createRandom(1))).toEqual(tensors);
  expect(initializeParameters(specs, createRandom(2))).not.toEqual(tensors);
});
