/** Elements of a tensor that lie scattered in their storage, put in row-major order. */

/** Whether the elements lie row by row without gaps; axes of size one do not matter. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** Elements are moved as integers of their width, so that no bit of a number changes. */
const widths: Readonly<Record<number, new (buffer: ArrayBuffer) => ArrayLike<number | bigint>>> = {
  1: Uint8Array,
  2: Uint16Array,
  4: Uint32Array,
  8: BigUint64Array,
};

/**
 * Copies a tensor into row-major order.
 * @param bytes what lies between its first and its last element
 * @param width bytes of an element
 */
export function gatherElements(
  bytes: ArrayBuffer,
  width: number,
  shape: readonly number[],
  strides: readonly number[],
): ArrayBuffer {
  const total = shape.reduce((product, size) => product * size, 1);
  const source = new widths[width]!(bytes);
  const result = new ArrayBuffer(total * width);
  const target = new widths[width]!(result) as (number | bigint)[];
  const inner = shape.at(-1) ?? 1;
  const step = strides.at(-1) ?? 0;
  const index = new Array<number>(Math.max(0, shape.length - 1)).fill(0);
  for (let row = 0, from = 0; row < total; row += inner) {
    for (let k = 0, at = from; k < inner; k++, at += step) target[row + k] = source[at]!;
    // The next row: like an odometer, from the last of the outer axes.
    for (let axis = index.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
