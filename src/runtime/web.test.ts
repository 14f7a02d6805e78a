/** The WebAssembly build computes what the native one does; a browser that cannot run it is told so. */
import { afterEach, expect, test, vi } from 'vitest';
import { floatTensor, type TensorData } from '../onnx/dtype.ts';
import { Graph } from '../onnx/graph.ts';
import * as e from '../onnx/operators/elementwise.ts';
import * as p from '../onnx/operators/products.ts';
import type { ExternalParameters } from '../onnx/serialize.ts';
import { createSession } from './session.ts';
import { createWebCompiler } from './web.ts';

afterEach(() => vi.unstubAllGlobals());

function makeGraph(): Graph {
  const graph = new Graph();
  const x = graph.input('x', 'float32', ['B', 3]);
  const y = p.linear(graph, x, graph.parameter('w', [2, 3]), graph.parameter('b', [2]));
  graph.output('y', e.exp(graph, y));
  return graph;
}
const values = Float32Array.of(0.1, -0.2, 0.3, 0.4, 0.5, -0.6, 1, -1);
const baked = new Map<string, TensorData>([
  ['w', floatTensor([2, 3], [...values.subarray(0, 6)])],
  ['b', floatTensor([2], [...values.subarray(6)])],
]);
const external: ExternalParameters = {
  file: 'weights.bin',
  bytes: new Uint8Array(values.buffer),
  places: new Map([
    ['w', { dtype: 'float32', shape: [2, 3], start: 0, end: 24 }],
    ['b', { dtype: 'float32', shape: [2], start: 24, end: 32 }],
  ]),
};

test.each([
  ['baked in', baked],
  ['in memory', external],
])('parameters %s: the numbers of the native build', async (_, parameters) => {
  const x = floatTensor([2, 3], [1, 2, 3, -1, 0.5, 0]);
  const native = await createSession(makeGraph(), baked, { threads: 1 });
  const web = await createWebCompiler()(makeGraph(), parameters);
  const [expected, found] = [await native.run({ x }), await web.run({ x })];
  expect(found.y!.shape).toEqual([2, 2]);
  for (const [i, value] of (expected.y!.data as Float32Array).entries()) {
    expect(found.y!.data[i]).toBeCloseTo(value, 5);
  }
  await native.release();
  await web.release();
});

test('parameters of a file that is not in memory are refused', async () => {
  const { bytes: _, ...onDisk } = external;
  await expect(createWebCompiler()(makeGraph(), onDisk)).rejects.toThrow('"weights.bin" has to be in memory');
});

test('a browser without WebAssembly, or without its vectors, is told what it needs', () => {
  vi.stubGlobal('WebAssembly', undefined);
  expect(() => createWebCompiler()).toThrow('this browser has no WebAssembly, which running models needs');
  vi.stubGlobal('WebAssembly', { validate: () => false });
  expect(() => createWebCompiler()).toThrow('without SIMD');
});
