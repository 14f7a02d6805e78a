/** Adds up the gradients of several batches, so that they make one step of the optimizer ("gradient accumulation"). */
import type { Gradient } from './adamw.ts';
import type { RowGradient } from './bag-gradient.ts';

/** A running sum of gradients; nothing that is added is kept. */
export class GradientSum {
  readonly total = new Map<string, Gradient>();

  /** @param weight of this batch */
  add(gradients: ReadonlyMap<string, Gradient>, weight: number): void {
    for (const [name, gradient] of gradients) {
      const before = this.total.get(name);
      if (gradient instanceof Float32Array) {
        const sum = before === undefined ? new Float32Array(gradient.length) : (before as Float32Array);
        for (let i = 0; i < sum.length; i++) sum[i]! += weight * gradient[i]!;
        this.total.set(name, sum);
      } else {
        this.total.set(name, addRows(before as RowGradient | undefined, gradient, weight));
      }
    }
  }
}

/** The sum of two gradients of rows. */
function addRows(before: RowGradient | undefined, gradient: RowGradient, weight: number): RowGradient {
  const { width } = gradient;
  const placeOf = new Map<number, number>();
  for (const row of before?.rows ?? []) placeOf.set(row, placeOf.size);
  for (const row of gradient.rows) if (!placeOf.has(row)) placeOf.set(row, placeOf.size);
  const values = new Float32Array(placeOf.size * width);
  if (before !== undefined) values.set(before.values);
  for (const [k, row] of gradient.rows.entries()) {
    const at = placeOf.get(row)! * width;
    for (let e = 0; e < width; e++) values[at + e]! += weight * gradient.values[k * width + e]!;
  }
  return { rows: Int32Array.from(placeOf.keys()), width, values };
}
