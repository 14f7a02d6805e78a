/** Fine-tuning of a tiny BERT: all of it, its top layers, adapters; accumulated, resumed, continued with new types. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../config/check.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { loadModel } from '../predict/load.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import type { TrainEvent } from './events.ts';
import { type TrainOptions, trainModel } from './train.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-bert-train-'));
afterAll(() => rmSync(folder, { recursive: true }));

const encoder = join(import.meta.dirname, '../../test/fixtures/bert/encoder');

const sentences = [
  ['Назначить', 'цитарабин', 'внутривенно'],
  ['боль', 'в', 'груди'],
  ['цитарабин', 'или', 'ритуксимаб'],
  ['Риск', 'боль'],
];
const data = (extra: readonly string[] = []): unknown[] =>
  sentences.map((sentence) => ({
    sentence,
    ner: sentence.flatMap((word, k) => {
      if (word === 'цитарабин' || word === 'ритуксимаб') return [{ type: 'DRUG', index: [k] }];
      if (word === 'боль') return [{ type: 'SYMPTOM', index: [k] }];
      return extra.includes(word) ? [{ type: 'NEW', index: [k] }] : [];
    }),
  }));
const write = (name: string, value: unknown): string => {
  writeFileSync(join(folder, name), JSON.stringify(value));
  return join(folder, name);
};
const train = write('train.json', data());
/** Enough to learn it by heart in a few epochs. */
const many = write('many.json', Array.from({ length: 16 }, () => data()).flat());
const learning = { epochs: 25, batch_size: 4, learning_rate: 0.02, emb_dropout: 0 };

const settings = {
  bert_name: encoder,
  bert_hid_size: 24,
  lstm_hid_size: 8,
  conv_hid_size: 4,
  biaffine_size: 6,
  ffnn_hid_size: 6,
  dist_emb_size: 4,
  type_emb_size: 4,
  emb_dropout: 0.1,
  conv_dropout: 0,
  out_dropout: 0,
  epochs: 2,
  batch_size: 2,
  learning_rate: 0.01,
  bert_learning_rate: 0.005,
  clip_grad_norm: 1,
};

/** Trains in a folder of its own. */
async function run(name: string, change: object = {}, options: Partial<TrainOptions> = {}) {
  const events: TrainEvent[] = [];
  const out = join(folder, name);
  await trainModel({
    config: checkConfig({ ...settings, ...change }),
    train,
    dev: train,
    out,
    threads: 1,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const tensors = readSafetensors(join(out, 'last/model.safetensors')).tensors;
  return { out, tensors, events, losses: events.flatMap((e) => (e.kind === 'step' ? [e.loss] : [])) };
}

const before = new Map(
  [...readSafetensors(join(encoder, 'model.safetensors')).tensors].map(([name, t]) => [`bert.${name}`, t]),
);
const moved = (tensors: ReadonlyMap<string, TensorData>): string[] =>
  [...before]
    .filter(([name, { data: old }]) => old.some((v, k) => v !== tensors.get(name)!.data[k]))
    .map(([name]) => name)
    .sort();

test('a whole encoder learns with the head, and the folder is all that using it needs', async () => {
  const { out, tensors, losses } = await run('whole', learning, { train: many });
  expect(losses.at(-1)!).toBeLessThan(losses[1]! / 10);
  const still = [...before.keys()].filter((name) => !moved(tensors).includes(name));
  expect(still.filter((name) => !name.startsWith('bert.pooler.'))).toEqual([]);
  expect(still.length).toBe(2); // the pooler is kept, untouched, for the original to load
  const tagger = await loadModel(out);
  const found = await tagger.tag(sentences);
  await tagger.dispose();
  expect(found.map((list) => list.map(({ type, words }) => `${type} ${words}`))).toEqual([
    ['DRUG 1'],
    ['SYMPTOM 0'],
    ['DRUG 0', 'DRUG 2'],
    ['SYMPTOM 1'],
  ]);
});

test('the same seed gives the same weights, and a run that was stopped goes on exactly', async () => {
  const once = await run('once');
  const again = await run('again');
  expect(again.losses).toEqual(once.losses);
  const stop = new AbortController();
  const halt = (event: TrainEvent): void => {
    if (event.kind === 'step' && event.step === 3) stop.abort();
  };
  await run('stopped', {}, { signal: stop.signal, onEvent: halt });
  const resumed = await run('stopped', {}, { resume: true });
  expect([...resumed.tensors]).toEqual([...once.tensors]);
});

test('only the top layers, when so many are named', async () => {
  const { tensors, events } = await run('top', { bert_trained_layers: 1 });
  const names = moved(tensors);
  expect(names.length).toBe(16);
  expect(names.every((name) => name.startsWith('bert.encoder.layer.1.'))).toBe(true);
  const start = events.find((event) => event.kind === 'start')!;
  expect(start.trained).toBeLessThan(start.parameters);
  expect(moved((await run('frozen', { bert_trained_layers: 0 })).tensors)).toEqual([]);
});

test('adapters are merged into the weights that they adapt', async () => {
  const { out, tensors } = await run('adapters', { adapter_rank: 2, epochs: 3 });
  const names = moved(tensors);
  expect(names.length).toBe(12); // six products of two layers
  expect(names.every((name) => name.endsWith('.weight') && !name.includes('LayerNorm'))).toBe(true);
  expect([...tensors.keys()].filter((name) => name.includes('adapter'))).toEqual([]);
  const difference = names.map((name) => {
    const [rows, columns] = before.get(name)!.shape as [number, number];
    return { name, rows, columns };
  });
  expect(difference.length).toBe(12);
  const tagger = await loadModel(out);
  expect((await tagger.tag(sentences)).length).toBe(4);
  await tagger.dispose();
});

test('a run with adapters goes on only from the weights that it began with', async () => {
  const first = await run('base', { epochs: 1 });
  const change = { adapter_rank: 2 };
  const stop = new AbortController();
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === 'step' && event.step === 3) stop.abort();
  };
  const whole = await run('adapted', change, { init: first.out });
  await run('adapted-stopped', change, { init: first.out, signal: stop.signal, onEvent });
  await expect(run('adapted-stopped', change, { resume: true })).rejects.toMatchObject({ code: 'E_RESUME' });
  const resumed = await run('adapted-stopped', change, { init: first.out, resume: true });
  expect([...resumed.tensors]).toEqual([...whole.tensors]);
});

test('int8 weights cannot be trained', async () => {
  await expect(run('int8', { weights: 'int8' })).rejects.toMatchObject({ code: 'E_CONFIG_VALUE' });
  const first = await run('float32', { epochs: 1 });
  const settingsPath = join(first.out, 'config.json');
  const stored = JSON.parse(readFileSync(settingsPath, 'utf8'));
  writeFileSync(settingsPath, JSON.stringify({ ...stored, weights: 'int8' }));
  await expect(run('from-int8', {}, { init: first.out })).rejects.toMatchObject({
    code: 'E_INIT',
    message: expect.stringContaining('int8 weights'),
  });
});

test('accumulated gradients make fewer steps', async () => {
  const { losses } = await run('accumulated', { accumulate: 2, batch_size: 1 });
  expect(losses.length).toBe(4);
  expect(losses.every(Number.isFinite)).toBe(true);
});

describe('a model trained further', () => {
  test('keeps its types, and gets rows for new ones', async () => {
    const first = await run('first', learning, { train: many });
    const more = write('more.json', data(['груди']));
    const second = await run(
      'second',
      { epochs: 1, warm_factor: 1 },
      { init: first.out, train: more, dev: more },
    );
    expect(JSON.parse(readFileSync(join(second.out, 'labels.json'), 'utf8'))).toEqual([
      '<pad>',
      '<suc>',
      'DRUG',
      'SYMPTOM',
      'NEW',
    ]);
    expect(second.tensors.get('predictor.biaffine.weight')!.shape[0]).toBe(5);
    const fresh = await run('fresh', { epochs: 1 }, { train: more, dev: more });
    expect(second.losses[0]).toBeLessThan(fresh.losses[0]! / 1.5);
  });

  test('of other shapes is refused', async () => {
    const from = (await run('narrow', { epochs: 1 })).out;
    await expect(run('wide', { lstm_hid_size: 10 }, { init: from })).rejects.toMatchObject({
      code: 'E_INIT',
      message: expect.stringContaining('"lstm_hid_size" is 10, the model has 8'),
    });
  });
});

describe('an encoder that cannot be used is refused before anything is written', () => {
  const copy = (name: string): string => {
    const target = join(folder, name);
    mkdirSync(target);
    for (const file of ['config.json', 'vocab.txt', 'tokenizer_config.json', 'model.safetensors'])
      copyFileSync(join(encoder, file), join(target, file));
    return target;
  };
  test.each<[string, object, (target: string) => void, string, RegExp]>([
    [
      'of another width',
      { bert_hid_size: 32 },
      () => {},
      'E_CONFIG_VALUE',
      /"bert_hid_size" is 32, "hidden_size" of .* is 24/,
    ],
    [
      'with a missing tensor',
      {},
      (target) => {
        const { tensors } = readSafetensors(join(target, 'model.safetensors'));
        tensors.delete('encoder.layer.0.output.dense.bias');
        writeSafetensors(join(target, 'model.safetensors'), tensors);
      },
      'E_WEIGHTS',
      /"bert\.encoder\.layer\.0\.output\.dense\.bias" \[24\] is missing/,
    ],
    [
      'with NaN in it',
      {},
      (target) => {
        const { tensors } = readSafetensors(join(target, 'model.safetensors'));
        tensors.get('embeddings.LayerNorm.weight')!.data[3] = Number.NaN;
        writeSafetensors(join(target, 'model.safetensors'), tensors);
      },
      'E_WEIGHTS',
      /LayerNorm\.weight" holds values that are not finite/,
    ],
    [
      'without weights',
      {},
      (target) => rmSync(join(target, 'model.safetensors')),
      'E_',
      /model\.safetensors/,
    ],
  ])('%s', async (name, change, damage, code, message) => {
    const target = copy(name.replaceAll(' ', '-'));
    damage(target);
    await expect(run(`out-${name}`, { bert_name: target, ...change })).rejects.toMatchObject({
      code: expect.stringContaining(code),
      message: expect.stringMatching(message),
    });
  });
});
