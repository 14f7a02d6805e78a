/** Tensors that lie in files and are read one at a time, so that a model larger than the free memory can be looked at. */
import type { DType, TensorData } from '../onnx/dtype.ts';

/** Element types that files hold; `bfloat16`, `float16` and `float64` are read as float32. */
export type StoredDType = DType | 'bfloat16' | 'float64';

/** What a file says of a tensor without reading it. */
export interface TensorEntry {
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
}

/** The tensors of one weights file, or of the shards of one. Close it when done. */
export interface TensorStore {
  /** The file or folder, for errors. */
  readonly where: string;
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** Free-form text that the format allows beside the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Reads one tensor: floating-point numbers as float32, others as they are, in memory of its own.
   * @throws UserError `E_WEIGHTS` when the file is damaged; Error for a name that is not among the entries
   */
  read(name: string): TensorData;
  close(): void;
}
