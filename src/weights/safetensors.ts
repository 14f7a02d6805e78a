/** Reads and writes safetensors files one tensor at a time (https://github.com/huggingface/safetensors). */
import { openAtomic } from '../base/files.ts';
import { dtypes, elementCount, type TensorData } from '../onnx/dtype.ts';
import { withBinary } from './binary-file.ts';
import { rawElements } from './elements.ts';
import { readHeader, typeCodes } from './safetensors-header.ts';
import { type GraphPlace, graphPlaces, safetensorsStore } from './safetensors-store.ts';
import { byteChunks, readSource, type TensorSource, tensorSources } from './tensor-source.ts';
import type { TensorStore } from './tensor-store.ts';

/** A file's tensors by name, and its free-form metadata. */
export interface TensorFile {
  readonly tensors: Map<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a file and reads its header; tensors are read when asked for.
 * @throws UserError `E_WEIGHTS` for a missing, truncated or inconsistent file, naming the tensor
 */
export function openSafetensors(path: string): TensorStore {
  return withBinary(path, safetensorsStore);
}

/**
 * Reads a whole file with its element types as stored (float16 as its bits); only bfloat16 and float64 become float32.
 * @throws UserError `E_WEIGHTS` for a missing, truncated or inconsistent file, naming the tensor
 */
export function readSafetensors(path: string): TensorFile {
  return withBinary(path, (file) => {
    const { places, metadata } = readHeader(file);
    const tensors = new Map<string, TensorData>();
    for (const [name, { dtype, shape, start, end }] of places) {
      tensors.set(name, { ...rawElements(dtype, file.read(start, end - start).buffer), shape });
    }
    file.close();
    return { tensors, metadata };
  });
}

/**
 * Where each tensor lies in the file, counted from its beginning, so that a graph can refer to it.
 * @throws UserError `E_WEIGHTS` for a missing, truncated or inconsistent file, or an element type that graphs do not
 *   have, naming the tensor
 */
export function safetensorsPlaces(path: string): Map<string, GraphPlace> {
  return withBinary(path, (file) => {
    const places = graphPlaces(file);
    file.close();
    return places;
  });
}

/** Writes tensors in the order given, atomically. @throws UserError `E_WRITE` */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  writeSafetensorsFrom(path, tensorSources(tensors), metadata);
}

/**
 * Writes tensors atomically, holding one of them at a time; the header names them in the order given.
 * @throws UserError `E_WRITE`; Error for a name given twice, or a source that yields something else than announced
 */
export function writeSafetensorsFrom(
  path: string,
  sources: Iterable<TensorSource>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const all = [...sources];
  // The format allows no gaps: wide elements come first, so that each lies at a multiple of its size.
  const byWidth = [...all].sort((a, b) => dtypes[b.dtype].bytes - dtypes[a.dtype].bytes);
  const file = openAtomic(path);
  try {
    file.write(encodeHeader(all, byWidth, metadata));
    for (const source of byWidth) {
      for (const chunk of byteChunks(readSource(source, elementCount(source.shape)))) file.write(chunk);
    }
    file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}

function encodeHeader(
  listed: readonly TensorSource[],
  laidOut: readonly TensorSource[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const codeOf = new Map(Object.entries(typeCodes).map(([code, dtype]) => [dtype, code]));
  const offsets = new Map<string, [number, number]>();
  let at = 0;
  for (const { name, dtype, shape } of laidOut) {
    if (name === '__metadata__' || offsets.has(name)) throw new Error(`a tensor cannot be called "${name}"`);
    const end = at + elementCount(shape) * dtypes[dtype].bytes;
    offsets.set(name, [at, end]);
    at = end;
  }
  const entries = listed.map(({ name, dtype, shape }): [string, unknown] => [
    name,
    { dtype: codeOf.get(dtype), shape, data_offsets: offsets.get(name) },
  ]);
  let text = JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries]));
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8); // tensors start at a multiple of eight bytes
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text, 'utf8')]);
}
