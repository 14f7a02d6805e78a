/** Every operator: forward against a loop where it is not trivial, backward against central differences. */
import { describe, expect, test } from 'vitest';
import { differentiate } from '../autodiff/differentiate.ts';
import { createRandom } from '../base/random.ts';
import { elementCount, floatTensor, intTensor, type TensorData } from '../onnx/dtype.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import * as e from '../onnx/operators/elementwise.ts';
import * as p from '../onnx/operators/products.ts';
import { lstmScan } from '../onnx/operators/recurrent.ts';
import * as s from '../onnx/operators/structure.ts';
import { createSession } from './session.ts';

type Build = (graph: Graph, ...values: Value[]) => Value;

interface Case {
  readonly inputs: readonly (readonly number[])[];
  readonly build: Build;
  /** Moves every random element, for functions of positive numbers. */
  readonly positive?: boolean;
}

/** Names for the axes of the test's inputs, so that graphs are built with symbolic shapes as in the models. */
const axisNames: Readonly<Record<number, string>> = { 5: 'B', 6: 'L' };

/** Checks d(Σ weights ∘ f(inputs)) by central differences, input by input. */
async function checkGradients({ inputs, build, positive }: Case): Promise<void> {
  const random = createRandom(7);
  const graph = new Graph();
  const draw = (shape: readonly number[], at = 0): TensorData =>
    floatTensor(
      shape,
      Float32Array.from({ length: elementCount(shape) }, () => at + random.normal()),
    );
  const values = inputs.map((shape, i) =>
    graph.input(
      `x${i}`,
      'float32',
      shape.map((size) => axisNames[size] ?? size),
    ),
  );
  const y = build(graph, ...values);
  const weights = graph.input('weights', 'float32', y.shape);
  const product = e.multiply(graph, y, weights);
  const loss = s.reduceSum(
    graph,
    product,
    product.shape.map((_, axis) => axis),
  );
  graph.output('loss', loss);
  graph.output('y', y);
  const gradients = differentiate(graph, loss, values);
  for (const [i, value] of values.entries()) graph.output(`g${i}`, gradients.get(value)!);
  const session = await createSession(graph, 'inputs', { threads: 1 });
  const feeds: Record<string, TensorData> = {};
  for (const [i, shape] of inputs.entries()) feeds[`x${i}`] = draw(shape);
  if (positive)
    for (const tensor of Object.values(feeds))
      tensor.data.forEach((v, k) => {
        tensor.data[k] = Math.abs(Number(v)) + 0.5;
      });
  const sizes: Readonly<Record<string, number>> = { B: 5, L: 6, 'B*L': 30 };
  feeds.weights = draw(y.shape.map((dim) => (typeof dim === 'number' ? dim : sizes[dim]!)));
  const result = await session.run(feeds);
  const evaluate = async (): Promise<number> => {
    const out = (await session.run(feeds, { y: null })).y!.data as Float32Array;
    return out.reduce((sum, v, k) => sum + v * (feeds.weights!.data as Float32Array)[k]!, 0);
  };
  for (const [i] of inputs.entries()) {
    const data = feeds[`x${i}`]!.data as Float32Array;
    const gradient = result[`g${i}`]!.data as Float32Array;
    expect(gradient.length).toBe(data.length);
    for (let k = 0; k < data.length; k += Math.max(1, Math.floor(data.length / 12))) {
      const old = data[k]!;
      const step = 1e-2;
      data[k] = old + step;
      const above = await evaluate();
      data[k] = old - step;
      const below = await evaluate();
      data[k] = old;
      expect(gradient[k]!, `input ${i}, element ${k}`).toBeCloseTo((above - below) / (2 * step), 2);
    }
  }
  await session.release();
}

const index = (graph: Graph, rows: number[]): Value => graph.constant(intTensor([rows.length], rows));

const segments = (graph: Graph): Value =>
  graph.constant({ dtype: 'int32', shape: [8], data: Int32Array.of(0, 2, -1, 0, 2, 2, -1, 0) });

const cases: Readonly<Record<string, Case>> = {
  'segmentMax, rows of none and an empty segment': {
    inputs: [[8, 4]],
    build: (g, x) => s.segmentMax(g, x, segments(g), 3, -2),
  },
  'replaceBelow a number without a gradient': {
    inputs: [[5, 4]],
    build: (g, x) => e.multiply(g, e.replaceBelow(g, x, g.scalar(-1)), x),
  },
  add: { inputs: [[5, 4], [4]], build: e.add },
  'add over a missing axis': { inputs: [[4], [5, 6, 4]], build: e.add },
  subtract: {
    inputs: [
      [5, 1, 4],
      [5, 6, 4],
    ],
    build: e.subtract,
  },
  multiply: {
    inputs: [
      [5, 4],
      [5, 1],
    ],
    build: e.multiply,
  },
  divide: { inputs: [[5, 4], [4]], build: e.divide, positive: true },
  negate: { inputs: [[5, 4]], build: e.negate },
  exp: { inputs: [[5, 4]], build: e.exp },
  log: { inputs: [[5, 4]], build: e.log, positive: true },
  sqrt: { inputs: [[5, 4]], build: e.sqrt, positive: true },
  tanh: { inputs: [[5, 4]], build: e.tanh },
  sigmoid: { inputs: [[5, 4]], build: e.sigmoid },
  relu: { inputs: [[5, 4]], build: e.relu },
  gelu: { inputs: [[5, 4]], build: e.gelu },
  softmax: { inputs: [[5, 4]], build: (g, x) => e.softmax(g, x) },
  layerNorm: { inputs: [[5, 6, 8], [8], [8]], build: (g, x, a, b) => e.layerNorm(g, x, a, b) },
  meanLast: { inputs: [[5, 4]], build: s.meanLast },
  reshape: { inputs: [[5, 6, 4]], build: (g, x) => s.reshape(g, x, ['B*L', 4]) },
  'reshape with two names': {
    inputs: [[5, 6, 4]],
    build: (g, x) => s.reshape(g, s.reshape(g, x, ['B*L', 4]), ['B', 'L', 2, 2]),
  },
  transpose: { inputs: [[5, 6, 4]], build: (g, x) => s.transpose(g, x, [2, 0, 1]) },
  concat: {
    inputs: [
      [5, 4],
      [5, 3],
    ],
    build: (g, a, b) => s.concat(g, [a, b], 1),
  },
  slice: { inputs: [[5, 4]], build: (g, x) => s.slice(g, x, 1, 1, 3) },
  reverse: { inputs: [[5, 4]], build: (g, x) => s.reverse(g, x, 0) },
  gather: { inputs: [[3, 4]], build: (g, t) => s.gather(g, t, index(g, [2, 0, 2, 2])) },
  reduceSum: { inputs: [[5, 6, 4]], build: (g, x) => s.reduceSum(g, x, [1]) },
  reduceMax: { inputs: [[5, 6, 4]], build: (g, x) => s.reduceMax(g, x, 1) },
  expand: {
    inputs: [[5, 1, 4]],
    build: (g, x) =>
      s.expand(
        g,
        x,
        [5, 3, 4].map((v) => axisNames[v] ?? v),
      ),
  },
  matmul: {
    inputs: [
      [5, 6, 4],
      [4, 3],
    ],
    build: (g, a, b) => p.matmul(g, a, b),
  },
  'matmul, batched': {
    inputs: [
      [5, 6, 4],
      [5, 4, 6],
    ],
    build: (g, a, b) => p.matmul(g, a, b),
  },
  'matmul, broadcast left': {
    inputs: [
      [3, 4],
      [5, 4, 6],
    ],
    build: (g, a, b) => p.matmul(g, a, b),
  },
  'matmul, broadcast middle': {
    inputs: [
      [5, 1, 6, 4],
      [3, 4, 4],
    ],
    build: (g, a, b) => p.matmul(g, a, b),
  },
  linear: { inputs: [[5, 6, 4], [3, 4], [3]], build: (g, x, w, b) => p.linear(g, x, w, b) },
  'convolution, dilation 1': {
    inputs: [[5, 3, 6, 6], [3, 1, 3, 3], [3]],
    build: (g, x, w, b) => p.depthwiseConv(g, x, w, b, 1),
  },
  'convolution, dilation 3': {
    inputs: [
      [5, 3, 6, 6],
      [3, 1, 3, 3],
    ],
    build: (g, x, w) => p.depthwiseConv(g, x, w, undefined, 3),
  },
  lstm: {
    inputs: [
      [6, 2, 5, 12],
      [2, 3, 12],
    ],
    build: (g, x, r) => lstmScan(g, x, r),
  },
  'cross-entropy': {
    inputs: [[2, 4, 3]],
    build: (g, x) => p.crossEntropy(g, x, g.constant(intTensor([2, 3], [0, 3, -100, 1, 1, 2]))),
  },
};

describe('gradients', () => {
  for (const [name, testCase] of Object.entries(cases)) {
    test(name, () => checkGradients(testCase));
  }
  test('a parameter that is used twice gets the sum', () =>
    checkGradients({ inputs: [[5, 4]], build: (g, x) => e.multiply(g, e.tanh(g, x), x) }));
});
