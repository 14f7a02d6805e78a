/** Weight files: what is written is read, and no damage goes unnoticed or unexplained. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TensorData } from '../onnx/dtype.ts';
import {
  openSafetensors,
  readSafetensors,
  safetensorsPlaces,
  writeSafetensors,
  writeSafetensorsFrom,
} from './safetensors.ts';
import { storeSources, type TensorSource } from './tensor-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'model.safetensors');

/** A file with this header (text, or a value for JSON) and this many bytes behind it. */
function writeFile(header: unknown, bodyBytes: number, headerSize?: bigint): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerSize ?? BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, Buffer.alloc(bodyBytes)]));
}

function messageOf(): string {
  try {
    readSafetensors(path);
  } catch (error) {
    expect(error).toMatchObject({ name: 'UserError', code: 'E_WEIGHTS', where: path });
    expect((error as { hint: string }).hint).toMatch(/copy or train it again/);
    return (error as Error).message;
  }
  throw new Error('the file was read');
}

describe('a round trip', () => {
  test('keeps every type, shape, name and the metadata', () => {
    const tensors = new Map<string, TensorData>([
      ['bytes', { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 127, 255) }],
      ['floats', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(-0, 1e-40, Math.PI, Number.NaN) }],
      ['halves', { dtype: 'float16', shape: [1, 3], data: Uint16Array.of(0, 0x3c00, 0xffff) }],
      ['longs', { dtype: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) }],
      ['ints', { dtype: 'int32', shape: [1], data: Int32Array.of(-(2 ** 31)) }],
      ['small', { dtype: 'int8', shape: [2], data: Int8Array.of(-128, 127) }],
      ['flags', { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) }],
      ['scalar', { dtype: 'float32', shape: [], data: Float32Array.of(5) }],
      ['empty', { dtype: 'float32', shape: [0, 7], data: new Float32Array(0) }],
      ['имя с «кавычками»', { dtype: 'float32', shape: [1], data: Float32Array.of(1) }],
      ['part', { dtype: 'float32', shape: [2], data: new Float32Array(4).fill(3).subarray(1, 3) }],
    ]);
    writeSafetensors(path, tensors, { format: 'w2ner', note: 'ё' });
    const read = readSafetensors(path);
    expect(read.metadata).toEqual({ format: 'w2ner', note: 'ё' });
    expect([...read.tensors.keys()]).toEqual([...tensors.keys()]);
    for (const [name, tensor] of tensors) expect(read.tensors.get(name), name).toEqual(tensor);
    expect(readFileSync(path).readBigUInt64LE(0) % 8n).toBe(0n);
  });

  test('works for a file without tensors, and for one whose tensors stand in another order', () => {
    writeSafetensors(path, new Map());
    expect(readSafetensors(path)).toEqual({ tensors: new Map(), metadata: {} });
    const entry = (start: number) => ({ dtype: 'U8', shape: [2], data_offsets: [start, start + 2] });
    writeFile({ b: entry(2), a: entry(0) }, 4);
    expect([...readSafetensors(path).tensors.keys()]).toEqual(['b', 'a']);
  });
});

describe('one tensor at a time', () => {
  const mixed = new Map<string, TensorData>([
    ['small', { dtype: 'int8', shape: [3], data: Int8Array.of(1, 2, 3) }],
    ['floats', { dtype: 'float32', shape: [1], data: Float32Array.of(0.5) }],
    ['halves', { dtype: 'float16', shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x7c00) }],
    ['longs', { dtype: 'int64', shape: [1], data: BigInt64Array.of(7n) }],
  ]);

  test('floating-point numbers are read as float32, others as they are', () => {
    writeSafetensors(path, mixed, { format: 'pt' });
    const store = openSafetensors(path);
    expect(store).toMatchObject({ where: path, metadata: { format: 'pt' } });
    expect([...store.entries].map(([name, { dtype }]) => `${name} ${dtype}`)).toEqual(
      [...mixed].map(([name, { dtype }]) => `${name} ${dtype}`),
    );
    for (const name of ['small', 'floats', 'longs']) expect(store.read(name)).toEqual(mixed.get(name));
    const data = Float32Array.of(1, -2, Number.POSITIVE_INFINITY);
    expect(store.read('halves')).toEqual({ dtype: 'float32', shape: [3], data });
    expect(() => store.read('none')).toThrow(/has no tensor "none"/);
    store.close();
    store.close();
    expect(() => store.read('small')).toThrow(/is read after it was closed/);
  });

  test('bfloat16 and float64 become float32, but cannot be used where they lie', () => {
    const entry = (dtype: string, end: number) => ({ w: { dtype, shape: [2], data_offsets: [0, end] } });
    for (const [dtype, end] of [
      ['BF16', 4],
      ['F64', 16],
    ] as const) {
      writeFile(entry(dtype, end), end);
      const zeros = { dtype: 'float32', shape: [2], data: new Float32Array(2) };
      expect(openSafetensors(path).read('w')).toEqual(zeros);
      expect(readSafetensors(path).tensors.get('w')).toEqual(zeros);
      expect(() => safetensorsPlaces(path)).toThrow(
        /"w" is (?:bfloat16|float64), which cannot be used where/,
      );
    }
  });

  test('every tensor lies at a multiple of its element size, and where it is said to', () => {
    writeSafetensors(path, mixed);
    const bytes = readFileSync(path);
    const places = safetensorsPlaces(path);
    for (const [name, { dtype, shape, data }] of mixed) {
      const { start, end, ...rest } = places.get(name)!;
      expect(rest).toEqual({ dtype, shape });
      expect(start % data.BYTES_PER_ELEMENT, name).toBe(0);
      expect(bytes.subarray(start, end)).toEqual(Buffer.from(data.buffer));
    }
  });

  test('sources are read once, one after the other, and become a file of their own', () => {
    writeSafetensors(path, mixed);
    const store = openSafetensors(path);
    const reads: string[] = [];
    const sources = storeSources(store).map(
      (source): TensorSource => ({
        ...source,
        read: () => {
          reads.push(source.name);
          return source.read();
        },
      }),
    );
    const copy = join(folder, 'copy.safetensors');
    writeSafetensorsFrom(copy, sources);
    expect(reads.sort()).toEqual([...mixed.keys()].sort());
    expect(readSafetensors(copy).tensors.get('longs')).toEqual(mixed.get('longs'));
    expect(openSafetensors(copy).entries.get('halves')?.dtype).toBe('float32');
  });

  test.each<[string, Partial<TensorSource>[], RegExp]>([
    ['of another type', [{ dtype: 'int32' }], /"w" was announced as int32 of 1 elements, got float32 of 1/],
    ['of another size', [{ shape: [2] }], /"w" was announced as float32 of 2 elements, got float32 of 1/],
    ['of one name', [{}, {}], /cannot be called "w"/],
    ['with the name of the metadata', [{ name: '__metadata__' }], /cannot be called "__metadata__"/],
  ])('a source %s leaves no file', (_, changes, message) => {
    const read = (): TensorData => ({ dtype: 'float32', shape: [1], data: Float32Array.of(1) });
    const sources = changes.map((change) => ({
      name: 'w',
      dtype: 'float32' as const,
      shape: [1],
      read,
      ...change,
    }));
    const target = join(mkdtempSync(join(folder, 'broken-')), 'model.safetensors');
    expect(() => writeSafetensorsFrom(target, sources)).toThrow(message);
    expect(readdirSync(dirname(target))).toEqual([]);
  });
});

describe('a damaged file', () => {
  const entry = (change: object = {}) => ({
    w: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change },
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{"w": ', /header is not JSON/],
    ['a list as header', [], /header is not a JSON object/],
    ['null as header', 'null', /header is not a JSON object/],
    ['metadata that is no object', { __metadata__: null }, /"__metadata__" is not an object of strings/],
    ['metadata of numbers', { __metadata__: { a: 1 } }, /"__metadata__" is not an object of strings/],
    ['an unknown type', entry({ dtype: 'F8_E4M3' }), /"w" has type "F8_E4M3", expected one of F32, F16/],
    ['a type from the object prototype', entry({ dtype: 'constructor' }), /"w" has type "constructor"/],
    ['a type that is no text', entry({ dtype: { toString: 1 } }), /"w" has type \{/],
    ['no entry', { w: null }, /"w" has type undefined/],
    ['no shape', entry({ shape: undefined }), /"w" has no valid shape and place/],
    ['a negative size', entry({ shape: [-2] }), /"w" has no valid shape and place/],
    ['a broken size', entry({ shape: [1.5] }), /"w" has no valid shape and place/],
    ['a size in quotes', entry({ shape: ['2'] }), /"w" has no valid shape and place/],
    [
      'sizes whose product overflows',
      entry({ shape: [2 ** 40, 2 ** 40] }),
      /"w" \[.*\] needs .* bytes, got 8/,
    ],
    ['a size beyond whole numbers', entry({ shape: [1e300] }), /"w" has no valid shape and place/],
    ['no place', entry({ data_offsets: undefined }), /"w" has no valid shape and place/],
    ['a place that is a number', entry({ data_offsets: 8 }), /"w" has no valid shape and place/],
    ['a place of three numbers', entry({ data_offsets: [0, 8, 9] }), /"w" has no valid shape and place/],
    ['a negative place', entry({ data_offsets: [-8, 0] }), /"w" has no valid shape and place/],
    [
      'a place that ends before it begins',
      entry({ data_offsets: [8, 0] }),
      /"w" \[2\] needs 8 bytes, got -8/,
    ],
    ['a place of another length', entry({ data_offsets: [0, 4] }), /"w" \[2\] needs 8 bytes, got 4/],
    ['a place behind the end', entry({ data_offsets: [4, 12] }), /"w" ends at byte 12 of 8/],
    [
      'tensors that overlap',
      { ...entry(), v: { dtype: 'U8', shape: [4], data_offsets: [4, 8] } },
      /"v" begins at byte 4, inside tensor "w" \[0, 8\)/,
    ],
    [
      'a tensor inside another',
      { ...entry(), v: { dtype: 'U8', shape: [1], data_offsets: [2, 3] } },
      /"v" begins at byte 2, inside tensor "w"/,
    ],
  ])('with %s', (_, header, message) => {
    writeFile(header, 8);
    expect(messageOf()).toMatch(message);
  });

  test('that ends anywhere', () => {
    const tensor: TensorData = { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) };
    writeSafetensors(path, new Map([['w', tensor]]));
    const whole = readFileSync(path);
    for (let size = 0; size < whole.length; size++) {
      writeFileSync(path, whole.subarray(0, size));
      const expected =
        size < 8
          ? /too short/
          : size < whole.length - 8
            ? /header of \d+ bytes in a file/
            : /"w" ends at byte 8 of \d/;
      expect(messageOf(), `${size} bytes`).toMatch(expected);
    }
  });

  test('whose header is said to be huge', () => {
    writeFile({}, 0, 2n ** 63n);
    expect(messageOf()).toMatch(/expected at most 67108864/);
    writeFile({}, 0, 1000n);
    expect(messageOf()).toMatch(/header of 1000 bytes in a file of 10 bytes/);
  });

  test('that is not there', () => {
    expect(() => readSafetensors(join(folder, 'none'))).toThrow(/none: cannot be read \(ENOENT/);
  });
});
