/** A model with a transformer in use: in one pass, in two, as WebAssembly, with int8 weights, and exported. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import { describeForExport } from '../convert/export-onnx.ts';
import { quantizeModel } from '../convert/quantize-model.ts';
import { createFeeder } from '../data/feeder.ts';
import { createLabelSet } from '../data/labels.ts';
import { GATE_BIAS } from '../model/gate.ts';
import { createSession } from '../runtime/session.ts';
import { createWebCompiler } from '../runtime/web.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { externalParameters, readModelFolder, writeModelFolder } from '../weights/model-folder.ts';
import { safetensorsPlaces } from '../weights/safetensors.ts';
import { assembleTagger } from './assemble-tagger.ts';
import { loadModel } from './load.ts';
import { modelFromBytes } from './model-from-bytes.ts';
import { declaredParameters } from './model-graphs.ts';

const root = mkdtempSync(join(tmpdir(), 'w2ner-transformer-'));
afterAll(() => rmSync(root, { recursive: true }));

const labels = createLabelSet(['DRUG', 'DOSAGE', 'ACTION']);
const settings = {
  ...{ ngram_buckets: 512, ngram_emb_size: 16, bert_hid_size: 16, conv_hid_size: 8, lstm_hid_size: 16 },
  ...{ biaffine_size: 16, ffnn_hid_size: 16, transformer_layers: 2, transformer_ffn_size: 24 },
};
const words = 'назначить метформин 500 мг два раза в день при диабете второго типа у взрослых'.split(' ');
const random = createRandom(3);
const sentences = Array.from({ length: 24 }, (_, i) =>
  Array.from({ length: 1 + (i % 9) }, () => words[random.below(words.length)]!),
);

/** Writes a model at random, with an open gate where it has one. */
function writeModel(name: string, change: object = {}): string {
  const config = checkConfig({ ...settings, ...change });
  const tensors = initializeParameters(declaredParameters({ config, labels }), createRandom(7));
  const gate = tensors.get(GATE_BIAS);
  if (gate !== undefined) gate.data[0] = 0;
  writeModelFolder(join(root, name), { config, labels }, tensors);
  return join(root, name);
}

const plain = writeModel('plain');
const gated = writeModel('gated', { gate_threshold: -2 });
quantizeModel({ model: plain, out: join(root, 'int8'), bits: 8 });
quantizeModel({ model: gated, out: join(root, 'words'), wordsOnly: true });

async function tagFolder(folder: string) {
  const tagger = await loadModel(folder, { threads: 1 });
  const entities = await tagger.tag(sentences);
  await tagger.dispose();
  return entities;
}

type Found = Awaited<ReturnType<typeof tagFolder>>;
const textOf = (all: Found): string[][] =>
  all.map((list) => list.map(({ type, words }) => `${type} ${words.join()}`));

/** @param digits to which scores are the same */
function expectSame(found: Found, expected: Found, digits: number): void {
  expect(expected.flat().length).toBeGreaterThan(10);
  expect(textOf(found)).toEqual(textOf(expected));
  const scores = expected.flat().map(({ score }) => score);
  for (const [i, { score }] of found.flat().entries()) expect(score).toBeCloseTo(scores[i]!, digits);
}

test('two passes find what one pass finds', async () => {
  expectSame(await tagFolder(gated), await tagFolder(plain), 4);
});

test('a sentence has the same entities alone and among others', async () => {
  const together = await tagFolder(plain);
  const tagger = await loadModel(plain, { threads: 1 });
  for (const [i, sentence] of sentences.entries()) {
    expect(textOf(await tagger.tag([sentence]))).toEqual(textOf([together[i]!]));
  }
  await tagger.dispose();
});

test.each(['plain', 'gated', 'int8', 'words'])('%s: WebAssembly finds the same', async (name) => {
  const read = (file: string) => readFileSync(join(root, name, file));
  const json = (file: string): unknown => JSON.parse(read(file).toString());
  const contents = {
    config: json('config.json'),
    labels: json('labels.json'),
    weights: read('model.safetensors'),
  };
  const tagger = await assembleTagger(name, modelFromBytes(name, contents), createWebCompiler());
  expectSame(await tagger.tag(sentences), await tagFolder(join(root, name)), 3);
  await tagger.dispose();
});

describe('with int8 weights', () => {
  test.each([
    ['int8', true],
    ['words', false],
  ])('%s', (name, products) => {
    const { config, weights } = readModelFolder(join(root, name));
    const names = [...safetensorsPlaces(weights).keys()];
    expect(config.transformer_layers).toBe(2);
    expect(names.includes('transformer.layer.1.feed_forward.inner.weight_int8')).toBe(products);
    expect(names.includes('transformer.layer.1.feed_forward.inner.weight')).toBe(!products);
    expect(names.includes('encoder.weight_hh_l0_int8')).toBe(true);
  });
});

test('the exported graph gives padded sentences the scores that they have alone', async () => {
  const model = readModelFolder(plain);
  const session = await createSession(describeForExport(model), externalParameters(model), { threads: 1 });
  const feeder = createFeeder(model);
  const logitsOf = async (batch: readonly (readonly string[])[]) => {
    const { distance: _, ...feeds } = feeder.feeds(
      batch.map((words) => ({ words })),
      true,
    );
    const { logits } = await session.run(feeds, { logits: null });
    return logits!;
  };
  const batch = [sentences[8]!, sentences[2]!]; // 9 and 3 words
  const [both, alone] = [await logitsOf(batch), await logitsOf([batch[1]!])];
  const K = labels.size;
  for (let cell = 0; cell < K * 9; cell++) {
    const [k, row, column] = [Math.floor(cell / 9), Math.floor((cell % 9) / 3), cell % 3];
    const together = Number(both.data[((K + k) * 9 + row) * 9 + column]);
    expect(together).toBeCloseTo(Number(alone.data[cell]), 4);
  }
  await session.release();
});
