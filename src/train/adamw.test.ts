/** The optimizer against doubles, clipping, gradients of a few rows, the rate's rise and fall. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { floatTensor } from '../onnx/dtype.ts';
import { AdamW, type Gradient, type ParameterGroup, warmupFactor } from './adamw.ts';

const random = createRandom(1);
const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
const group: ParameterGroup = { learningRate: 0.02, weightDecay: 0.1 };
const optimizerOf = (data: Float32Array, shape: readonly number[] = [data.length]): AdamW =>
  new AdamW(new Map([['w', floatTensor(shape, data)]]), () => group);
const gradients = (gradient: Gradient): Map<string, Gradient> => new Map([['w', gradient]]);

describe('AdamW', () => {
  test('five steps are those of its definition in doubles, decay first', () => {
    const parameter = draw(6);
    const optimizer = optimizerOf(parameter);
    const expected = Array.from(parameter, (value) => ({ value, mean: 0, variance: 0 }));
    for (let step = 1; step <= 5; step++) {
      const gradient = draw(6);
      gradient[0] = 0; // epsilon alone keeps this one finite
      const factor = step / 5;
      const norm = optimizer.step(gradients(gradient), factor, 1);
      const exactNorm = Math.hypot(...gradient);
      expect(norm).toBeCloseTo(exactNorm, 6);
      const clip = Math.min(1, 1 / (exactNorm + 1e-6));
      const rate = group.learningRate * factor;
      for (const [i, slot] of expected.entries()) {
        const g = gradient[i]! * clip;
        slot.mean = 0.9 * slot.mean + 0.1 * g;
        slot.variance = 0.999 * slot.variance + 0.001 * g ** 2;
        slot.value -= rate * group.weightDecay * slot.value;
        const [mean, variance] = [slot.mean / (1 - 0.9 ** step), slot.variance / (1 - 0.999 ** step)];
        slot.value -= (rate * mean) / (Math.sqrt(variance) + 1e-6);
      }
    }
    for (const [i, { value }] of expected.entries()) expect(parameter[i]).toBeCloseTo(value, 6);
    expect(optimizer.steps).toBe(5);
  });

  test('clips by the norm over all tensors, and only above the limit', () => {
    const start = draw(4);
    const run = (scale: number, maxNorm: number): Float32Array => {
      const [a, b] = [start.slice(0, 2), start.slice(2)];
      const optimizer = new AdamW(
        new Map([
          ['a', floatTensor([2], a)],
          ['b', floatTensor([2], b)],
        ]),
        () => group,
      );
      const norm = optimizer.step(
        new Map([
          ['a', Float32Array.of(3 * scale, 0)],
          ['b', Float32Array.of(0, 4 * scale)],
        ]),
        1,
        maxNorm,
      );
      expect(norm).toBeCloseTo(5 * scale);
      return optimizer.slots.get('a')!.mean;
    };
    expect(run(1, 10)[0]).toBeCloseTo(0.3);
    expect(run(1, 1)[0]).toBeCloseTo(0.06);
    expect(run(100, 1)[0]).toBeCloseTo(0.06);
  });

  test('changes nothing when the gradient is not finite', () => {
    const parameter = draw(3);
    const before = parameter.slice();
    const optimizer = optimizerOf(parameter);
    expect(optimizer.step(gradients(Float32Array.of(1, Number.NaN, 1)), 1, 5)).toBeNaN();
    expect(optimizer.step(gradients(Float32Array.of(1, Number.POSITIVE_INFINITY, 1)), 1, 5)).toBe(Infinity);
    expect(parameter).toEqual(before);
    expect(optimizer.steps).toBe(0);
    expect(optimizer.slots.get('w')!.mean.every((value) => value === 0)).toBe(true);
  });

  test('with a gradient of rows updates those as a dense one would, and no others', () => {
    const [sparse, dense] = [draw(15), new Float32Array(15)];
    dense.set(sparse);
    const before = sparse.slice();
    const [a, b] = [optimizerOf(sparse, [5, 3]), optimizerOf(dense, [5, 3])];
    const values = draw(6);
    const whole = new Float32Array(15);
    whole.set(values.subarray(0, 3), 3 * 3);
    whole.set(values.subarray(3), 1 * 3);
    const norm = a.step(gradients({ rows: Int32Array.of(3, 1), width: 3, values }), 1, 0.5);
    expect(norm).toBeCloseTo(b.step(gradients(whole), 1, 0.5), 6);
    for (const row of [1, 3]) {
      expect(sparse.slice(3 * row, 3 * row + 3)).toEqual(dense.slice(3 * row, 3 * row + 3));
    }
    for (const row of [0, 2, 4]) {
      expect(sparse.slice(3 * row, 3 * row + 3)).toEqual(before.slice(3 * row, 3 * row + 3));
    }
    for (const kind of ['mean', 'variance'] as const) {
      expect(a.slots.get('w')![kind]).toEqual(b.slots.get('w')![kind]);
    }
  });

  test('gives every tensor the rate and decay of its group', () => {
    const optimizer = new AdamW(
      new Map([
        ['fast', floatTensor([1], [1])],
        ['still', floatTensor([1], [1])],
      ]),
      (name) => ({ learningRate: name === 'fast' ? 0.1 : 0, weightDecay: 0.5 }),
    );
    const one = new Map([
      ['fast', Float32Array.of(1)],
      ['still', Float32Array.of(1)],
    ]);
    optimizer.step(one, 1, 10);
    expect(optimizer.slots.get('fast')!.parameter[0]).toBeCloseTo(1 - 0.05 - 0.1, 4);
    expect(optimizer.slots.get('still')!.parameter[0]).toBe(1);
  });
});

describe('the factor of the rate', () => {
  test('without warm-up begins at 1', () => expect(warmupFactor(0, 0, 10)).toBe(1));
  test('with a broken number of warm-up steps rises in proportion', () =>
    expect(warmupFactor(1, 2.5, 10)).toBeCloseTo(0.4));
  test('is never negative', () => expect(warmupFactor(12, 1, 10)).toBe(0));
  test('stands a warm-up as long as the run', () => {
    expect([0, 5, 10].map((step) => warmupFactor(step, 10, 10))).toEqual([0, 0.5, 0]);
  });

  test('a dense table that gets rows moves as one that gets whole gradients', () => {
    const [lazy, dense] = [draw(20), new Float32Array(20)];
    dense.set(lazy);
    const table = floatTensor([5, 4], lazy);
    const byRows = new AdamW(new Map([['w', table]]), () => group, new Map([['w', 4]]));
    const whole = optimizerOf(dense, [5, 4]);
    // Row 4 never has a gradient: it decays alone. Row 0 rests for three steps before it is used again.
    const used = [[0, 2], [1], [2, 3], [1], [0]];
    for (const [step, rows] of used.entries()) {
      const values = draw(4 * rows.length);
      const full = new Float32Array(20);
      for (const [k, row] of rows.entries()) full.set(values.subarray(4 * k, 4 * k + 4), 4 * row);
      // What a batch reads is what it would read of the other.
      byRows.catchUpRows('w', Int32Array.from(rows));
      for (const row of rows)
        for (let i = 4 * row; i < 4 * row + 4; i++) expect(lazy[i]).toBeCloseTo(dense[i]!, 6);
      byRows.step(gradients({ rows: Int32Array.from(rows), width: 4, values }), (step + 1) / 5, 1);
      whole.step(gradients(full), (step + 1) / 5, 1);
      if (step === 2) byRows.settle();
    }
    byRows.settle();
    for (const [i, value] of dense.entries()) expect(lazy[i], `element ${i}`).toBeCloseTo(value, 6);
    for (const kind of ['mean', 'variance'] as const)
      for (const [i, value] of whole.slots.get('w')![kind].entries())
        expect(byRows.slots.get('w')![kind][i]).toBeCloseTo(value, 7);
  });
});
