/** PyTorch files for tests: archives and pickles in the plainest form there is, and what a reader makes of them. */
import { deflateRawSync } from 'node:zlib';
import { expect } from 'vitest';
import { writeFileAtomic } from '../base/files.ts';
import type { TensorStore } from './tensor-store.ts';
import { openTorchFile } from './torch-file.ts';

/** Tensors as JSON has them. */
export type TensorContents = Record<string, { shape: number[]; data: (number | boolean)[] }>;

/** All tensors as JSON has them. */
export function contents(store: TensorStore): TensorContents {
  const tensors = [...store.entries.keys()].map((name) => {
    const { shape, data } = store.read(name);
    return [name, { shape, data: Array.from(data, Number) }];
  });
  store.close();
  return Object.fromEntries(tensors);
}

/** A zip archive of these records, in the plainest form there is; what `sizes` names is claimed to be larger. */
export function zip(
  records: Record<string, Buffer>,
  options: { deflate?: boolean; claim?: Record<string, number> } = {},
): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(records)) {
    const data = options.deflate ? deflateRawSync(bytes) : bytes;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(options.deflate ? 8 : 0, 4);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(options.claim?.[name] ?? bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    list.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, tail, Buffer.from(name));
    const local = [Buffer.from('PK\x03\x04'), fields, Buffer.from(name), data];
    parts.push(...local);
    at += Buffer.concat(local).length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(records).length, 8);
  end.writeUInt16LE(Object.keys(records).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

export const floats = Buffer.alloc(24);

/** A PyTorch file with this pickle (a character per byte) and a storage of six floats. */
export function withPickle(pickle: string, data = floats): Buffer {
  return zip({
    'm/data.pkl': Buffer.from(pickle, 'latin1'),
    'm/data/0': data,
    'm/version': Buffer.from('3\n'),
  });
}

/** Why a file at a path is not read. */
export async function refusal(
  path: string,
  bytes: Buffer,
): Promise<{ code: string; message: string; hint: string }> {
  writeFileAtomic(path, bytes);
  const error = await openTorchFile(path).then(
    (store) => {
      for (const name of store.entries.keys()) store.read(name);
      throw new Error('the file was read');
    },
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'UserError', where: path, hint: expect.any(String) });
  return error as { code: string; message: string; hint: string };
}

export const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
export const storage = (count = 'K\x06', type = 'FloatStorage'): string =>
  `(${text('storage')}ctorch\n${type}\n${text('0')}${text('cpu')}${count}tQ`;
export const tensor = (view = 'K\x00K\x02K\x03\x86K\x03K\x01\x86', stored = storage()): string =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${stored}${view}\x89}tR`;
export const dict = (...items: string[]): string => `\x80\x02}(${items.join('')}u.`;
