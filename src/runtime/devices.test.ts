/** Devices: a named one is used or refused, `auto` tries in order and says what it found. */
import { expect, test } from 'vitest';
import { floatTensor } from '../onnx/dtype.ts';
import { Graph } from '../onnx/graph.ts';
import { exp } from '../onnx/operators/elementwise.ts';
import { deviceError, devicesToTry, reasonOf } from './devices.ts';
import { createSession } from './session.ts';

test('a device that was named is the only one tried', () => {
  expect(devicesToTry('webgpu')).toEqual(['webgpu']);
  expect(devicesToTry('cpu')).toEqual(['cpu']);
  expect(devicesToTry('auto').at(-1)).toBe('cpu');
});

test('one that cannot be had says why, and what always works', () => {
  expect(deviceError('cuda', 'no library')).toMatchObject({
    code: 'E_DEVICE',
    message: '--device cuda: cannot be used (no library)',
    hint: expect.stringContaining('--device cpu'),
  });
});

test.each([
  [
    '/src/core/gpu.cc:136 gpu::Init(const Config&)::<lambda()> status == Ok was false. No adapter: none\n',
    'No adapter: none',
  ],
  [
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    'Failed to load shared library',
  ],
  ['something else', 'something else'],
])('reasons are told without places in the library: %j', (message, reason) => {
  expect(reasonOf(message)).toBe(reason);
});

test('auto settles on a device that computes, and says which', async () => {
  const graph = new Graph();
  graph.output('y', exp(graph, graph.input('x', 'float32', ['B'])));
  const notices: string[] = [];
  const tried: string[] = [];
  const graphFor = (device: string): Graph => {
    tried.push(device);
    return graph;
  };
  const session = await createSession(graphFor, new Map(), {
    device: 'auto',
    onNotice: (message) => notices.push(message),
  });
  expect((await session.run({ x: floatTensor([1], [0]) })).y!.data[0]).toBeCloseTo(1, 5);
  await session.release();
  expect(tried.at(-1)).toBe(session.device);
  expect(notices).toEqual([expect.stringContaining(`computing on ${session.device}`)]);
});
