/** Sums of gradients, whole and of rows. */
import { expect, test } from 'vitest';
import type { Gradient } from './adamw.ts';
import type { RowGradient } from './bag-gradient.ts';
import { GradientSum } from './gradient-sum.ts';

const rows = (numbers: readonly number[], values: readonly number[]): RowGradient => ({
  rows: Int32Array.from(numbers),
  width: 2,
  values: Float32Array.from(values),
});

test('gradients add up with their weights, rows by their numbers, and the parts stay as they were', () => {
  const parts: Map<string, Gradient>[] = [
    new Map<string, Gradient>([
      ['w', Float32Array.of(1, 2)],
      ['t', rows([3, 0], [1, 2, 3, 4])],
    ]),
    new Map<string, Gradient>([
      ['w', Float32Array.of(10, 20)],
      ['t', rows([5, 3], [6, 8, 10, 20])],
    ]),
  ];
  const sum = new GradientSum();
  for (const part of parts) sum.add(part, 0.5);
  expect(sum.total.get('w')).toEqual(Float32Array.of(5.5, 11));
  expect(sum.total.get('t')).toEqual(rows([3, 0, 5], [5.5, 11, 1.5, 2, 3, 4]));
  expect(parts[0]!.get('w')).toEqual(Float32Array.of(1, 2));
  expect((parts[0]!.get('t') as RowGradient).values).toEqual(Float32Array.of(1, 2, 3, 4));
});
