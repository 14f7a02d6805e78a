/** Tensors that are made or read only when their turn comes to be written. */
import type { DType, TensorData } from '../onnx/dtype.ts';
import { readAs } from './elements.ts';
import type { TensorStore } from './tensor-store.ts';

/** A tensor to write: what the file's header says of it, and where its numbers come from. */
export interface TensorSource {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Called once, when it is written; its result is not kept. */
  read(): TensorData;
}

/** The tensors of a store, for writing them elsewhere one at a time. */
export function storeSources(store: TensorStore): TensorSource[] {
  return [...store.entries].map(([name, { dtype, shape }]) => ({
    name,
    dtype: readAs(dtype),
    shape,
    read: () => store.read(name),
  }));
}

/** Tensors in memory as sources. */
export function tensorSources(tensors: ReadonlyMap<string, TensorData>): TensorSource[] {
  return [...tensors].map(([name, tensor]) => ({
    name,
    dtype: tensor.dtype,
    shape: tensor.shape,
    read: () => tensor,
  }));
}

/** Reads a source and checks that it keeps its promise. @throws Error when it does not */
export function readSource(source: TensorSource, length: number): TensorData {
  const tensor = source.read();
  if (tensor.dtype === source.dtype && tensor.data.length === length) return tensor;
  throw new Error(
    `tensor "${source.name}" was announced as ${source.dtype} of ${length} elements, got ${tensor.dtype} of ${tensor.data.length}`,
  );
}

/** One `write` of the operating system takes less than 2 GB. */
const CHUNK = 256 << 20;

/** A tensor's bytes in parts that can be written at once. */
export function* byteChunks({ data }: TensorData): Iterable<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += CHUNK) {
    yield new Uint8Array(data.buffer, data.byteOffset + at, Math.min(CHUNK, data.byteLength - at));
  }
}
