/** Reads and writes the safetensors format: an 8-byte length, a JSON header, raw little-endian tensors (https://github.com/huggingface/safetensors). */
import { readFileSync } from 'node:fs';
import { errorMessage, UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { type DType, dtypes, elementCount, type TensorData, type TypedArray } from '../onnx/dtype.ts';

/** The largest header read; a model of 10,000 tensors needs about a megabyte. */
const MAX_HEADER = 64 << 20;

const codes: Readonly<Record<string, DType>> = {
  F32: 'float32',
  F16: 'float16',
  I64: 'int64',
  I32: 'int32',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};

const arrays: Readonly<Record<DType, new (buffer: ArrayBuffer) => TypedArray>> = {
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** A file's tensors by name, and its free-form metadata. */
export interface TensorFile {
  readonly tensors: Map<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where a tensor's bytes lie, counted from the end of the header. */
interface Place {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** @throws UserError `E_WEIGHTS` for a missing, truncated or inconsistent file, naming the tensor */
export function readSafetensors(path: string): TensorFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError({
      code: 'E_WEIGHTS',
      where: path,
      message: `cannot be read (${errorMessage(error)})`,
    });
  }
  const { header, body } = readHeader(bytes, path);
  const tensors = new Map<string, TensorData>();
  let metadata: Record<string, string> = {};
  const places: Place[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = readMetadata(entry, path);
      continue;
    }
    const { dtype, shape, start, end } = readEntry(name, entry, body.length, path);
    const copy = body.buffer.slice(body.byteOffset + start, body.byteOffset + end) as ArrayBuffer;
    tensors.set(name, { dtype, shape, data: new arrays[dtype](copy) });
    if (end > start) places.push({ name, start, end });
  }
  checkApart(places, path);
  return { tensors, metadata };
}

function damaged(path: string, message: string): UserError {
  const hint = 'the file is damaged or only half copied: copy or train it again';
  return new UserError({ code: 'E_WEIGHTS', where: path, message, hint });
}

function readHeader(bytes: Buffer, path: string): { header: Record<string, unknown>; body: Buffer } {
  if (bytes.length < 8)
    throw damaged(path, `is ${bytes.length} bytes long, too short for a safetensors file`);
  const size = Number(bytes.readBigUInt64LE(0));
  if (size > MAX_HEADER) throw damaged(path, `header of ${size} bytes, expected at most ${MAX_HEADER}`);
  if (8 + size > bytes.length)
    throw damaged(path, `header of ${size} bytes in a file of ${bytes.length} bytes`);
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + size));
  } catch (error) {
    throw damaged(path, `header is not JSON (${errorMessage(error)})`);
  }
  if (!isObject(header)) throw damaged(path, 'header is not a JSON object');
  return { header, body: bytes.subarray(8 + size) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readMetadata(value: unknown, path: string): Record<string, string> {
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw damaged(path, '"__metadata__" is not an object of strings');
  }
  return value as Record<string, string>;
}

/** Checks what the header says of a tensor. */
function readEntry(
  name: string,
  value: unknown,
  bodyLength: number,
  path: string,
): { dtype: DType; shape: readonly number[]; start: number; end: number } {
  const { dtype: code, shape, data_offsets: offsets } = isObject(value) ? value : {};
  if (typeof code !== 'string' || !Object.hasOwn(codes, code)) {
    const known = Object.keys(codes).join(', ');
    throw damaged(path, `tensor "${name}" has type ${JSON.stringify(code)}, expected one of ${known}`);
  }
  const [start, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  if (!Array.isArray(shape) || !shape.every(isSize) || !isSize(start) || !isSize(end)) {
    throw damaged(path, `tensor "${name}" has no valid shape and place`);
  }
  const dtype = codes[code]!;
  const expected = elementCount(shape) * dtypes[dtype].bytes;
  if (end - start !== expected) {
    throw damaged(path, `tensor "${name}" [${shape}] needs ${expected} bytes, got ${end - start}`);
  }
  if (end > bodyLength) throw damaged(path, `tensor "${name}" ends at byte ${end} of ${bodyLength}`);
  return { dtype, shape, start, end };
}

/** Two tensors never share bytes. */
function checkApart(places: Place[], path: string): void {
  places.sort((a, b) => a.start - b.start);
  for (const [k, place] of places.entries()) {
    const before = places[k - 1];
    if (before === undefined || place.start >= before.end) continue;
    const message = `tensor "${place.name}" begins at byte ${place.start}, inside tensor "${before.name}" [${before.start}, ${before.end})`;
    throw damaged(path, message);
  }
}

/** Writes tensors in the order given, atomically. */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const codeOf = new Map(Object.entries(codes).map(([code, dtype]) => [dtype, code]));
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    header[name] = { dtype: codeOf.get(dtype), shape, data_offsets: [at, at + data.byteLength] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    at += data.byteLength;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8); // tensors start at a multiple of eight bytes
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  writeFileAtomic(path, Buffer.concat([length, Buffer.from(text, 'utf8'), ...parts]));
}
