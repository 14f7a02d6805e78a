/** The whole model: its graphs against plain loops, batches against single sentences, gradients against differences. */
import { describe, expect, test } from 'vitest';
import { differentiate } from '../autodiff/differentiate.ts';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import type { Config } from '../config/schema.ts';
import { batchFeeds, FeatureCache, labelFeed, relationFeeds } from '../data/batches.ts';
import type { ParameterSpec } from '../model/build.ts';
import { w2nerCells, w2nerLoss } from '../model/relations.ts';
import { describeW2ner } from '../model/w2ner.ts';
import { elementCount, type TensorData } from '../onnx/dtype.ts';
import { createSession } from './session.ts';
import { type LoopTensor, scoreInLoops, sumOfLosses, sumOfThresholdLosses } from './testing.ts';

const LABELS = 5; // K
const settings = {
  ngram_buckets: 40,
  ngram_emb_size: 4,
  bert_hid_size: 5,
  lstm_hid_size: 6,
  conv_hid_size: 3,
  biaffine_size: 4,
  ffnn_hid_size: 7,
  dist_emb_size: 3,
  type_emb_size: 2,
  dilation: [1, 2, 3],
  emb_dropout: 0,
  conv_dropout: 0,
  out_dropout: 0,
};
const config = checkConfig(settings);

const sentences = [
  ['Назначить', 'цитарабин', '100', 'мг/м²', 'Назначить'],
  ['боль'],
  ['или', 'боль', 'утром'],
];

/** Every parameter at random, so that none can be left out unnoticed. */
function drawTensors(
  specs: ReadonlyMap<string, ParameterSpec>,
  seed = 3,
): Map<string, TensorData & LoopTensor> {
  const random = createRandom(seed);
  const draw = (spec: ParameterSpec): TensorData & LoopTensor => {
    const centre = spec.start.kind === 'ones' ? 1 : 0;
    const data = Float32Array.from(
      { length: elementCount(spec.shape) },
      () => centre + 0.4 * random.normal(),
    );
    return { dtype: 'float32', shape: spec.shape, data };
  };
  return new Map([...specs].map(([name, spec]) => [name, draw(spec)]));
}

/** Runs a variant of the model. @returns logits [B, K, L, L] of the batch, and the other outputs */
async function run(
  settingsUsed: Config,
  batch: readonly (readonly string[])[],
  options: {
    training: boolean;
    padded: boolean;
    seed?: number;
    masks?: (shape: readonly number[]) => TensorData;
  },
) {
  const model = describeW2ner(settingsUsed, LABELS, options);
  const { graph, parameters, dropouts } = model.build;
  graph.output('logits', model.logits);
  if (!options.training) w2nerCells(model);
  const tensors = drawTensors(parameters, options.seed);
  const session = await createSession(graph, tensors, { threads: 1 });
  const items = batch.map((words) => ({ words }));
  const feeds = batchFeeds(items, new FeatureCache(settingsUsed), options.padded);
  const [B, L] = feeds.word_index!.shape as [number, number];
  const sizes: Readonly<Record<string, number>> = { B, L, 'L*L': L * L };
  const masks = Object.fromEntries(
    dropouts.map(({ name, shape }) => [
      name,
      options.masks!(shape.map((dim) => (typeof dim === 'number' ? dim : sizes[dim]!))),
    ]),
  );
  const outputs = await session.run({ ...feeds, ...masks });
  await session.release();
  return { outputs, logits: outputs.logits!.data as Float32Array, tensors, masks };
}

/** The scores [K, L, L] of one sentence of a padded batch. */
function cut(logits: Float32Array, sentence: number, length: number, longest: number): number[] {
  const result: number[] = [];
  for (let k = 0; k < LABELS; k++) {
    for (let row = 0; row < length; row++) {
      const start = ((sentence * LABELS + k) * longest + row) * longest;
      result.push(...logits.subarray(start, start + length));
    }
  }
  return result;
}

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(got.length).toBe(expected.length);
  const worst = Math.max(...Array.from(got, (v, k) => Math.abs(v - expected[k]!)));
  expect(worst).toBeLessThan(tolerance);
}

interface Cell {
  readonly cell: number[];
  readonly label: number;
  readonly probability: number;
}

function expectCells(
  { cells, cell_label: labels, cell_probability: probabilities }: Readonly<Record<string, TensorData>>,
  expected: readonly Cell[],
): void {
  expect(cells!.shape).toEqual([expected.length, 3]);
  expect(Array.from(cells!.data, Number)).toEqual(expected.flatMap(({ cell }) => cell));
  expect(Array.from(labels!.data, Number)).toEqual(expected.map(({ label }) => label));
  expectClose(
    probabilities!.data as Float32Array,
    expected.map(({ probability }) => probability),
    1e-5,
  );
}

describe('logits', () => {
  test('of the graph for use are those of plain loops, sentence by sentence', async () => {
    for (const words of sentences) {
      const { logits, tensors } = await run(config, [words], { training: false, padded: false });
      const expected = scoreInLoops(words, config, tensors);
      expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.5);
      expectClose(logits, expected);
    }
  });

  test('of the training graph do not depend on padding or neighbours', async () => {
    const { logits, tensors } = await run(config, sentences, { training: true, padded: true });
    for (const [b, words] of sentences.entries()) {
      expectClose(cut(logits, b, words.length, 5), scoreInLoops(words, config, tensors));
    }
  });

  test('of the native and of the scanned LSTM are the same', async () => {
    const batch = [sentences[0]!, [...sentences[0]!].reverse()];
    const native = await run(config, batch, { training: false, padded: false });
    const scanned = await run(config, batch, { training: true, padded: false });
    const padded = await run(config, batch, { training: false, padded: true });
    expectClose(native.logits, scanned.logits, 1e-5);
    expectClose(native.logits, padded.logits, 1e-5);
  });

  test('under dropout are those of loops with the same masks', async () => {
    const random = createRandom(5);
    const masks = (shape: readonly number[]): TensorData => ({
      dtype: 'float32',
      shape,
      data: Float32Array.from({ length: elementCount(shape) }, () => (random.uniform() < 0.4 ? 0 : 1.7)),
    });
    const rates = { emb_dropout: 0.4, conv_dropout: 0.4, out_dropout: 0.4 };
    const dropping = checkConfig({ ...settings, ...rates, context_hid_size: 4 });
    const words = sentences[0]!;
    const result = await run(dropping, [words], { training: true, padded: true, masks });
    expect(Object.keys(result.masks).sort()).toEqual(
      [
        'context',
        'grid',
        'mlp1/in',
        'mlp1/out',
        'mlp2/in',
        'mlp2/out',
        'mlp_rel/in0',
        'mlp_rel/in1',
        'mlp_rel/in2',
      ]
        .concat('mlp_rel/out', 'words')
        .map((name) => `dropout/${name}`),
    );
    const drop = (name: string, index: number): number =>
      Number(result.masks[`dropout/${name}`]!.data[index]);
    expectClose(result.logits, scoreInLoops(words, dropping, result.tensors, drop));
  });

  test('with an offset of "no relation", which training does without', async () => {
    const other = checkConfig({ ...settings, none_offset: -0.7 });
    const batch = [sentences[0]!];
    for (const training of [false, true]) {
      const plain = await run(config, batch, { training, padded: true });
      const { logits } = await run(other, batch, { training, padded: true });
      const expected = Array.from(plain.logits, (v, at) => (at < 25 && !training ? v - 0.7 : v));
      expectClose(logits, expected, 1e-5);
    }
  });

  test('with a second BiLSTM', async () => {
    const other = checkConfig({ ...settings, context_hid_size: 4 });
    for (const [b, words] of sentences.entries()) {
      const { logits, tensors } = await run(other, [words], { training: false, padded: false });
      const trained = await run(other, sentences, { training: true, padded: true });
      expect(Math.max(...logits.map(Math.abs))).toBeGreaterThan(0.5);
      expectClose(logits, scoreInLoops(words, other, tensors));
      expectClose(cut(trained.logits, b, words.length, 5), scoreInLoops(words, other, tensors));
    }
  });

  test.each([[[1]], [[2, 1]], [[1, 2, 3, 5]]])('with dilations %j', async (dilation) => {
    const other = checkConfig({ ...settings, dilation });
    const { logits, tensors } = await run(other, [sentences[0]!], { training: false, padded: false });
    expectClose(logits, scoreInLoops(sentences[0]!, other, tensors));
  });
});

test('the cells put out are those whose best label is a relation, with its softmax', async () => {
  const batch = [sentences[0]!, [...sentences[0]!].reverse()];
  const { outputs, logits } = await run(config, batch, { training: false, padded: false, seed: 5 });
  const expected: Cell[] = [];
  for (let at = 0; at < 50; at++) {
    const [b, row, column] = [Math.floor(at / 25), Math.floor((at % 25) / 5), at % 5];
    const scores = Array.from({ length: LABELS }, (_, k) => logits[(b * LABELS + k) * 25 + (at % 25)]!);
    const label = scores.indexOf(Math.max(...scores));
    const total = scores.reduce((sum, v) => sum + Math.exp(v), 0);
    if (label > 0)
      expected.push({ cell: [b, row, column], label, probability: Math.exp(scores[label]!) / total });
  }
  expect(expected.length).toBeGreaterThan(10);
  expect(expected.length).toBeLessThan(45);
  expect(new Set(expected.map(({ label }) => label)).size).toBeGreaterThan(1);
  expectCells(outputs, expected);
});

test('of independent labels all are put out that stand above none, each with its own probability', async () => {
  const independent = checkConfig({ ...settings, relation_scores: 'independent' });
  for (const padded of [false, true]) {
    const batch = padded ? sentences : [sentences[0]!];
    const { outputs, logits } = await run(independent, batch, { training: false, padded, seed: 5 });
    const expected: Cell[] = [];
    for (let at = 0; at < batch.length * 25; at++) {
      const [b, row, column] = [Math.floor(at / 25), Math.floor((at % 25) / 5), at % 5];
      if (row >= batch[b]!.length || column >= batch[b]!.length) continue;
      for (let label = 1; label < LABELS; label++) {
        const [own, none] = [label, 0].map((k) => logits[(b * LABELS + k) * 25 + (at % 25)]!);
        if (own! > none!)
          expected.push({ cell: [b, row, column], label, probability: 1 / (1 + Math.exp(none! - own!)) });
      }
    }
    const cells = expected.map(({ cell }) => cell.join());
    expect(new Set(cells).size).toBeLessThan(cells.length); // some pairs have several
    expectCells(outputs, expected);
  }
});

test('no cells are put out where no label is a relation', async () => {
  const { outputs, logits } = await run(config, [sentences[0]!], { training: false, padded: false, seed: 4 });
  const best = Array.from({ length: 25 }, (_, at) =>
    Math.max(...[1, 2, 3, 4].map((k) => logits[k * 25 + at]! - logits[at]!)),
  );
  expect(Math.max(...best)).toBeLessThan(0);
  expect(outputs.cells!.shape).toEqual([0, 3]);
  expect(outputs.cell_label!.shape).toEqual([0]);
  expect(outputs.cell_probability!.shape).toEqual([0]);
});

test.each([
  ['softmax', config],
  ['softmax behind two BiLSTMs', checkConfig({ ...settings, context_hid_size: 4 })],
  ['independent labels', checkConfig({ ...settings, relation_scores: 'independent' })],
])('the gradient of the loss by every parameter is that of differences of the loops: %s', async (_, config) => {
  const model = describeW2ner(config, LABELS, { training: true, padded: true });
  const { graph, parameters } = model.build;
  const loss = w2nerLoss(model);
  const values = [...graph.parameters.values()];
  const gradients = differentiate(graph, loss, values);
  graph.output('loss', loss);
  for (const value of values) graph.output(`gradient/${value.name}`, gradients.get(value)!);
  const session = await createSession(graph, 'inputs', { threads: 1 });
  const tensors = drawTensors(parameters);
  const random = createRandom(8);
  const items = sentences.map((words) => {
    const pairs = Array.from({ length: words.length ** 2 * LABELS }, (_, k) => [
      Math.floor(k / LABELS),
      k % LABELS,
    ]);
    return {
      words,
      grid: Uint8Array.from({ length: words.length ** 2 }, () => random.below(LABELS)),
      relations: Int32Array.from(
        pairs.filter(([, label]) => label! > 0 && random.below(3) === 0).flat() as number[],
      ),
    };
  });
  const independent = config.relation_scores === 'independent';
  const result = await session.run({
    ...batchFeeds(items, new FeatureCache(config), true),
    ...(independent ? relationFeeds(items, LABELS) : { labels: labelFeed(items) }),
    ...Object.fromEntries(tensors),
  });
  await session.release();

  const exact = new Map(
    [...tensors].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
  );
  const cells = items.reduce((sum, { grid }) => sum + grid.length, 0);
  const lossOf = ({ words, grid, relations }: (typeof items)[number]): number => {
    const scores = scoreInLoops(words, config, exact);
    if (!independent) return sumOfLosses(scores, grid);
    const own = Array.from(grid, () => new Set<number>());
    for (let n = 0; n < relations.length; n += 2) own[relations[n]!]!.add(relations[n + 1]!);
    return sumOfThresholdLosses(scores, own);
  };
  const lossInLoops = (): number => items.reduce((sum, item) => sum + lossOf(item), 0) / cells;
  expect((result.loss!.data as Float32Array)[0]).toBeCloseTo(lossInLoops(), 5);

  expect(values.map(({ name }) => name)).toEqual([...parameters.keys()]);
  for (const [name, { data }] of exact) {
    const gradient = result[`gradient/${name}`]!.data as Float32Array;
    expect(gradient.length).toBe(data.length);
    const largest = gradient.reduce((best, v, k) => (Math.abs(v) > Math.abs(gradient[best]!) ? k : best), 0);
    expect(Math.abs(gradient[largest]!), `${name} has a gradient`).toBeGreaterThan(1e-4);
    for (const k of new Set([largest, 0, Math.floor(data.length / 2), data.length - 1])) {
      const [old, step] = [data[k]!, 1e-4];
      data[k] = old + step;
      const above = lossInLoops();
      data[k] = old - step;
      const below = lossInLoops();
      data[k] = old;
      const difference = Math.abs(gradient[k]! - (above - below) / (2 * step));
      expect(difference, `${name}[${k}]`).toBeLessThan(1e-5 + 1e-3 * Math.abs(gradient[k]!));
    }
  }
});
