/** The gradient of a table of which a batch sums a few rows: only those rows are touched, by it and by the optimizer. */
import type { TensorData } from '../onnx/dtype.ts';

/** A gradient that is zero outside some rows. */
export interface RowGradient {
  /** The rows, each once. */
  readonly rows: Int32Array;
  /** Numbers in a row. */
  readonly width: number;
  /** f32[rows.length, width], in the order of `rows`. */
  readonly values: Float32Array;
}

/**
 * Spreads the gradient of weighted sums of table rows over those rows.
 * @param tableRows V, rows in the table
 * @param ignoredRow a row that gets no gradient
 * @returns a function of the sum's gradient f32[U, E], the rows i32[U, F], and the weights f32[U, F] (0: not used; when
 *   absent, every row counts once, and the rows may have any shape with U elements)
 */
export function bagGradient(
  tableRows: number,
  ignoredRow = -1,
): (sumGradient: TensorData, rows: TensorData, weights?: TensorData) => RowGradient {
  const place = new Int32Array(tableRows).fill(-1);
  return (sumGradient, rowTensor, weightTensor) => {
    const width = sumGradient.shape[1]!;
    const perSum = weightTensor === undefined ? 1 : rowTensor.shape[1]!;
    const all = rowTensor.data as Int32Array;
    const weights = weightTensor?.data as Float32Array | undefined;
    const from = sumGradient.data as Float32Array;
    const rows: number[] = [];
    for (let k = 0; k < all.length; k++) {
      if (weights?.[k] === 0 || all[k] === ignoredRow || place[all[k]!]! >= 0) continue;
      place[all[k]!] = rows.length;
      rows.push(all[k]!);
    }
    const values = new Float32Array(rows.length * width);
    for (let k = 0; k < all.length; k++) {
      const weight = weights === undefined ? 1 : weights[k]!;
      if (weight === 0 || all[k] === ignoredRow) continue;
      const source = Math.floor(k / perSum) * width;
      const target = place[all[k]!]! * width;
      for (let e = 0; e < width; e++) values[target + e]! += weight * from[source + e]!;
    }
    for (const row of rows) place[row] = -1;
    return { rows: Int32Array.from(rows), width, values };
  };
}
