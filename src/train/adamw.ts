/** AdamW (Loshchilov & Hutter 2019) in place over plain arrays; one pass per tensor (docs/decisions/0003-optimizer.md). */
import type { TensorData } from '../onnx/dtype.ts';
import type { RowGradient } from './bag-gradient.ts';

/** What distinguishes groups of parameters. */
export interface ParameterGroup {
  readonly learningRate: number;
  readonly weightDecay: number;
}

interface Slot {
  readonly parameter: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly group: ParameterGroup;
}

/** A whole gradient, or one of a few rows: then only those rows, and their moments, are updated. */
export type Gradient = Float32Array | RowGradient;

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-6;

/** A table whose gradients come as rows, but which is trained as if they were dense. */
interface LazyTable {
  readonly width: number;
  /** The step up to which each row has been updated. */
  readonly updatedTo: Int32Array;
  /** The scales of every step since `firstStep`, for rows that catch up. */
  scales: Scales[];
  firstStep: number;
}

/**
 * Optimizer state and its step, as PyTorch's `AdamW` computes it: decay first and apart from the gradient, epsilon (1e-6, the
 * original's) added after the bias correction.
 */
export class AdamW {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly #lazy: ReadonlyMap<string, LazyTable>;
  #steps = 0;

  /**
   * @param denseTables widths of the tables of which a row that has no gradient goes on moving with its mean, as in dense
   *   AdamW: it catches up by {@link catchUpRows} or {@link settle}. Rows of other tables rest.
   */
  constructor(
    parameters: ReadonlyMap<string, TensorData>,
    groupOf: (name: string) => ParameterGroup,
    denseTables: ReadonlyMap<string, number> = new Map(),
  ) {
    const slots = new Map<string, Slot>();
    const lazy = new Map<string, LazyTable>();
    for (const [name, { data }] of parameters) {
      const [mean, variance] = [new Float32Array(data.length), new Float32Array(data.length)];
      slots.set(name, { parameter: data as Float32Array, mean, variance, group: groupOf(name) });
      const width = denseTables.get(name);
      if (width === undefined) continue;
      lazy.set(name, { width, updatedTo: new Int32Array(data.length / width), scales: [], firstStep: 1 });
    }
    this.slots = slots;
    this.#lazy = lazy;
  }

  /** Steps taken. */
  get steps(): number {
    return this.#steps;
  }

  /** Continues from a state that was settled after so many steps. */
  restore(steps: number): void {
    this.#steps = steps;
    for (const table of this.#lazy.values()) settled(table, steps);
  }

  /** Brings the rows of a dense table up to the last step, before they are read. */
  catchUpRows(name: string, rows: Int32Array): void {
    const table = this.#lazy.get(name);
    if (table === undefined) return;
    const slot = this.slots.get(name)!;
    for (const row of rows) catchUp(slot, table, row, this.#steps);
  }

  /** Brings every row up to the last step; before parameters or moments are read. */
  settle(): void {
    for (const [name, table] of this.#lazy) {
      const slot = this.slots.get(name)!;
      for (let row = 0; row < table.updatedTo.length; row++) catchUp(slot, table, row, this.#steps);
      settled(table, this.#steps);
    }
  }

  /**
   * @param gradients one per parameter
   * @param factor of every learning rate (warm-up and decay)
   * @param maxNorm the gradient as a whole is scaled down to this norm
   * @returns the norm before clipping; when it is not finite nothing was changed
   */
  step(gradients: ReadonlyMap<string, Gradient>, factor: number, maxNorm: number): number {
    let square = 0;
    for (const gradient of gradients.values()) square += sumOfSquares(valuesOf(gradient));
    const norm = Math.sqrt(square);
    if (!Number.isFinite(norm)) return norm;
    this.#steps += 1;
    // PyTorch's clip_grad_norm_: max_norm / (norm + 1e-6), never above 1.
    const clip = Math.min(1, maxNorm / (norm + 1e-6));
    const [meanWeight, varianceWeight] = [1 - BETA1 ** this.#steps, Math.sqrt(1 - BETA2 ** this.#steps)];
    for (const [name, slot] of this.slots) {
      const gradient = gradients.get(name)!;
      const rate = slot.group.learningRate * factor;
      const scales = {
        clip,
        rate: (rate * varianceWeight) / meanWeight,
        epsilon: EPSILON * varianceWeight,
        keep: 1 - rate * slot.group.weightDecay,
      };
      if (gradient instanceof Float32Array) {
        update(slot, 0, gradient, 0, gradient.length, scales);
        continue;
      }
      this.#updateRows(name, slot, gradient, scales);
    }
    return norm;
  }

  #updateRows(name: string, slot: Slot, gradient: RowGradient, scales: Scales): void {
    const { rows, width, values } = gradient;
    const table = this.#lazy.get(name);
    table?.scales.push(scales);
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k]!;
      if (table !== undefined) {
        catchUp(slot, table, row, this.#steps - 1);
        table.updatedTo[row] = this.#steps;
      }
      update(slot, row * width, values, k * width, width, scales);
    }
  }
}

/** Forgets the scales of steps that every row has seen. */
function settled(table: LazyTable, steps: number): void {
  table.updatedTo.fill(steps);
  table.scales = [];
  table.firstStep = steps + 1;
}

/** Gives a row the steps in which its gradient was zero, up to step `to`. */
function catchUp(slot: Slot, table: LazyTable, row: number, to: number): void {
  const { width, scales, firstStep, updatedTo } = table;
  const from = updatedTo[row]! + 1;
  if (from > to) return;
  const [start, end] = [row * width, (row + 1) * width];
  updatedTo[row] = to;
  const { parameter, mean, variance } = slot;
  if (isZero(variance, start, end)) {
    // A row that never had a gradient only decays.
    let kept = 1;
    for (let step = from; step <= to; step++) kept *= scales[step - firstStep]!.keep;
    if (kept !== 1) for (let i = start; i < end; i++) parameter[i]! *= kept;
    return;
  }
  for (let step = from; step <= to; step++) {
    const { rate, epsilon, keep } = scales[step - firstStep]!;
    for (let i = start; i < end; i++) {
      const m = BETA1 * mean[i]!;
      const v = BETA2 * variance[i]!;
      mean[i] = m;
      variance[i] = v;
      parameter[i] = parameter[i]! * keep - (rate * m) / (Math.sqrt(v) + epsilon);
    }
  }
}

function isZero(values: Float32Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (values[i] !== 0) return false;
  return true;
}

function valuesOf(gradient: Gradient): Float32Array {
  return gradient instanceof Float32Array ? gradient : gradient.values;
}

function sumOfSquares(values: Float32Array): number {
  // Four sums, so that one addition need not wait for the one before.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + c + d;
}

interface Scales {
  readonly clip: number;
  /** Learning rate with the bias correction of both moments. */
  readonly rate: number;
  /** Of the uncorrected square root. */
  readonly epsilon: number;
  /** What weight decay leaves. */
  readonly keep: number;
}

/** Updates `count` numbers of a slot from place `at`, with the gradient from place `from`. */
function update(
  slot: Slot,
  at: number,
  gradient: Float32Array,
  from: number,
  count: number,
  scales: Scales,
): void {
  const { parameter, mean, variance } = slot;
  const { clip, rate, epsilon, keep } = scales;
  for (let k = 0; k < count; k++) {
    const i = at + k;
    const g = gradient[from + k]! * clip;
    const m = BETA1 * mean[i]! + (1 - BETA1) * g;
    const v = BETA2 * variance[i]! + (1 - BETA2) * g * g;
    mean[i] = m;
    variance[i] = v;
    parameter[i] = parameter[i]! * keep - (rate * m) / (Math.sqrt(v) + epsilon);
  }
}

/** Linear warm-up to 1, then linear decay to 0 (as `get_linear_schedule_with_warmup`). @param step from 0 */
export function warmupFactor(step: number, warmupSteps: number, totalSteps: number): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  return Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
}
