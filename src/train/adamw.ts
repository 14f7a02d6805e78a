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

/** Optimizer state and its step. Bias-corrected, decay apart from the gradient, epsilon 1e-6 as in the original's AdamW. */
export class AdamW {
  readonly slots: ReadonlyMap<string, Slot>;
  steps = 0;

  constructor(parameters: ReadonlyMap<string, TensorData>, groupOf: (name: string) => ParameterGroup) {
    const slots = new Map<string, Slot>();
    for (const [name, { data }] of parameters) {
      const [mean, variance] = [new Float32Array(data.length), new Float32Array(data.length)];
      slots.set(name, { parameter: data as Float32Array, mean, variance, group: groupOf(name) });
    }
    this.slots = slots;
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
    this.steps += 1;
    // PyTorch's clip_grad_norm_: max_norm / (norm + 1e-6), never above 1.
    const clip = Math.min(1, maxNorm / (norm + 1e-6));
    const correction = Math.sqrt(1 - BETA2 ** this.steps) / (1 - BETA1 ** this.steps);
    for (const [name, slot] of this.slots) {
      const gradient = gradients.get(name)!;
      const rate = slot.group.learningRate * factor;
      const scales = { clip, rate: rate * correction, keep: 1 - rate * slot.group.weightDecay };
      if (gradient instanceof Float32Array) {
        update(slot, 0, gradient, 0, gradient.length, scales);
        continue;
      }
      const { rows, width, values } = gradient;
      for (let k = 0; k < rows.length; k++) update(slot, rows[k]! * width, values, k * width, width, scales);
    }
    return norm;
  }
}

function valuesOf(gradient: Gradient): Float32Array {
  return gradient instanceof Float32Array ? gradient : gradient.values;
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

interface Scales {
  readonly clip: number;
  /** Learning rate with the bias correction. */
  readonly rate: number;
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
  const { clip, rate, keep } = scales;
  for (let k = 0; k < count; k++) {
    const i = at + k;
    const g = gradient[from + k]! * clip;
    const m = BETA1 * mean[i]! + (1 - BETA1) * g;
    const v = BETA2 * variance[i]! + (1 - BETA2) * g * g;
    mean[i] = m;
    variance[i] = v;
    parameter[i] = (parameter[i]! - (rate * m) / (Math.sqrt(v) + EPSILON)) * keep;
  }
}

/** Linear warm-up to 1, then linear decay to 0 (as `get_linear_schedule_with_warmup`). @param step from 0 */
export function warmupFactor(step: number, warmupSteps: number, totalSteps: number): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  return Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
}
