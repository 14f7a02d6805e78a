/** Models from the contents of their files find what models of folders find. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import { quantizeModel } from '../convert/quantize-model.ts';
import { createLabelSet } from '../data/labels.ts';
import { GATE_BIAS } from '../model/gate.ts';
import { createWebCompiler } from '../runtime/web.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { writeModelFolder } from '../weights/model-folder.ts';
import { assembleTagger } from './assemble-tagger.ts';
import { loadModel } from './load.ts';
import { modelFromBytes } from './model-from-bytes.ts';
import { declaredParameters } from './model-graphs.ts';

const sizes = {
  ...{ ngram_buckets: 512, ngram_emb_size: 16, bert_hid_size: 16, conv_hid_size: 8, lstm_hid_size: 16 },
  ...{ biaffine_size: 16, ffnn_hid_size: 16 },
};
const sentences = [
  ['Назначить', 'метформин', '500', 'мг', 'два', 'раза', 'в', 'день'],
  [],
  ['КТ', 'и', 'МРТ', 'органов', 'малого', 'таза'],
];

describe('a model from bytes', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'w2ner-bytes-'));
    const labels = createLabelSet(['DRUG', 'DOSAGE', 'ACTION']);
    for (const [name, change] of Object.entries({
      plain: {},
      gated: { gate_threshold: -2, context_hid_size: 12, none_offset: -1 },
    })) {
      const config = checkConfig({ ...sizes, ...change });
      const tensors = initializeParameters(declaredParameters({ config, labels }), createRandom(7));
      const gate = tensors.get(GATE_BIAS);
      if (gate !== undefined) gate.data[0] = 0; // open
      writeModelFolder(join(root, name), { config, labels }, tensors);
    }
    quantizeModel({ model: join(root, 'plain'), out: join(root, 'int8'), bits: 8 });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const contentsOf = (name: string) => {
    const read = (file: string) => readFileSync(join(root, name, file));
    const json = (file: string): unknown => JSON.parse(read(file).toString());
    return { config: json('config.json'), labels: json('labels.json'), weights: read('model.safetensors') };
  };

  test.each([
    'plain',
    'gated',
    'int8',
  ])('%s: the entities and scores of its folder, by WebAssembly', async (name) => {
    const fromFolder = await loadModel(join(root, name), { threads: 1 });
    const fromBytes = await assembleTagger(name, modelFromBytes(name, contentsOf(name)), createWebCompiler());
    const [expected, found] = [await fromFolder.tag(sentences), await fromBytes.tag(sentences)];
    expect(expected.flat().length).toBeGreaterThan(3);
    const plain = (all: typeof found) => all.map((list) => list.map(({ type, words }) => `${type} ${words}`));
    expect(plain(found)).toEqual(plain(expected));
    const scores = expected.flat().map(({ score }) => score);
    for (const [i, { score }] of found.flat().entries()) expect(score).toBeCloseTo(scores[i]!, 3);
    await fromFolder.dispose();
    await fromBytes.dispose();
  });

  test('what does not fit together says where', () => {
    const contents = contentsOf('plain');
    const make = (change: object) => () => modelFromBytes('m', { ...contents, ...change });
    expect(make({ weights: contents.weights.subarray(0, 5000) })).toThrow(/^m\/model\.safetensors: /);
    expect(make({ config: [] })).toThrow('m/config.json: is no JSON object');
    expect(make({ labels: ['<pad>', '<suc>', 'DRUG'] })).toThrow('model expects');
    const bert = { ...(contents.config as object), encoder: 'bert', bert_name: 'some-bert' };
    expect(make({ config: bert })).toThrow(
      'm: is a model with a BERT encoder, which is too large for a browser',
    );
  });
});
