/** Dropout masks: repeatable, of the rate asked for, scaled so that the mean stays. */
import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import type { DropoutSpec } from '../model/build.ts';
import { MaskPool } from './masks.ts';

const specs: DropoutSpec[] = [
  { name: 'dropout/words', shape: ['B', 'L', 16], rate: 0.3 },
  { name: 'dropout/grid', shape: ['B', 1, 40], rate: 0.1 },
  { name: 'dropout/cells', shape: ['B', 8, 'L*L'], rate: 0.1 },
];
const sizes = { B: 4, L: 30 };
const poolOf = (seed: number): { pool: MaskPool; random: ReturnType<typeof createRandom> } => {
  const random = createRandom(seed);
  return { pool: new MaskPool(random, () => createRandom(9)), random };
};

test('masks have the shapes asked for, with the sizes of the batch', () => {
  const feeds = poolOf(1).pool.feeds(specs, sizes);
  expect(Object.entries(feeds).map(([name, { shape }]) => [name, shape])).toEqual([
    ['dropout/words', [4, 30, 16]],
    ['dropout/grid', [4, 1, 40]],
    ['dropout/cells', [4, 8, 900]],
  ]);
  for (const { shape, data } of Object.values(feeds)) {
    expect(data.length).toBe(shape.reduce((a, b) => a * b));
  }
  expect(() => poolOf(1).pool.feeds(specs, { B: 4 })).toThrow('no size for dimension "L"');
});

test('the same random state gives the same masks, whatever was drawn before; another state others', () => {
  const first = poolOf(1);
  first.pool.feeds(specs, { B: 8, L: 200 }); // 2.56 million numbers: the pool has to grow
  const state = first.random.state();
  const masks = first.pool.feeds(specs, sizes);
  expect(first.pool.feeds(specs, sizes)).not.toEqual(masks);
  const second = poolOf(7);
  second.random.restore(state);
  expect(second.pool.feeds(specs, sizes)).toEqual(masks);
});

test('the share of zeros is the rate, the rest keeps the mean at 1', () => {
  const feeds = poolOf(3).pool.feeds(specs, sizes);
  for (const [name, rate, tolerance] of [
    ['dropout/words', 0.3, 0.03],
    ['dropout/cells', 0.1, 0.01],
  ] as const) {
    const data = feeds[name]!.data as Float32Array;
    const zeros = data.filter((value) => value === 0).length;
    expect(Math.abs(zeros / data.length - rate)).toBeLessThan(tolerance);
    expect(new Set(data)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
  }
});
