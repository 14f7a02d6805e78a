/** A BERT model in use: neighbours do not count, nor how long words and sentences are; fused and int8 forms find the same. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../config/check.ts';
import { checkEncoderConfig } from '../config/encoder.ts';
import { quantizeModel } from '../convert/quantize-model.ts';
import { createFeeder } from '../data/feeder.ts';
import { labelSetFromJson } from '../data/labels.ts';
import { describeW2ner } from '../model/w2ner.ts';
import { intTensor } from '../onnx/dtype.ts';
import { createSession } from '../runtime/session.ts';
import { readEncoderFolder } from '../weights/encoder-folder.ts';
import { externalParameters, readModelFolder, writeModelFolder } from '../weights/model-folder.ts';
import { openWeights } from '../weights/open-weights.ts';
import { loadModel } from './load.ts';
import type { Tagger } from './types.ts';

const fixtures = join(import.meta.dirname, '../../test/fixtures/bert');
const folder = mkdtempSync(join(tmpdir(), 'w2ner-bert-tagger-'));
const modelFolder = join(folder, 'model');
let tagger: Tagger;

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const expected = json(join(fixtures, 'last-4-layers/expected.json')) as {
  labels: string[];
  single: { sentence: string[]; decoded: [number[], number][] }[];
};

beforeAll(async () => {
  const rawConfig = json(join(fixtures, 'last-4-layers/bert_config.json'));
  const encoder = readEncoderFolder(join(fixtures, 'encoder'));
  const store = await openWeights(join(fixtures, 'last-4-layers/model.pt'));
  const model = {
    config: checkConfig(json(join(fixtures, 'last-4-layers/config.json'))),
    labels: labelSetFromJson(expected.labels, 'labels'),
    encoder: { ...encoder, rawConfig, config: checkEncoderConfig(rawConfig, 'bert_config.json') },
  };
  const tensors = new Map([...store.entries.keys()].map((name) => [name, store.read(name)]));
  // Old versions of transformers keep the position ids among the weights.
  tensors.set('bert.embeddings.position_ids', intTensor([1, 3], [0, 1, 2]));
  writeModelFolder(modelFolder, model, tensors);
  store.close();
  tagger = await loadModel(modelFolder, { threads: 1 });
});
afterAll(async () => {
  await tagger.dispose();
  rmSync(folder, { recursive: true });
});

const sentences = expected.single.map(({ sentence }) => sentence);

test('finds what the original decodes, whatever stands in the same batch', async () => {
  const wanted = expected.single.map(({ decoded }) =>
    decoded.map(([words, label]) => `${expected.labels[label]} ${words}`).sort(),
  );
  const show = (found: Awaited<ReturnType<Tagger['tag']>>): string[][] =>
    found.map((entities) => entities.map(({ type, words }) => `${type} ${words}`).sort());
  expect(show(await tagger.tag(sentences))).toEqual(wanted);
  expect(wanted.flat().length).toBeGreaterThan(10);
  for (const [i, sentence] of sentences.entries())
    expect(show(await tagger.tag([sentence]))).toEqual([wanted[i]]);
  expect(
    show(await tagger.tag([...sentences, ['\u200b'], []].reverse()))
      .reverse()
      .slice(0, wanted.length),
  ).toEqual(wanted);
});

describe('what is longer than the encoder (64 pieces) is read in parts', () => {
  test.each<[string, string[]]>([
    [
      'a word of 3,000 letters, which the tokenizer does not know',
      ['Назначить', 'цита'.repeat(750), 'внутривенно'],
    ],
    ['a word of more pieces than a sequence', ['Назначить', 'цита'.repeat(25), 'внутривенно']],
    ['a sentence of 90 words', Array.from({ length: 90 }, (_, k) => (k % 3 === 0 ? 'Назначить' : 'боль'))],
    ['a sentence of 300 words', Array.from({ length: 300 }, (_, k) => (k % 2 === 0 ? 'пре' : 'на'))],
    ['nothing but words without pieces', ['\u200b', '\u200b']],
  ])('%s', async (_, words) => {
    const [found, short] = await tagger.tag([words, sentences[0]!]);
    expect(found!.every((entity) => entity.words.every((k) => k < words.length))).toBe(true);
    const [alone] = await tagger.tag([sentences[0]!]);
    expect(short).toEqual(alone!.map((entity) => ({ ...entity, score: expect.closeTo(entity.score, 4) })));
  });
});

test('attention in one operator gives the scores of the ordinary ones', async () => {
  const model = readModelFolder(modelFolder);
  const feeds = createFeeder(model).feeds(
    sentences.map((words) => ({ words })),
    true,
  );
  const scores = await Promise.all(
    [false, true].map(async (fused) => {
      const options = { training: false, padded: true, encoder: model.encoder?.config, fused };
      const { build, logits } = describeW2ner(model.config, model.labels.size, options);
      build.graph.output('logits', logits);
      expect(build.graph.nodes.some(({ opType }) => opType === 'MultiHeadAttention')).toBe(fused);
      const session = await createSession(build.graph, externalParameters(model), { threads: 1 });
      const result = await session.run(feeds);
      await session.release();
      return result.logits!.data as Float32Array;
    }),
  );
  const [plain, fused] = scores as [Float32Array, Float32Array];
  expect(Math.max(...plain.map((value, k) => Math.abs(value - fused[k]!)))).toBeLessThan(1e-4);
});

test('an int8 model is smaller, finds the same here, and is not quantised twice', async () => {
  const out = join(folder, 'int8');
  const { bytesBefore, bytesAfter, quantized } = quantizeModel({ model: modelFolder, out });
  expect(bytesAfter).toBeLessThan(0.6 * bytesBefore);
  expect(quantized).toBe(1 + 5 * 6 + 3); // the table, six products in each layer, the predictor's three
  const small = await loadModel(out, { threads: 1 });
  const found = await small.tag(sentences);
  await small.dispose();
  const before = await tagger.tag(sentences);
  const same = found.filter(
    (entities, i) =>
      JSON.stringify(entities.map(({ words }) => words)) ===
      JSON.stringify(before[i]!.map(({ words }) => words)),
  );
  expect(same.length).toBeGreaterThanOrEqual(sentences.length - 2);
  expect(() => quantizeModel({ model: out, out: join(folder, 'twice') })).toThrow(/has int8 weights already/);
  expect(() => quantizeModel({ model: modelFolder, out })).toThrow(/already holds a model/);
});

test('a model folder that lacks its encoder files says so', async () => {
  const copy = join(folder, 'copy');
  cpSync(modelFolder, copy, { recursive: true });
  rmSync(join(copy, 'encoder/tokenizer.json'));
  await expect(loadModel(copy)).rejects.toMatchObject({ code: 'E_ENCODER' });
});
