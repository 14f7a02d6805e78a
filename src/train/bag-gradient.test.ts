/** The gradient of table rows against a dense loop. */
import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { floatTensor } from '../onnx/dtype.ts';
import { bagGradient } from './bag-gradient.ts';

const V = 9;
const E = 3;
const spread = bagGradient(V);

test.each([1, 2, 3])('is that of a dense loop, with repeated rows and unused places (%i)', (seed) => {
  const random = createRandom(seed);
  const [U, F] = [4, 5];
  const rows = Int32Array.from({ length: U * F }, () => random.below(V - 1)); // the last row is never used
  const weights = Float32Array.from(rows, () => (random.uniform() < 0.3 ? 0 : random.normal()));
  const gradient = Float32Array.from({ length: U * E }, () => random.normal());
  const dense = new Float64Array(V * E);
  for (let u = 0; u < U; u++) {
    for (let f = 0; f < F; f++) {
      for (let e = 0; e < E; e++) {
        dense[rows[u * F + f]! * E + e]! += weights[u * F + f]! * gradient[u * E + e]!;
      }
    }
  }
  const result = spread(
    floatTensor([U, E], gradient),
    { dtype: 'int32', shape: [U, F], data: rows },
    floatTensor([U, F], weights),
  );
  const used = new Set(rows.filter((_, k) => weights[k] !== 0));
  expect(new Set(result.rows)).toEqual(used);
  expect(result.rows.length).toBe(used.size);
  const got = new Float64Array(V * E);
  for (const [k, row] of result.rows.entries()) {
    got.set(result.values.subarray(k * result.width, (k + 1) * result.width), row * E);
  }
  for (let k = 0; k < dense.length; k++) expect(got[k]).toBeCloseTo(dense[k]!, 5);
});

test('counts single rows once, without weights', () => {
  const rows = { dtype: 'int32' as const, shape: [3], data: Int32Array.of(4, 2, 4) };
  const result = spread(floatTensor([3, 2], [1, 2, 3, 4, 10, 20]), rows);
  expect(result).toEqual({ rows: Int32Array.of(4, 2), width: 2, values: Float32Array.of(11, 22, 3, 4) });
});

test('is empty when no place is used', () => {
  const result = spread(
    floatTensor([1, E], [1, 1, 1]),
    { dtype: 'int32', shape: [1, 2], data: Int32Array.of(0, 0) },
    floatTensor([1, 2], [0, 0]),
  );
  expect(result).toEqual({ rows: new Int32Array(0), width: E, values: new Float32Array(0) });
});
