/** The transformer: its graphs against plain loops of doubles, batches against single sentences, gradients against differences. */
import { describe, expect, test } from 'vitest';
import { differentiate } from '../autodiff/differentiate.ts';
import { createRandom } from '../base/random.ts';
import { type BuildOptions, createBuild, type ParameterSpec } from '../model/build.ts';
import { transformer, transformerRange } from '../model/transformer.ts';
import { elementCount, type TensorData } from '../onnx/dtype.ts';
import { Graph } from '../onnx/graph.ts';
import { multiply } from '../onnx/operators/elementwise.ts';
import { reduceSum } from '../onnx/operators/structure.ts';
import { quantizeColumns } from '../weights/int8.ts';
import { createSession } from './session.ts';
import { type Drop, gelu, type LoopTensors, normalize, project, times } from './testing.ts';

const WIDTH = 6; // H
const HEADS = 2;
const settings = { transformer_layers: 2, transformer_heads: HEADS, transformer_ffn_size: 5, emb_dropout: 0 };
const random = createRandom(6);
const drawData = (size: number, centre = 0): Float32Array =>
  Float32Array.from({ length: size }, () => centre + 0.4 * random.normal());

type States = readonly (readonly number[])[];
const drawWords = (length: number): States => times(length).map(() => [...drawData(WIDTH)]);
const sentences = [5, 1, 3].map(drawWords);

/** Every parameter at random, so that none can be left out unnoticed. */
function drawTensors(specs: ReadonlyMap<string, ParameterSpec>): Map<string, TensorData> {
  const drawn = new Map<string, TensorData>();
  for (const [name, { shape, start }] of specs) {
    const data = drawData(elementCount(shape), start.kind === 'ones' ? 1 : 0);
    drawn.set(name, { dtype: 'float32', shape, data });
  }
  return drawn;
}

/** The float32 tensors of the parameters. */
const tensors = ((): ReadonlyMap<string, TensorData> => {
  const build = createBuild(new Graph(), { training: false, padded: false });
  transformer(build, build.graph.input('x', 'float32', ['B', 'L', WIDTH]), undefined, settings);
  return drawTensors(build.parameters);
})();

/** The same for an int8 graph. */
function withInt8(specs: ReadonlyMap<string, ParameterSpec>): Map<string, TensorData> {
  return new Map(
    [...specs].map(([name, { quantized }]) => [
      name,
      quantized === undefined
        ? tensors.get(name)!
        : quantizeColumns(tensors.get(quantized.source)!, 63)[quantized.part],
    ]),
  );
}

/** The transformer of one sentence, [L][H]. @param drop factors of dropout masks, for a batch of this sentence alone */
function inLoops(words: States, all: LoopTensors, drop: Drop = () => 1): number[][] {
  const of = (name: string) => all.get(`transformer.${name}`)!;
  const linear = (x: number[], name: string): number[] =>
    project(x, of(`${name}.weight`), of(`${name}.bias`));
  const norm = (x: number[], name: string): number[] =>
    normalize(x, 1e-5).map((v, h) => v * of(`${name}.weight`).data[h]! + of(`${name}.bias`).data[h]!);
  const dropped = (x: number[][], name: string): number[][] =>
    x.map((state, i) => state.map((v, h) => v * drop(name, i * WIDTH + h)));
  const sum = (a: number[][], b: number[][]): number[][] =>
    a.map((state, i) => state.map((v, h) => v + b[i]![h]!));
  const places = words.map((_, i) => {
    const row = Math.min(i, 127);
    return [...of('position.weight').data.slice(row * WIDTH, (row + 1) * WIDTH)];
  });
  let states = dropped(
    sum(
      words.map((word) => [...word]),
      places,
    ),
    'transformer/words',
  );
  for (const k of times(settings.transformer_layers)) {
    const attention = `layer.${k}.attention`;
    const seen = states.map((state) => norm(state, `${attention}.norm`));
    const mixed = attend(seen, (x, part) => linear(x, `${attention}.${part}`), drop, attention);
    states = sum(states, dropped(mixed, `transformer.${attention}`));
    const forward = `layer.${k}.feed_forward`;
    const changed = states.map((state) =>
      linear(linear(norm(state, `${forward}.norm`), `${forward}.inner`).map(gelu), `${forward}.outer`),
    );
    states = sum(states, dropped(changed, `transformer.${forward}`));
  }
  return states.map((state) => norm(state, 'norm'));
}

function attend(
  x: number[][],
  linear: (x: number[], part: string) => number[],
  drop: Drop,
  name: string,
): number[][] {
  const [query, key, value] = ['query', 'key', 'value'].map((part) => x.map((state) => linear(state, part)));
  const size = WIDTH / HEADS;
  return x.map((_, i) => {
    const joined = times(HEADS).flatMap((head) => {
      const own = times(size).map((d) => head * size + d);
      const scores = x.map((_, j) =>
        own.reduce((total, d) => total + (query![i]![d]! * key![j]![d]!) / Math.sqrt(size), 0),
      );
      const total = scores.reduce((all, score) => all + Math.exp(score), 0);
      const kept = scores.map(
        (score, j) =>
          (Math.exp(score) / total) *
          drop(`transformer.${name}.weights`, (head * x.length + i) * x.length + j),
      );
      return own.map((d) => kept.reduce((all, weight, j) => all + weight * value![j]![d]!, 0));
    });
    return linear(joined, 'output');
  });
}

/** Words as the inputs of a graph. */
function feedsOf(batch: readonly States[], padded: boolean): Record<string, TensorData> {
  const length = Math.max(...batch.map((words) => words.length));
  const data = new Float32Array(batch.length * length * WIDTH).fill(7); // what padding holds must not count
  const mask = new Float32Array(batch.length * length);
  for (const [b, words] of batch.entries()) {
    data.set(words.flat(), b * length * WIDTH);
    mask.fill(1, b * length, b * length + words.length);
  }
  const x: TensorData = { dtype: 'float32', shape: [batch.length, length, WIDTH], data };
  const present: TensorData = { dtype: 'float32', shape: [batch.length, length], data: mask };
  return padded ? { x, word_mask: present } : { x };
}

interface RunOptions extends BuildOptions {
  readonly rate?: number;
}

/** Runs a variant of the graph. @returns the states of each sentence, and the dropout masks */
async function run(batch: readonly States[], { rate = 0, ...options }: RunOptions) {
  const build = createBuild(new Graph(), options);
  const { graph } = build;
  const x = graph.input('x', 'float32', ['B', 'L', WIDTH]);
  const mask = options.padded ? graph.input('word_mask', 'float32', ['B', 'L']) : undefined;
  graph.output('y', transformer(build, x, mask, { ...settings, emb_dropout: rate }));
  const feeds = feedsOf(batch, options.padded);
  const [B, L] = feeds.x!.shape as [number, number];
  const masks: Record<string, TensorData> = {};
  for (const { name, shape } of build.dropouts) {
    const fixed = shape.map((dim) => (dim === 'B' ? B : dim === 'L' ? L : Number(dim)));
    const draw = (): number => (random.uniform() < rate ? 0 : 1 / (1 - rate));
    const data = Float32Array.from({ length: elementCount(fixed) }, draw);
    masks[name] = { dtype: 'float32', shape: fixed, data };
  }
  const session = await createSession(graph, withInt8(build.parameters), { threads: 1 });
  const { y } = await session.run({ ...feeds, ...masks });
  await session.release();
  expect(y!.shape).toEqual([B, L, WIDTH]);
  const all = y!.data as Float32Array;
  const states = batch.map((words, b) => [...all.subarray(b * L * WIDTH, (b * L + words.length) * WIDTH)]);
  return { states, masks };
}

const worstOf = (got: readonly number[], expected: readonly number[]): number => {
  expect(got.length).toBe(expected.length);
  return Math.max(...got.map((v, k) => Math.abs(v - expected[k]!)));
};

describe('states are those of plain loops', () => {
  test.each<[string, RunOptions]>([
    ['for use, without padding', { training: false, padded: false }],
    ['for use, padded', { training: false, padded: true }],
    ['for training', { training: true, padded: true }],
  ])('%s', async (_, options) => {
    for (const batch of options.padded ? [sentences] : sentences.map((words) => [words])) {
      const { states } = await run(batch, options);
      for (const [b, words] of batch.entries()) {
        const expected = inLoops(words, tensors as LoopTensors).flat();
        expect(Math.max(...expected)).toBeGreaterThan(0.5);
        expect(worstOf(states[b]!, expected)).toBeLessThan(1e-4);
      }
    }
  });

  test('under dropout, with the same masks', async () => {
    const { states, masks } = await run([sentences[0]!], { training: true, padded: true, rate: 0.3 });
    expect(Object.keys(masks).length).toBe(1 + 3 * settings.transformer_layers);
    const drop: Drop = (name, index) => Number(masks[`dropout/${name}`]!.data[index]);
    const expected = inLoops(sentences[0]!, tensors as LoopTensors, drop).flat();
    expect(worstOf(states[0]!, expected)).toBeLessThan(1e-4);
  });

  test('where words stand beyond the table of positions', async () => {
    const long = drawWords(131);
    const { states } = await run([long], { training: false, padded: false });
    expect(worstOf(states[0]!, inLoops(long, tensors as LoopTensors).flat())).toBeLessThan(1e-4);
  });

  test('and near them with int8 weights', async () => {
    const { states } = await run([sentences[0]!], { training: false, padded: false, int8: true });
    const expected = inLoops(sentences[0]!, tensors as LoopTensors).flat();
    expect(worstOf(states[0]!, expected)).toBeLessThan(0.1);
    expect(worstOf(states[0]!, expected)).toBeGreaterThan(1e-5);
  });
});

test('the range of states holds every state', async () => {
  const build = createBuild(new Graph(), { training: false, padded: false });
  const x = build.graph.input('x', 'float32', ['B', 'L', WIDTH]);
  build.graph.output('y', transformer(build, x, undefined, settings));
  const { low, high } = transformerRange(build, WIDTH);
  build.graph.output('low', low);
  build.graph.output('high', high);
  const session = await createSession(build.graph, tensors, { threads: 1 });
  const output = await session.run(feedsOf([drawWords(40)], false));
  await session.release();
  const states = output.y!.data as Float32Array;
  expect(Math.min(...states)).toBeGreaterThan(Number(output.low!.data[0]));
  expect(Math.max(...states)).toBeLessThan(Number(output.high!.data[0]));
});

test('gradients by every parameter and by the words are those of differences of the loops', async () => {
  const build = createBuild(new Graph(), { training: true, padded: true });
  const { graph } = build;
  const x = graph.input('x', 'float32', ['B', 'L', WIDTH]);
  const y = transformer(build, x, graph.input('word_mask', 'float32', ['B', 'L']), settings);
  const loss = reduceSum(graph, multiply(graph, y, graph.input('factor', 'float32', y.shape)), [0, 1, 2]);
  const values = [...graph.parameters.values(), x];
  const gradients = differentiate(graph, loss, values);
  for (const value of values) graph.output(`gradient/${value.name}`, gradients.get(value)!);
  const feeds = feedsOf(sentences, true);
  const factors = sentences.map((words) => words.map(() => [...drawData(WIDTH)]));
  const factor = feedsOf(factors, false).x!;
  const present = feeds.word_mask!.data as Float32Array;
  const kept = (factor.data as Float32Array).map((v, k) => v * present[Math.floor(k / WIDTH)]!);
  const session = await createSession(graph, 'inputs', { threads: 1 });
  const inputs = { ...feeds, factor: { ...factor, data: kept }, ...Object.fromEntries(tensors) };
  const result = await session.run(inputs);
  await session.release();

  const exact = new Map(
    [...tensors].map(([name, { shape, data }]) => [
      name,
      { shape, data: Float64Array.from(data as Float32Array) },
    ]),
  );
  const words = sentences.map((sentence) => sentence.map((state) => [...state]));
  const inDoubles = (): number =>
    words.reduce((sum, sentence, b) => {
      const own = factors[b]!.flat();
      return (
        sum +
        inLoops(sentence, exact)
          .flat()
          .reduce((part, v, k) => part + v * own[k]!, 0)
      );
    }, 0);
  const check = (name: string, k: number, data: Float64Array | number[], at: number): void => {
    const [old, step] = [data[at]!, 1e-4];
    data[at] = old + step;
    const above = inDoubles();
    data[at] = old - step;
    const below = inDoubles();
    data[at] = old;
    const gradient = Number(result[`gradient/${name}`]!.data[k]);
    const difference = Math.abs(gradient - (above - below) / (2 * step));
    expect(difference, `${name}[${k}]`).toBeLessThan(1e-5 + 1e-3 * Math.abs(gradient));
  };
  for (const [name, { data }] of exact) {
    const gradient = result[`gradient/${name}`]!.data as Float32Array;
    const largest = gradient.reduce((best, v, k) => (Math.abs(v) > Math.abs(gradient[best]!) ? k : best), 0);
    // The same number for all words of a sentence changes none of its attention.
    if (!name.endsWith('key.bias')) {
      expect(Math.abs(gradient[largest]!), `${name} has a gradient`).toBeGreaterThan(1e-3);
    }
    for (const k of new Set([largest, 0, Math.floor(data.length / 2), data.length - 1])) {
      check(name, k, data, k);
    }
  }
  for (const [b, sentence] of words.entries()) {
    for (const [i, state] of sentence.entries()) check('x', (b * 5 + i) * WIDTH + 2, state, 2);
  }
  const behind = (1 * 5 + 1) * WIDTH; // padding of the second sentence
  expect(
    [...(result['gradient/x']!.data as Float32Array).subarray(behind, behind + 4 * WIDTH)].every(
      (g) => g === 0,
    ),
  ).toBe(true);
});
