/** The BiLSTM with int8 weights: near the one with float32 weights, and the same whatever stands in the batch. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { biLstm } from '../model/bilstm.ts';
import { createBuild } from '../model/build.ts';
import { normalizedRange, stateRange } from '../model/int8-lstm.ts';
import { elementCount, type TensorData } from '../onnx/dtype.ts';
import { Graph } from '../onnx/graph.ts';
import { quantizeColumns, restoreColumns } from '../weights/int8.ts';
import { createSession } from './session.ts';

const [INPUT, WIDTH] = [24, 32];
const HALF = WIDTH / 2;
const random = createRandom(5);
const draw = (shape: readonly number[], size: number): TensorData => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: elementCount(shape) }, () => size * random.normal()),
});

const weights = new Map(
  ['', '_reverse'].flatMap((suffix): [string, TensorData][] => [
    [`encoder.weight_ih_l0${suffix}`, draw([4 * HALF, INPUT], 0.3)],
    [`encoder.weight_hh_l0${suffix}`, draw([4 * HALF, HALF], 0.3)],
    [`encoder.bias_ih_l0${suffix}`, draw([4 * HALF], 0.3)],
    [`encoder.bias_hh_l0${suffix}`, draw([4 * HALF], 0.3)],
  ]),
);

/** The tensors that a graph asks for: float32 ones, or int8 numbers and scales. */
function tensorsOf(names: Iterable<string>): Map<string, TensorData> {
  const found = new Map<string, TensorData>();
  for (const name of names) {
    const source = name.replace(/_(?:int8|scale)$/, '');
    const own = weights.get(source)!;
    if (name === source) found.set(name, own);
    else found.set(name, quantizeColumns(own, 63)[name.endsWith('_int8') ? 'values' : 'scales']);
  }
  return found;
}

type Sentences = readonly (readonly (readonly number[])[])[];

async function statesOf(sentences: Sentences, options: { int8: boolean; padded?: boolean }) {
  const { int8, padded = false } = options;
  const build = createBuild(new Graph(), { training: false, padded, int8Words: int8 });
  const { graph } = build;
  const x = graph.input('x', 'float32', ['B', 'L', INPUT]);
  const mask = padded ? graph.input('word_mask', 'float32', ['B', 'L']) : undefined;
  graph.output('y', biLstm(build, x, mask, WIDTH, { range: stateRange(build) }));
  const session = await createSession(graph, tensorsOf(graph.parameters.keys()), { threads: 1 });
  const length = Math.max(...sentences.map((words) => words.length));
  const data = new Float32Array(sentences.length * length * INPUT);
  const present = new Float32Array(sentences.length * length);
  for (const [b, words] of sentences.entries()) {
    for (const [i, word] of words.entries()) data.set(word, (b * length + i) * INPUT);
    present.fill(1, b * length, b * length + words.length);
  }
  const feeds: Record<string, TensorData> = {
    x: { dtype: 'float32', shape: [sentences.length, length, INPUT], data },
    ...(padded ? { word_mask: { dtype: 'float32', shape: [sentences.length, length], data: present } } : {}),
  };
  const { y } = await session.run(feeds);
  await session.release();
  const states = y!.data as Float32Array;
  return sentences.map((words, b) => ({
    own: states.slice(b * length * WIDTH, (b * length + words.length) * WIDTH),
    behind: states.slice((b * length + words.length) * WIDTH, (b + 1) * length * WIDTH),
  }));
}

const sentence = (length: number, size: number): number[][] =>
  Array.from({ length }, () =>
    Array.from({ length: INPUT }, () => Math.max(-1, Math.min(1, size * random.normal()))),
  );

describe('a BiLSTM with int8 weights', () => {
  const short = sentence(9, 0.4);
  const other = sentence(9, 0.1);
  const extreme = Array.from({ length: 9 }, (_, i) => new Array<number>(INPUT).fill(i % 2 === 0 ? 1 : -1));

  test('is near the one with float32 weights', async () => {
    const [float] = await statesOf([short], { int8: false });
    const [int8] = await statesOf([short], { int8: true });
    const difference = Math.sqrt(
      float!.own.reduce((sum, value, k) => sum + (value - int8!.own[k]!) ** 2, 0) /
        float!.own.reduce((sum, value) => sum + value ** 2, 0),
    );
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(0.04);
  });

  test('gives a sentence the same states bit for bit whatever its neighbours are', async () => {
    const [alone] = await statesOf([short], { int8: true });
    for (const batch of [
      [short, other],
      [extreme, short, extreme],
      [other, other, short],
    ]) {
      const all = await statesOf(batch, { int8: true });
      expect(all[batch.indexOf(short)]!.own).toEqual(alone!.own);
    }
  });

  test('is the same with padding, behind which states are zero', async () => {
    const long = sentence(14, 0.4);
    const [alone] = await statesOf([short], { int8: true });
    const [padded, longest] = await statesOf([short, long], { int8: true, padded: true });
    expect(padded!.own).toEqual(alone!.own);
    expect(padded!.behind.length).toBe(5 * WIDTH);
    expect(padded!.behind.every((value) => value === 0)).toBe(true);
    expect(longest!.own).toEqual((await statesOf([long], { int8: true }))[0]!.own);
  });

  test('clips what lies outside its range', async () => {
    const outside = short.map((word) => word.map((value) => (value > 0.5 ? value + 3 : value)));
    const clipped = outside.map((word) => word.map((value) => Math.min(1, value)));
    const [a] = await statesOf([outside], { int8: true });
    const [b] = await statesOf([clipped], { int8: true });
    expect(a!.own).toEqual(b!.own);
    expect(a!.own).not.toEqual((await statesOf([short], { int8: true }))[0]!.own);
  });
});

test('the range of normalised numbers is that of the feature that reaches furthest', async () => {
  const build = createBuild(new Graph(), { training: false, padded: false });
  const vector = (...values: number[]) =>
    build.graph.constant({ dtype: 'float32', shape: [3], data: Float32Array.from(values) });
  const { low, high } = normalizedRange(build, vector(1, -2, 0.5), vector(0, 0.5, -3), [1.5, 4]);
  build.graph.output('low', low);
  build.graph.output('high', high);
  const session = await createSession(build.graph, new Map(), { threads: 1 });
  const result = await session.run({});
  expect([result.low!.data[0], result.high!.data[0]]).toEqual([-3.75, 8.5]);
  await session.release();
});

test('columns that were made whole numbers are float32 numbers again, to half a step', () => {
  const weight = weights.get('encoder.weight_ih_l0')!;
  const { values, scales } = quantizeColumns(weight, 63);
  const restored = restoreColumns(values, scales);
  expect(restored.shape).toEqual(weight.shape);
  for (const [k, value] of (weight.data as Float32Array).entries()) {
    const step = scales.data[Math.floor(k / INPUT)]!;
    expect(Math.abs(Number(restored.data[k]) - value)).toBeLessThan(0.501 * step);
  }
});
