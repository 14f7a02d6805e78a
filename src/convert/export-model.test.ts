/** Exported models: bit for bit the same when imported again, and the same scores in a plain ONNX Runtime. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { configSchema } from '../config/schema.ts';
import { createFeeder, type Feeder } from '../data/feeder.ts';
import { createLabelSet } from '../data/labels.ts';
import { createBuild } from '../model/build.ts';
import { computedDistances, distanceBuckets } from '../model/grid.ts';
import type { DType, TensorData } from '../onnx/dtype.ts';
import { Graph } from '../onnx/graph.ts';
import { loadModel } from '../predict/load.ts';
import { declaredParameters } from '../predict/model-graphs.ts';
import { createSession } from '../runtime/session.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { readModelFolder, writeModelFolder } from '../weights/model-folder.ts';
import { openWeights } from '../weights/open-weights.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import { exportModel } from './export-model.ts';
import { describeForExport } from './export-onnx.ts';
import { importModel } from './import-model.ts';
import { expectedOf, makeEncoder, type OriginalModel, originals } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2ner-export-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

/** Imports a model of the original. */
async function imported(original: OriginalModel, model = original.model, out = 'model'): Promise<string> {
  const encoder = makeEncoder(original, path('bert'));
  await importModel({ model, config: original.config, encoder, labels: original.expected, out: path(out) });
  return path(out);
}

/** A model with the compact encoder and random weights. */
function compactModel(settings: object = {}): string {
  const shapes = { ngram_buckets: 64, bert_hid_size: 16, lstm_hid_size: 16 };
  const config = configSchema.parse({ ...shapes, ...settings });
  const model = { config, labels: createLabelSet(['DRUG', 'DOSAGE']) };
  const parameters = initializeParameters(declaredParameters(model), createRandom(5));
  writeModelFolder(path('compact'), model, parameters);
  return path('compact');
}

/** Runs the graph of a repository as a program would that knows nothing of w2ner. */
async function runPlainly(repository: string, feeder: Feeder, sentences: readonly (readonly string[])[]) {
  const session = await InferenceSession.create(join(repository, '1/model.onnx'));
  const feeds = feeder.feeds(
    sentences.map((words) => ({ words })),
    true,
  );
  const inputs = session.inputNames.map((name) => {
    const { dtype, data, shape } = feeds[name]!;
    return [name, new Tensor(dtype as 'float32', data as Float32Array, shape)] as const;
  });
  const results = await session.run(Object.fromEntries(inputs));
  const names = [...session.inputNames];
  await session.release();
  return { names, results };
}

type Result = Awaited<ReturnType<typeof runPlainly>>['results'];

/** The sentence of each cell that was put out. */
const cellSentences = ({ cells }: Result): number[] =>
  Array.from({ length: cells!.dims[0]! }, (_, n) => Number((cells!.data as BigInt64Array)[3 * n]));

describe.each(originals)('$name', (original) => {
  test.skipIf(!original.present)('a fitted offset of "no relation" goes into the bias', async () => {
    const model = await imported(original);
    const file = join(model, 'config.json');
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...settings, none_offset: -0.5 }));
    await exportModel({ model, to: 'pt', out: path('offset.pt') });
    const [before, after] = [await openWeights(original.model), await openWeights(path('offset.pt'))];
    const [plain, moved] = [before, after].map((store) =>
      [...store.read('predictor.linear.bias').data].map(Number),
    );
    before.close();
    after.close();
    expect(moved!.slice(1)).toEqual(plain!.slice(1));
    expect(moved![0]).toBeCloseTo(plain![0]! - 0.5, 5);
  });

  test.skipIf(!original.present)('to pt and back: the same weights bit for bit', async () => {
    const model = await imported(original);
    const result = await exportModel({ model, to: 'pt', out: path('again.pt') });
    expect(result).toMatchObject({ out: path('again.pt'), notes: [] });
    const [before, after] = [await openWeights(original.model), await openWeights(path('again.pt'))];
    const [names, again] = [[...before.entries.keys()], [...after.entries.keys()]];
    before.close();
    after.close();
    // The original's own files are in its order; our fixtures are in that of another program.
    if (original.name.startsWith('reference')) expect(again).toEqual(names);
    else expect(again.sort()).toEqual(names.sort());
    const first = readSafetensors(join(model, 'model.safetensors')).tensors;
    const second = await imported(original, path('again.pt'), 'again');
    const { tensors } = readSafetensors(join(second, 'model.safetensors'));
    for (const [name, tensor] of first) expect(tensors.get(name), name).toEqual(tensor);
    for (const name of ['config.json', 'labels.json', 'encoder/tokenizer.json'])
      expect(readFileSync(join(second, name), 'utf8')).toBe(readFileSync(join(model, name), 'utf8'));
  });

  test.skipIf(!original.present)(
    'to onnx: the scores of the original, found by a plain session',
    async () => {
      const model = await imported(original);
      await exportModel({ model, to: 'onnx', out: path('triton') });
      const { config, encoder, labels } = readModelFolder(model);
      const feeder = createFeeder({ config, encoder });
      for (const { sentence, logits, decoded } of expectedOf(original).single) {
        const { names, results } = await runPlainly(path('triton'), feeder, [sentence]);
        expect(names.sort()).toEqual(['piece_word', 'pieces', 'word_mask']);
        const [K, L] = [labels.size, sentence.length];
        expect(results.logits!.dims).toEqual([1, K, L, L]);
        const scores = results.logits!.data as Float32Array;
        let worst = 0;
        for (const [i, expected] of logits.entries()) {
          const own = scores[(i % K) * L * L + Math.floor(i / K)]!;
          worst = Math.max(worst, Math.abs(own - expected));
        }
        expect(logits.length).toBe(K * L * L);
        expect(worst).toBeLessThan(1e-4);
        expect(results.cells!.dims[0]!).toBeGreaterThanOrEqual(decoded.length);
      }
    },
  );
});

const fixture = originals[0]!;

describe('onnx', () => {
  test('padding has no cells, neighbours do not count', async () => {
    const model = await imported(fixture);
    await exportModel({ model, to: 'onnx', out: path('triton') });
    const { config, encoder } = readModelFolder(model);
    const feeder = createFeeder({ config, encoder });
    const sentences = expectedOf(fixture).single.map(({ sentence }) => sentence);
    const together = await runPlainly(path('triton'), feeder, sentences);
    const counts = sentences.map((_, b) => cellSentences(together.results).filter((own) => own === b).length);
    for (const [b, sentence] of sentences.entries()) {
      const { results } = await runPlainly(path('triton'), feeder, [sentence]);
      expect(counts[b]).toBe(results.cells!.dims[0]);
    }
  });

  test('a model with the compact encoder', async () => {
    const model = compactModel();
    await exportModel({ model, to: 'onnx', out: path('triton') });
    const { config } = readModelFolder(model);
    const sentences = [
      ['Назначить', '5', 'мг'],
      ['Отменить', 'ритуксимаб', 'и', 'преднизолон', '.'],
    ];
    const { names, results } = await runPlainly(path('triton'), createFeeder({ config }), sentences);
    expect(names.sort()).toEqual(['feature_weight', 'features', 'word_index', 'word_mask', 'word_parts']);
    const tagger = await loadModel(model);
    const found = await tagger.tag(sentences);
    await tagger.dispose();
    const starts = found.flatMap((entities, b) =>
      entities.map(({ words }) => [b, words.at(-1), words[0]].join()),
    );
    const cells = results.cells!.data as BigInt64Array;
    const all = Array.from({ length: cells.length / 3 }, (_, n) => cells.slice(3 * n, 3 * n + 3).join());
    expect(starts.length).toBeGreaterThan(0);
    expect(all).toEqual(expect.arrayContaining(starts));
  });

  test('the files of a Triton model', async () => {
    const model = await imported(fixture);
    await exportModel({ model, to: 'onnx', out: path('triton') });
    const read = (name: string): string => readFileSync(path(`triton/${name}`), 'utf8');
    expect(readdirSync(path('triton')).sort()).toEqual(
      ['1', 'README.md', 'config.pbtxt', 'encoder', 'labels.json'].sort(),
    );
    expect(readdirSync(path('triton/1')).sort()).toEqual(['model.onnx', 'model.safetensors']);
    const settings = read('config.pbtxt');
    expect(settings).toContain('platform: "onnxruntime_onnx"\nmax_batch_size: 0\n');
    expect(settings).toContain('name: "pieces"\n    data_type: TYPE_INT32\n    dims: [ -1, -1 ]');
    expect(settings).toContain('name: "logits"\n    data_type: TYPE_FP32\n    dims: [ -1, 6, -1, -1 ]');
    expect(settings).toContain('name: "cells"\n    data_type: TYPE_INT64\n    dims: [ -1, 3 ]');
    expect(settings.match(/name: /g)).toHaveLength(7);
    expect(JSON.parse(read('labels.json'))).toHaveLength(6);
    const card = read('README.md');
    expect(card).toContain('A row of `pieces` is 2, the pieces of all words of a sentence, 3, then zeros.');
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(card)![1]!);
    expect(example.word_mask).toEqual([
      [1, 1, 1, 1, 1],
      [1, 1, 0, 0, 0],
    ]);
    expect(example.pieces[0].length).toBe(example.piece_word[0].length);
    expect(card).not.toContain('undefined');
    expect(card).not.toContain('reads a score');
  });

  test('how scores are read is told where it was fitted', async () => {
    const model = compactModel({ score_slope: 1.5, score_intercept: -0.25 });
    await exportModel({ model, to: 'onnx', out: path('triton') });
    expect(readFileSync(path('triton/README.md'), 'utf8')).toContain('with a = 1.5 and b = -0.25');
  });

  test('only ordinary operators', async () => {
    for (const model of [await imported(fixture), compactModel()]) {
      const { nodes } = describeForExport(readModelFolder(model));
      expect(nodes.filter(({ domain }) => domain !== '').map(({ opType }) => opType)).toEqual([]);
    }
  });

  test.each([1, 2, 7, 300])('distances of %d words are computed as they would be fed', async (length) => {
    const { graph } = createBuild(new Graph(), { training: false, padded: false });
    graph.input('words', 'float32', ['L']);
    graph.output('distance', computedDistances(graph));
    const session = await createSession(graph, new Map(), { threads: 1 });
    const words: TensorData = { dtype: 'float32', shape: [length], data: new Float32Array(length) };
    const { distance } = await session.run({ words });
    await session.release();
    expect(distance!.data).toEqual(distanceBuckets(length));
  });
});

describe('half precision and safetensors', () => {
  test('the nearest half of each number', async () => {
    const model = await imported(fixture);
    await exportModel({ model, to: 'safetensors', out: path('whole.safetensors') });
    await exportModel({ model, to: 'safetensors', out: path('half.safetensors'), half: true });
    await exportModel({ model, to: 'pt', out: path('half.pt'), half: true });
    const whole = readSafetensors(path('whole.safetensors')).tensors;
    const [stored, pt] = [await openWeights(path('half.safetensors')), await openWeights(path('half.pt'))];
    const types = new Set<DType | string>();
    for (const [name, tensor] of whole) {
      types.add(stored.entries.get(name)!.dtype);
      const [a, b] = [stored.read(name).data as Float32Array, pt.read(name).data as Float32Array];
      expect(b).toEqual(a);
      for (const [i, value] of (tensor.data as Float32Array).entries())
        expect(Math.abs(a[i]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 2 ** -25);
    }
    expect([...types]).toEqual(['float16']);
    // What comes back is float32 again.
    const back = await imported(fixture, path('half.pt'), 'back');
    const entries = readSafetensors(join(back, 'model.safetensors')).tensors;
    expect([...entries.values()].every(({ dtype }) => dtype === 'float32')).toBe(true);
    stored.close();
    pt.close();
  });
});

describe('what is refused', () => {
  test('a compact model as pt, half of an ONNX model, a place that is taken', async () => {
    const compact = compactModel();
    const refused = (work: Promise<unknown>) => expect(work).rejects;
    await refused(exportModel({ model: compact, to: 'pt', out: path('a.pt') })).toMatchObject({
      code: 'E_EXPORT',
      message: expect.stringContaining('the original does not know'),
    });
    const onnx = exportModel({ model: compact, to: 'onnx', out: path('b'), half: true });
    await refused(onnx).toMatchObject({ code: 'E_EXPORT' });
    writeFileSync(path('c.safetensors'), 'mine');
    const taken = exportModel({ model: compact, to: 'safetensors', out: path('c.safetensors') });
    await refused(taken).toMatchObject({ code: 'E_OUT' });
    await refused(exportModel({ model: compact, to: 'onnx', out: compact })).toMatchObject({ code: 'E_OUT' });
    expect(readFileSync(path('c.safetensors'), 'utf8')).toBe('mine');
    expect([existsSync(path('a.pt')), existsSync(path('b'))]).toEqual([false, false]);
  });

  test('numbers that half precision cannot hold', async () => {
    const model = compactModel();
    const { config, labels } = readModelFolder(model);
    const { tensors } = readSafetensors(join(model, 'model.safetensors'));
    (tensors.get('cln.beta')!.data as Float32Array)[0] = 1e5;
    writeModelFolder(path('large'), { config, labels }, tensors);
    const half = exportModel({ model: path('large'), to: 'safetensors', out: path('d'), half: true });
    await expect(half).rejects.toThrow(/"cln\.beta" holds numbers beyond 65504/);
    expect(existsSync(path('d'))).toBe(false);
  });
});
