/** AdamW (Loshchilov & Hutter 2019) in place over plain arrays; one pass per tensor (docs/decisions/0003-optimizer.md). */
import type { TensorData } from '../onnx/dtype.ts';

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
   * @param gradients one array per parameter
   * @param factor of every learning rate (warm-up and decay)
   * @param maxNorm the gradient as a whole is scaled down to this norm
   * @returns the norm before clipping
   */
  step(gradients: ReadonlyMap<string, Float32Array>, factor: number, maxNorm: number): number {
    let square = 0;
    for (const gradient of gradients.values()) square += sumOfSquares(gradient);
    const norm = Math.sqrt(square);
    if (!Number.isFinite(norm)) return norm;
    this.steps += 1;
    // PyTorch's clip_grad_norm_: max_norm / (norm + 1e-6), never above 1.
    const clip = Math.min(1, maxNorm / (norm + 1e-6));
    const correction = Math.sqrt(1 - BETA2 ** this.steps) / (1 - BETA1 ** this.steps);
    for (const [name, slot] of this.slots) {
      const rate = slot.group.learningRate * factor;
      update(slot, gradients.get(name)!, clip, rate * correction, 1 - rate * slot.group.weightDecay);
    }
    return norm;
  }
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

function update(slot: Slot, gradient: Float32Array, clip: number, rate: number, keep: number): void {
  const { parameter, mean, variance } = slot;
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i]! * clip;
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
