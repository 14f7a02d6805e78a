/** Graphs under construction: names and sizes, and shape errors that are thrown when a node is added. */
import { describe, expect, test } from 'vitest';
import { type DType, floatTensor, intTensor } from './dtype.ts';
import { describe as describeValue, dimProduct, Graph, type Shape, sameShape, type Value } from './graph.ts';
import { ShapeError } from './operators/check.ts';
import * as e from './operators/elementwise.ts';
import * as p from './operators/products.ts';
import * as s from './operators/structure.ts';
import { serializeGraph } from './serialize.ts';

test.each<[Shape, number | string]>([
  [[], 1],
  [[2, 3], 6],
  [['B'], 'B'],
  [['L', 'B'], 'B*L'],
  [['B*L', 2, 'L', '3'], '6*B*L*L'],
  [['2*B', 3], '6*B'],
  [[1, 'B'], 'B'],
])('the product of %j is %s', (shape, product) => expect(dimProduct(shape)).toBe(product));

test('shapes are the same when their names are, in any order of factors', () => {
  expect(sameShape(['B*L', 4], ['L*B', 4])).toBe(true);
  expect(sameShape(['B', 4], ['L', 4])).toBe(false);
  expect(sameShape([4], [4, 1])).toBe(false);
  expect(sameShape([], [])).toBe(true);
});

test('a value is described with its type and axes', () => {
  expect(describeValue({ name: 'x', dtype: 'float32', shape: ['B', 'L', 128] })).toBe('f32[B, L, 128]');
  expect(describeValue({ name: 'x', dtype: 'int64', shape: [] })).toBe('i64[]');
});

describe('a graph', () => {
  test('gives a parameter asked for twice as one, and refuses another shape', () => {
    const graph = new Graph();
    expect(graph.parameter('w', [2, 3])).toBe(graph.parameter('w', [2, 3]));
    expect(() => graph.parameter('w', [3, 2])).toThrow('parameter "w": declared as [2,3] and as [3,2]');
    expect(graph.parameters.size).toBe(1);
  });

  test('keeps small equal constants once, and tells types and shapes apart', () => {
    const graph = new Graph();
    expect(graph.scalar(1)).toBe(graph.scalar(1));
    expect(graph.scalar(1)).not.toBe(graph.constant(floatTensor([1], [1])));
    expect(graph.ints([1])).not.toBe(graph.constant({ dtype: 'int32', shape: [1], data: Int32Array.of(1) }));
    expect(() => graph.constant(intTensor([2], [1]))).toThrow('shape [2] does not fit 1 elements');
  });

  test('reads a size off an input once, and knows no other sizes', () => {
    const graph = new Graph();
    graph.input('x', 'float32', [3, 'B']);
    expect(graph.size('B')).toBe(graph.size('B'));
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Shape']);
    graph.size('2*B*B');
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Shape', 'Mul', 'Mul']);
    expect(() => graph.size('Z')).toThrow('no input has a dimension "Z"');
  });

  test('names nodes apart', () => {
    const graph = new Graph('inner/');
    const x = graph.input('x', 'float32', [2]);
    const names = [e.exp(graph, x), e.exp(graph, x)].map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => name.startsWith('inner/'))).toBe(true);
  });

  test('is not serialized without its tensors, or with others', () => {
    const graph = new Graph();
    graph.output('y', e.exp(graph, graph.parameter('w', [2])));
    expect(() => serializeGraph(graph, new Map())).toThrow('parameter "w" has no tensor');
    const wrong = new Map([['w', floatTensor([1, 2], [0, 0])]]);
    expect(() => serializeGraph(graph, wrong)).toThrow(
      'parameter "w" is float32[1,2], the graph expects float32[2]',
    );
  });
});

describe('a shape error', () => {
  type Make = (shape: Shape, dtype?: DType) => Value;
  const cases: Record<string, [(graph: Graph, of: Make) => unknown, string]> = {
    add: [
      (g, of) => e.add(g, of(['B', 4]), of(['L', 4])),
      'Add: shapes do not broadcast, f32[B, 4] and f32[L, 4]',
    ],
    'add of types': [(g, of) => e.add(g, of([4]), of([4], 'int64')), 'Add: types differ, f32[4] and i64[4]'],
    matmul: [
      (g, of) => p.matmul(g, of([8, 24, 769]), of([768, 6]), 'biaffine/scores'),
      'biaffine/scores: inner sizes differ, A is f32[8, 24, 769], B is f32[768, 6]',
    ],
    'matmul, leading axes': [
      (g, of) => p.matmul(g, of(['B', 2, 3]), of(['L', 3, 4])),
      'matmul: leading axes do not broadcast, f32[B, 2, 3] and f32[L, 3, 4]',
    ],
    'matmul of vectors': [
      (g, of) => p.matmul(g, of([3]), of([3, 4])),
      'matmul: needs two or more axes, got f32[3] and f32[3, 4]',
    ],
    linear: [
      (g, of) => p.linear(g, of(['B', 3]), of([4, 3]), of([3])),
      'Add: shapes do not broadcast, f32[B, 4] and f32[3]',
    ],
    depthwiseConv: [
      (g, of) => p.depthwiseConv(g, of(['B', 3, 'L', 'L']), of([4, 1, 3, 3]), undefined, 1),
      'depthwiseConv: f32[B, 3, L, L] with weight f32[4, 1, 3, 3]',
    ],
    'depthwiseConv, bias': [
      (g, of) => p.depthwiseConv(g, of(['B', 3, 'L', 'L']), of([3, 1, 3, 3]), of([4]), 1),
      'depthwiseConv: f32[B, 3, L, L] with bias f32[4]',
    ],
    crossEntropy: [
      (g, of) => p.crossEntropy(g, of(['B', 5, 'L', 'L']), of(['B', 'L'], 'int32')),
      'crossEntropy: f32[B, 5, L, L] with labels i32[B, L]',
    ],
    'crossEntropy of types': [
      (g, of) => p.crossEntropy(g, of(['B', 5]), of(['B'])),
      'crossEntropy: f32[B, 5] with labels f32[B]',
    ],
    layerNorm: [
      (g, of) => e.layerNorm(g, of(['B', 4]), of([4]), of([5])),
      'layerNorm: f32[B, 4] with gain f32[4] and bias f32[5]',
    ],
    reshape: [
      (g, of) => s.reshape(g, of(['B', 4]), ['B', 5]),
      'reshape: f32[B, 4] does not have the elements of [B, 5]',
    ],
    transpose: [(g, of) => s.transpose(g, of(['B', 4]), [1, 0, 2]), 'transpose: [1,0,2] for f32[B, 4]'],
    'transpose, twice': [(g, of) => s.transpose(g, of(['B', 4]), [0, 0]), 'transpose: [0,0] for f32[B, 4]'],
    concat: [
      (g, of) => s.concat(g, [of(['B', 4]), of(['L', 4])], 1),
      'concat: f32[L, 4] beside f32[B, 4] along axis 1',
    ],
    'concat of ranks': [(g, of) => s.concat(g, [of([5, 4]), of([5])], 0), 'concat: f32[5] beside f32[5, 4]'],
    'concat of types': [
      (g, of) => s.concat(g, [of([5]), of([5], 'int64')], 0),
      'concat: i64[5] beside f32[5]',
    ],
    'concat, open': [(g, of) => s.concat(g, [of(['B'])], 0), 'concat: axis 0 of f32[B] is not fixed'],
    slice: [(g, of) => s.slice(g, of(['B', 4]), 1, 2, 5), 'slice: [2, 5) of axis 1 of f32[B, 4]'],
    'slice, empty': [(g, of) => s.slice(g, of(['B', 4]), 1, 2, 2), 'slice: [2, 2) of axis 1 of f32[B, 4]'],
    gather: [(g, of) => s.gather(g, of([9, 4]), of(['B'])), 'gather: f32[B] cannot choose rows of f32[9, 4]'],
    reduceSum: [(g, of) => s.reduceSum(g, of(['B', 4]), [2]), 'reduceSum: no axis 2 in f32[B, 4]'],
    meanLast: [(g, of) => s.meanLast(g, of([4, 'B'])), 'meanLast: the last axis of f32[4, B] is not fixed'],
    expand: [(g, of) => s.expand(g, of([5, 2]), [5, 1]), 'expand: f32[5, 2] does not fit into [5, 1]'],
  };

  test.each(Object.entries(cases))('of %s names both shapes', (_, [build, message]) => {
    const graph = new Graph();
    let inputs = 0;
    const of: Make = (shape, dtype = 'float32') => {
      inputs += 1;
      return graph.input(`x${inputs}`, dtype, shape);
    };
    expect(() => build(graph, of)).toThrow(new ShapeError(message));
    expect(() => build(graph, of)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  });
});

test('what is already of the right shape gets no node', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['B*L', 4]);
  expect(s.reshape(graph, x, ['L*B', 4])).toBe(x);
  expect(s.expand(graph, x, ['B*L', 4])).toBe(x);
  expect(graph.nodes).toEqual([]);
});
