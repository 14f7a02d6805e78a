/** The header of a safetensors file: an 8-byte length and JSON that says what lies where (https://github.com/huggingface/safetensors). */
import { errorMessage } from '../base/errors.ts';
import { elementCount } from '../onnx/dtype.ts';
import { type BinaryFile, damaged } from './bytes.ts';
import { storedBytes } from './elements.ts';
import type { StoredDType, TensorEntry } from './tensor-store.ts';

/** The largest header read; a model of 10,000 tensors needs about a megabyte. */
const MAX_HEADER = 64 << 20;

/** The format's names of element types. */
export const typeCodes: Readonly<Record<string, StoredDType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
  I64: 'int64',
  I32: 'int32',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};

/** A tensor and its bytes in the file, counted from the file's beginning: [start, end). */
export interface TensorPlace extends TensorEntry {
  readonly start: number;
  readonly end: number;
}

/** What a file's header says. */
export interface SafetensorsHeader {
  readonly places: Map<string, TensorPlace>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @throws UserError `E_WEIGHTS` for a truncated or inconsistent file, naming the tensor */
export function readHeader(file: BinaryFile): SafetensorsHeader {
  const { path } = file;
  const { header, bodyStart } = readJson(file);
  const places = new Map<string, TensorPlace>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = readMetadata(entry, path);
    else places.set(name, readEntry(name, entry, bodyStart, file));
  }
  checkApart(places, bodyStart, path);
  return { places, metadata };
}

function readJson(file: BinaryFile): { header: Record<string, unknown>; bodyStart: number } {
  const { path } = file;
  if (file.size < 8) throw damaged(path, `is ${file.size} bytes long, too short for a safetensors file`);
  const size = Number(new DataView(file.read(0, 8).buffer).getBigUint64(0, true));
  if (size > MAX_HEADER) throw damaged(path, `header of ${size} bytes, expected at most ${MAX_HEADER}`);
  if (8 + size > file.size) throw damaged(path, `header of ${size} bytes in a file of ${file.size} bytes`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(file.read(8, size)));
  } catch (error) {
    throw damaged(path, `header is not JSON (${errorMessage(error)})`);
  }
  if (!isObject(header)) throw damaged(path, 'header is not a JSON object');
  return { header, bodyStart: 8 + size };
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

/** Checks what the header says of a tensor; its offsets are counted from the end of the header. */
function readEntry(name: string, value: unknown, bodyStart: number, file: BinaryFile): TensorPlace {
  const { path } = file;
  const { dtype: code, shape, data_offsets: offsets } = isObject(value) ? value : {};
  if (typeof code !== 'string' || !Object.hasOwn(typeCodes, code)) {
    const known = Object.keys(typeCodes).join(', ');
    throw damaged(path, `tensor "${name}" has type ${JSON.stringify(code)}, expected one of ${known}`);
  }
  const [start, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  if (!Array.isArray(shape) || !shape.every(isSize) || !isSize(start) || !isSize(end)) {
    throw damaged(path, `tensor "${name}" has no valid shape and place`);
  }
  const dtype = typeCodes[code]!;
  const expected = elementCount(shape) * storedBytes(dtype);
  if (end - start !== expected) {
    throw damaged(path, `tensor "${name}" [${shape}] needs ${expected} bytes, got ${end - start}`);
  }
  const bodyLength = file.size - bodyStart;
  if (end > bodyLength) throw damaged(path, `tensor "${name}" ends at byte ${end} of ${bodyLength}`);
  return { dtype, shape, start: bodyStart + start, end: bodyStart + end };
}

/** Two tensors never share bytes. */
function checkApart(places: ReadonlyMap<string, TensorPlace>, bodyStart: number, path: string): void {
  const filled = [...places].filter(([, { start, end }]) => end > start);
  filled.sort(([, a], [, b]) => a.start - b.start);
  for (const [k, [name, place]] of filled.entries()) {
    const before = filled[k - 1];
    if (before === undefined || place.start >= before[1].end) continue;
    const [start, end] = [before[1].start - bodyStart, before[1].end - bodyStart];
    const message = `tensor "${name}" begins at byte ${place.start - bodyStart}, inside tensor "${before[0]}" [${start}, ${end})`;
    throw damaged(path, message);
  }
}
