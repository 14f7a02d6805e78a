/** Element types shared by graphs, weights and runtime tensors. */
import { TensorProto_DataType as Onnx } from 'onnx-buf';

export type DType = 'float32' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8' | 'bool';

export type TypedArray = Float32Array | Uint16Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;

interface DTypeInfo {
  readonly bytes: number;
  readonly onnx: Onnx;
}

/** Size in bytes and ONNX code of every element type. */
export const dtypes: Readonly<Record<DType, DTypeInfo>> = {
  float32: { bytes: 4, onnx: Onnx.FLOAT },
  float16: { bytes: 2, onnx: Onnx.FLOAT16 },
  int64: { bytes: 8, onnx: Onnx.INT64 },
  int32: { bytes: 4, onnx: Onnx.INT32 },
  int8: { bytes: 1, onnx: Onnx.INT8 },
  uint8: { bytes: 1, onnx: Onnx.UINT8 },
  bool: { bytes: 1, onnx: Onnx.BOOL },
};

/** A dense tensor held in memory, row-major. */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** The number of elements of a fixed shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A float32 tensor. */
export function floatTensor(shape: readonly number[], data: ArrayLike<number>): TensorData {
  return { dtype: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/** An int64 tensor from ordinary numbers. */
export function intTensor(shape: readonly number[], data: readonly number[]): TensorData {
  return { dtype: 'int64', shape, data: BigInt64Array.from(data, (value) => BigInt(value)) };
}
