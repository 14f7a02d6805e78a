/** Symmetric int8 quantisation of weights: whole numbers with one scale per output of a product, or per row of a table. */
import type { TensorData } from '../onnx/dtype.ts';

/** The int8 form of a float32 tensor. */
export interface QuantizedTensor {
  readonly values: TensorData & { readonly data: Int8Array };
  readonly scales: TensorData & { readonly data: Float32Array };
}

/**
 * Weights of a matrix product, transposed so that outputs are columns: `W[o, i] ≈ values[i, o] · scales[o]`.
 * @param weight f32[O, I]; or f32[K, I, J] of a biaffine form, whose outputs are the pairs of K and J
 * @param largest the greatest whole number: 127, or 63, with which products cannot overflow the 16-bit sums of processors
 *   without VNNI
 * @returns values i8[I, O], scales f32[O]
 */
export function quantizeColumns(weight: TensorData, largest: number): QuantizedTensor {
  const three = weight.shape.length === 3;
  const [labels, input, width] = three
    ? (weight.shape as [number, number, number])
    : [1, weight.shape[1]!, weight.shape[0]!];
  const outputs = labels * width;
  const data = weight.data as Float32Array;
  // Where a weight of output o = k·width + j stands: [k, i, j] of a biaffine form, [o, i] otherwise.
  const at = (i: number, o: number): number =>
    three ? (Math.floor(o / width) * input + i) * width + (o % width) : o * input + i;
  const values = new Int8Array(input * outputs);
  const scales = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let peak = 0;
    for (let i = 0; i < input; i++) peak = Math.max(peak, Math.abs(data[at(i, o)]!));
    const scale = peak === 0 ? 1 : peak / largest;
    scales[o] = scale;
    for (let i = 0; i < input; i++) values[i * outputs + o] = Math.round(data[at(i, o)]! / scale);
  }
  return {
    values: { dtype: 'int8', shape: [input, outputs], data: values },
    scales: { dtype: 'float32', shape: [outputs], data: scales },
  };
}

/**
 * Rows of a table, which are looked up and not multiplied: the full range is used.
 * @param table f32[V, E]
 * @returns values i8[V, E], scales f32[V, 1]
 */
export function quantizeRows(table: TensorData): QuantizedTensor {
  const [rows, width] = table.shape as [number, number];
  const data = table.data as Float32Array;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * width, (row + 1) * width];
    let peak = 0;
    for (let k = start; k < end; k++) peak = Math.max(peak, Math.abs(data[k]!));
    const scale = peak === 0 ? 1 : peak / 127;
    scales[row] = scale;
    for (let k = start; k < end; k++) values[k] = Math.round(data[k]! / scale);
  }
  return {
    values: { dtype: 'int8', shape: [rows, width], data: values },
    scales: { dtype: 'float32', shape: [rows, 1], data: scales },
  };
}

/** What {@link quantizeRows} made into whole numbers, as float32 numbers again. */
export function restoreRows(values: TensorData, scales: TensorData): TensorData {
  const [rows, width] = values.shape as [number, number];
  const data = new Float32Array(rows * width);
  for (let k = 0; k < data.length; k++)
    data[k] = Number(values.data[k]) * Number(scales.data[Math.floor(k / width)]);
  return { dtype: 'float32', shape: [rows, width], data };
}

/** What {@link quantizeColumns} made of f32[O, I], as float32 numbers again. */
export function restoreColumns(values: TensorData, scales: TensorData): TensorData {
  const [inputs, outputs] = values.shape as [number, number];
  const data = new Float32Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++)
      data[o * inputs + i] = Number(values.data[i * outputs + o]) * Number(scales.data[o]);
  }
  return { dtype: 'float32', shape: [outputs, inputs], data };
}
