/** The gradient of a table of which a batch sums a few rows: one buffer, cleared only where it was written. */
import type { TensorData } from '../onnx/dtype.ts';

/**
 * @param table f32[rows, E]
 * @returns a function of the sum's gradient f32[U, E], the rows i32[U, F] and the weights f32[U, F], giving the
 *   table's dense gradient; the array is used again by the next call
 */
export function bagGradient(
  table: TensorData,
): (sumGradient: Float32Array, rows: TensorData, weights: TensorData) => Float32Array {
  const width = table.shape[1]!;
  const gradient = new Float32Array(table.data.length);
  let written: Int32Array = new Int32Array(0);
  return (sumGradient, rows, weights) => {
    for (const row of written) gradient.fill(0, row * width, (row + 1) * width);
    written = (rows.data as Int32Array).slice();
    const perSum = rows.shape[1]!;
    for (let k = 0; k < written.length; k++) {
      const weight = (weights.data as Float32Array)[k]!;
      if (weight === 0) continue;
      const from = Math.floor(k / perSum) * width;
      const to = written[k]! * width;
      for (let e = 0; e < width; e++) gradient[to + e]! += weight * sumGradient[from + e]!;
    }
    return gradient;
  };
}
