/** `w2ner average`: the mean of weights, what is fitted anew, and what it refuses. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { findModel } from '../predict/load.ts';
import { readModelFolder, writeModelFolder } from '../weights/model-folder.ts';
import { readSafetensors } from '../weights/safetensors.ts';

const shipped = findModel('guidelines-ru-keywords');
const changed = 'convLayer.base.1.bias';
let place: Workplace;
let data: string;
beforeEach(() => {
  place = createWorkplace();
  const record = {
    sentence: ['Рекомендуется', 'назначить', 'цитарабин'],
    ner: [{ type: 'DRUG', index: [2] }],
  };
  data = place.write('data.json', JSON.stringify([record]));
});
afterEach(() => place.remove());

/** A copy of the shipped model with one tensor multiplied. */
function scaled(name: string, factor: number): string {
  const model = readModelFolder(shipped);
  const { tensors } = readSafetensors(model.weights);
  const tensor = tensors.get(changed)!;
  tensors.set(changed, {
    ...tensor,
    data: Float32Array.from(tensor.data as Float32Array, (x) => factor * x),
  } as typeof tensor);
  const config = { ...model.config, none_offset: 0.5, score_slope: 7 };
  writeModelFolder(place.path(name), { ...model, config }, tensors);
  return place.path(name);
}

const average = (...models: string[]) =>
  cli(['average', ...models, '--train', data, '--dev', data, '--out', place.path('mean'), '--threads', '1']);

test('writes a model with the mean of the weights, fitted anew, with scores and card', async () => {
  const { code, stdout, stderr } = await average(scaled('one', 1), scaled('two', 3), scaled('three', 5));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/The mean of 3 models is in .*mean\n$/);
  const [mean, one] = ['mean', 'one'].map((name) => readSafetensors(place.path(`${name}/model.safetensors`)));
  for (const [name, { data: values }] of one!.tensors) {
    if (name.startsWith('gate')) continue;
    const factor = name === changed ? 3 : 1;
    const got = mean!.tensors.get(name)!.data as Float32Array;
    let largest = 0;
    for (const [i, value] of (values as Float32Array).entries())
      largest = Math.max(largest, Math.abs(got[i]! - factor * value));
    expect(largest, name).toBeLessThan(1e-6);
  }
  const config = JSON.parse(place.read('mean/config.json')) as Record<string, number>;
  expect(config.score_slope).not.toBe(7);
  expect(JSON.parse(place.read('mean/metrics.json'))).toMatchObject({
    training: { averaged: 3, sentences: 1 },
    dev: { sentences: 1 },
  });
  expect(place.read('mean/README.md')).toContain('mean of the weights of one, two, three');
});

test.each([
  ['one model', () => [shipped], /got one model, expected two or more/],
  ['int8 weights', () => [shipped, findModel('guidelines-ru')], /has int8 weights/],
  ['no folder', () => [shipped, place.path('none')], /none/],
  [
    'another setting',
    () => {
      const model = readModelFolder(shipped);
      const { tensors } = readSafetensors(model.weights);
      writeModelFolder(place.path('other'), { ...model, config: { ...model.config, ngram_max: 6 } }, tensors);
      return [shipped, place.path('other')];
    },
    /other: has "ngram_max" 6, .* has 5/,
  ],
  [
    'another shape',
    () => {
      cpSync(shipped, place.path('other'), { recursive: true });
      const model = readModelFolder(place.path('other'));
      const { tensors } = readSafetensors(model.weights);
      tensors.set(changed, { dtype: 'float32', shape: [2], data: new Float32Array(2) });
      writeModelFolder(place.path('other'), model, tensors);
      return [shipped, place.path('other')];
    },
    /other: has convLayer\.base\.1\.bias float32\[2\], unlike /,
  ],
])('%s: an error, and nothing is written', async (_, models, message) => {
  const { code, stderr } = await average(...models());
  expect([code, existsSync(join(place.path('mean'), 'config.json'))]).toEqual([2, false]);
  expect(stderr).toMatch(message);
});
