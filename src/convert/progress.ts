/** How far a conversion is: told while tensors are read, which is what takes the time. */
import { elementCount } from '../onnx/dtype.ts';
import { storedBytes } from '../weights/elements.ts';
import type { TensorEntry, TensorStore } from '../weights/tensor-store.ts';

/** A state of a conversion. */
export interface ConvertProgress {
  readonly step: 'checking' | 'writing';
  /** Of the whole conversion, in [0, 1]. */
  readonly fraction: number;
}

export type OnConvertProgress = (progress: ConvertProgress) => void;

/** Bytes of a tensor in its file. */
export function entryBytes({ dtype, shape }: TensorEntry): number {
  return elementCount(shape) * storedBytes(dtype);
}

/** Bytes of all tensors of a store. */
export function storeBytes(store: TensorStore): number {
  return [...store.entries.values()].reduce((sum, entry) => sum + entryBytes(entry), 0);
}

/**
 * The same store, which tells what share of it was read. Every tensor is read twice in a conversion, once to check it
 * and once to write it: each is half of the work.
 */
export function watchedStore(
  store: TensorStore,
  step: ConvertProgress['step'],
  onProgress: OnConvertProgress | undefined,
): TensorStore {
  if (onProgress === undefined) return store;
  const total = Math.max(1, storeBytes(store));
  const before = step === 'checking' ? 0 : 0.5;
  let done = 0;
  return {
    ...store,
    read(name) {
      const tensor = store.read(name);
      done += entryBytes(store.entries.get(name)!);
      onProgress({ step, fraction: Math.min(1, before + done / total / 2) });
      return tensor;
    },
  };
}
