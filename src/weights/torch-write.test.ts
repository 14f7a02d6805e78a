/** PyTorch files that are written: read back here, and by PyTorch itself where there is one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as reference } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import type { TensorData } from '../onnx/dtype.ts';
import { fromFloat16 } from './elements.ts';
import { tensorSources } from './tensor-source.ts';
import { openTorchFile } from './torch-file.ts';
import { writeTorchFile } from './torch-write.ts';
import { crc32, slowCrc32 } from './zip-write.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-torch-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tensors = new Map<string, TensorData>([
  ['weight', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, -2, 0.1, 1e-40, 3e38, -0) }],
  ['имя «w»', { dtype: 'float32', shape: [1], data: Float32Array.of(2 ** -14) }],
  ['scalar', { dtype: 'float32', shape: [], data: Float32Array.of(5) }],
  ['empty', { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) }],
  ['part', { dtype: 'float32', shape: [2], data: Float32Array.of(0, 7, 8, 0).subarray(1, 3) }],
  ['halves', { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }],
  ['longs', { dtype: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 5n) }],
  ['ints', { dtype: 'int32', shape: [1], data: Int32Array.of(-7) }],
  ['small', { dtype: 'int8', shape: [1], data: Int8Array.of(-128) }],
  ['bytes', { dtype: 'uint8', shape: [1], data: Uint8Array.of(255) }],
  ['flags', { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) }],
]);

test('what is written is read', async () => {
  const path = join(folder, 'модель.pt');
  writeTorchFile(path, tensorSources(tensors));
  const store = await openTorchFile(path);
  expect([...store.entries.keys()]).toEqual([...tensors.keys()]);
  for (const [name, { dtype, shape, data }] of tensors) {
    const wanted =
      dtype === 'float16'
        ? { dtype: 'float32', shape, data: fromFloat16(data as Uint16Array) }
        : { dtype, shape, data };
    expect(store.read(name), name).toEqual(wanted);
    expect(store.entries.get(name)?.dtype, name).toBe(dtype);
  }
  store.close();
});

test('with half, float32 becomes float16 and nothing else changes', async () => {
  const path = join(folder, 'half.pt');
  writeTorchFile(path, tensorSources(tensors), { half: true });
  const store = await openTorchFile(path);
  expect(store.entries.get('weight')?.dtype).toBe('float16');
  const data = Float32Array.of(1, -2, 0.0999755859375, 0, Infinity, -0);
  expect(store.read('weight')).toEqual({ dtype: 'float32', shape: [2, 3], data });
  expect(store.read('longs')).toEqual(tensors.get('longs'));
  store.close();
});

test('every record begins at a multiple of 64', () => {
  const path = join(folder, 'aligned.pt');
  writeTorchFile(path, tensorSources(tensors));
  const bytes = readFileSync(path);
  let records = 0;
  for (let at = 0; bytes.readUInt32LE(at) === 0x0403_4b50; records++) {
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    expect(start % 64).toBe(0);
    at = start + bytes.readUInt32LE(at + 18);
  }
  expect(records).toBe(tensors.size + 3);
});

test('a source that breaks its promise leaves no file', () => {
  const path = join(folder, 'broken', 'model.pt');
  const source = { name: 'w', dtype: 'float32', shape: [3], read: () => tensors.get('scalar')! } as const;
  expect(() => writeTorchFile(path, [source])).toThrow(
    /"w" was announced as float32 of 3 elements, got float32 of 1/,
  );
  expect(readdirSync(join(folder, 'broken'))).toEqual([]);
});

test('checksums', () => {
  const bytes = Buffer.from('123456789');
  expect([crc32(bytes), slowCrc32(bytes)]).toEqual([0xcbf4_3926, 0xcbf4_3926]);
  expect(slowCrc32(bytes.subarray(4), slowCrc32(bytes.subarray(0, 4)))).toBe(0xcbf4_3926);
  if (reference !== undefined) expect(crc32).toBe(reference);
});

const python = '/usr/bin/python3';
const hasTorch = spawnSync(python, ['-c', 'import torch']).status === 0;

test.skipIf(!hasTorch)('PyTorch reads it', () => {
  const path = join(folder, 'for-torch.pt');
  writeTorchFile(path, tensorSources(tensors));
  const script = `
import json, sys, torch
state = torch.load(sys.argv[1])
print(json.dumps([type(state).__name__, [[name, str(t.dtype), list(t.shape), t.double().flatten().tolist()] for name, t in state.items()]]))`;
  const [kind, read] = JSON.parse(execFileSync(python, ['-c', script, path], { encoding: 'utf8' }));
  expect(kind).toBe('OrderedDict');
  const wanted = [...tensors].map(([name, { dtype, shape, data }]) => {
    const values = dtype === 'float16' ? [1, -2] : Array.from(data, Number);
    return [name, `torch.${dtype}`, [...shape], values];
  });
  expect(read).toEqual(wanted);
});
