/** int8 weights: every number within half a step of its value, scales per output and per row. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { elementCount, floatTensor, type TensorData } from '../onnx/dtype.ts';
import { quantizeColumns, quantizeRows, restoreRows } from './int8.ts';

const random = createRandom(4);
const draw = (...shape: number[]): TensorData =>
  floatTensor(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => random.normal()),
  );

describe.each([127, 63])('with whole numbers up to %i', (largest) => {
  test('weights of a product are turned, each output with its own scale', () => {
    const weight = draw(3, 5);
    const { values, scales } = quantizeColumns(weight, largest);
    expect([values.shape, scales.shape]).toEqual([[5, 3], [3]]);
    for (let o = 0; o < 3; o++) {
      const row = (weight.data as Float32Array).subarray(5 * o, 5 * o + 5);
      expect(scales.data[o]).toBeCloseTo(Math.max(...row.map(Math.abs)) / largest, 6);
      for (const [i, value] of row.entries())
        expect(Math.abs(values.data[i * 3 + o]! * scales.data[o]! - value)).toBeLessThan(
          0.501 * scales.data[o]!,
        );
    }
    expect(Math.max(...values.data.map(Math.abs))).toBe(largest);
  });

  test('a biaffine tensor [K, I, J] becomes a matrix [I, K·J]', () => {
    const weight = draw(2, 3, 4);
    const { values, scales } = quantizeColumns(weight, largest);
    expect([values.shape, scales.shape]).toEqual([[3, 8], [8]]);
    for (let k = 0; k < 2; k++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 4; j++) {
          const scale = scales.data[4 * k + j]!;
          const exact = (weight.data as Float32Array)[(3 * k + i) * 4 + j]!;
          expect(Math.abs(values.data[i * 8 + 4 * k + j]! * scale - exact)).toBeLessThan(0.501 * scale);
        }
  });
});

test('a table has a scale per row; a row of zeros stays one', () => {
  const table = floatTensor([2, 2], [0, 0, 1, -2]);
  const { values, scales } = quantizeRows(table);
  expect(scales.shape).toEqual([2, 1]);
  expect([...values.data]).toEqual([0, 0, 64, -127]);
  expect(scales.data[1]).toBeCloseTo(2 / 127, 6);
});

test('rows come back to within half a step of their scale', () => {
  const data = Float32Array.from({ length: 12 }, (_, k) => Math.sin(k * k) * (k + 1));
  const table = { dtype: 'float32' as const, shape: [3, 4], data };
  const { values, scales } = quantizeRows(table);
  const restored = restoreRows(values, scales);
  expect(restored.shape).toEqual([3, 4]);
  for (const [k, value] of data.entries()) {
    expect(Math.abs(Number(restored.data[k]) - value)).toBeLessThanOrEqual(
      scales.data[Math.floor(k / 4)]! / 2 + 1e-6,
    );
  }
});
