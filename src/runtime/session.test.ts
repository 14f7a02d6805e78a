/** Graphs as they are run: every kind of attribute, tensor and shape survives serialisation. */
import { describe, expect, test } from 'vitest';
import { differentiate } from '../autodiff/differentiate.ts';
import { floatTensor, intTensor, type TensorData } from '../onnx/dtype.ts';
import { Graph } from '../onnx/graph.ts';
import * as e from '../onnx/operators/elementwise.ts';
import * as p from '../onnx/operators/products.ts';
import * as s from '../onnx/operators/structure.ts';
import { createSession } from './session.ts';

const numbers = (tensor: TensorData | undefined): number[] =>
  Array.from(tensor!.data as Float32Array, Number);

async function runOnce(
  graph: Graph,
  feeds: Record<string, TensorData>,
  parameters: 'inputs' | Map<string, TensorData>,
) {
  const session = await createSession(graph, parameters, { threads: 1 });
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

describe('a session', () => {
  test('runs a graph with its parameters baked in or fed, sizes read at run time', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', ['B', 3]);
    const y = p.linear(graph, x, graph.parameter('w', [2, 3]), graph.parameter('b', [2]));
    graph.output('y', y);
    graph.output('ones', s.expand(graph, graph.constant(floatTensor([1, 1], [1])), ['B', 2]));
    const parameters = new Map([
      ['w', floatTensor([2, 3], [1, 2, 3, 4, 5, 6])],
      ['b', floatTensor([2], [10, 20])],
    ]);
    const feeds = { x: floatTensor([1, 3], [1, 0, -1]) };
    const baked = await runOnce(graph, feeds, parameters);
    expect(baked.y).toEqual(floatTensor([1, 2], [8, 18]));
    expect(baked.ones!.shape).toEqual([1, 2]);
    expect(await runOnce(graph, { ...feeds, ...Object.fromEntries(parameters) }, 'inputs')).toEqual(baked);
    const two = await runOnce(graph, { x: floatTensor([2, 3], [1, 0, -1, 0, 0, 0]) }, parameters);
    expect(numbers(two.y)).toEqual([8, 18, 10, 20]);
  });

  test('reads parameters in place: a change between runs counts', async () => {
    const graph = new Graph();
    graph.output('y', e.scale(graph, graph.parameter('w', [2]), 3));
    const w = floatTensor([2], [1, 2]);
    const session = await createSession(graph, 'inputs', { threads: 1 });
    expect(numbers((await session.run({ w })).y)).toEqual([3, 6]);
    (w.data as Float32Array)[1] = 5;
    expect(numbers((await session.run({ w })).y)).toEqual([3, 15]);
    await session.release();
  });

  test('computes only the outputs asked for, and gives integers and truth values as they are', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'int64', ['B']);
    graph.output('twice', e.add(graph, x, x));
    graph.output('even', graph.node('Equal', [x, graph.ints([2])], [{ dtype: 'bool', shape: ['B'] }])[0]!);
    const session = await createSession(graph, new Map(), { threads: 1 });
    const x3 = intTensor([3], [1, 2, 2 ** 40]);
    expect(Object.keys(await session.run({ x: x3 }, { twice: null }))).toEqual(['twice']);
    const all = await session.run({ x: x3 });
    expect(all.twice!.data).toEqual(BigInt64Array.of(2n, 4n, 2n ** 41n));
    expect([all.even!.dtype, numbers(all.even)]).toEqual(['bool', [0, 1, 0]]);
    await session.release();
  });

  test('works with parts of larger arrays', async () => {
    const graph = new Graph();
    graph.output('y', e.negate(graph, graph.parameter('w', [2])));
    const part = floatTensor([2], Float32Array.of(9, 1, 2, 9).subarray(1, 3));
    expect(numbers((await runOnce(graph, {}, new Map([['w', part]]))).y)).toEqual([-1, -2]);
    expect(numbers((await runOnce(graph, { w: part }, 'inputs')).y)).toEqual([-1, -2]);
  });

  test('refuses feeds of another shape', async () => {
    const graph = new Graph();
    graph.output('y', e.exp(graph, graph.input('x', 'float32', ['B', 3])));
    await expect(runOnce(graph, { x: floatTensor([1, 2], [0, 0]) }, new Map())).rejects.toThrow(/dimension/i);
  });
});

describe('differentiation', () => {
  const graph = new Graph();
  const [a, b] = [graph.input('a', 'float32', ['B', 2]), graph.input('b', 'float32', ['B', 2])];
  const loss = s.reduceSum(graph, e.exp(graph, a), [0, 1]);

  test('says what the loss does not depend on', () => {
    expect(() => differentiate(graph, loss, [b])).toThrow('the loss does not depend on "b"');
  });
  test('wants a scalar', () => {
    expect(() => differentiate(graph, e.exp(graph, a), [a])).toThrow(
      'the loss must be a scalar, it is [B,2]',
    );
  });
  test('says which operator has no rule', () => {
    const odd = graph.node('Sin', [a], [{ dtype: 'float32', shape: a.shape }])[0]!;
    expect(() => differentiate(graph, s.reduceSum(graph, odd, [0, 1]), [a])).toThrow(
      'operator Sin has no differentiation rule',
    );
  });
  test('by the loss itself is 1', () => {
    expect(differentiate(graph, loss, [loss]).get(loss)).toBe(graph.scalar(1));
  });
});
