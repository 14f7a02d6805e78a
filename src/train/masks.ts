/** Dropout masks: windows at random places of a random pool, so that a batch costs no drawing (docs/decisions/0003-optimizer.md). */
import type { Random } from '../base/random.ts';
import type { DropoutSpec } from '../model/build.ts';
import { elementCount, type TensorData } from '../onnx/dtype.ts';

/** Numbers in a pool beyond the largest mask: the number of places a window can start at. */
const SPARE = 1 << 20;

/** Feeds the masks of a training graph. The same random state gives the same masks. */
export class MaskPool {
  readonly #pools = new Map<number, Float32Array>();
  readonly #random: Random;
  readonly #seed: () => Random;

  /**
   * @param random where windows start
   * @param poolRandom makes the generator that fills a pool; called once per rate and size
   */
  constructor(random: Random, poolRandom: () => Random) {
    this.#random = random;
    this.#seed = poolRandom;
  }

  /** @param sizes the sizes of named dimensions in this batch */
  feeds(specs: readonly DropoutSpec[], sizes: Readonly<Record<string, number>>): Record<string, TensorData> {
    const feeds: Record<string, TensorData> = {};
    for (const { name, shape, rate } of specs) {
      const fixed = shape.map((dim) => (typeof dim === 'number' ? dim : namedSize(dim, sizes)));
      const count = elementCount(fixed);
      const pool = this.#pool(rate, count);
      const start = this.#random.below(SPARE);
      feeds[name] = { dtype: 'float32', shape: fixed, data: pool.subarray(start, start + count) };
    }
    return feeds;
  }

  /** A pool grows by being drawn again from the same seed, so its numbers do not depend on the order of batches. */
  #pool(rate: number, count: number): Float32Array {
    const known = this.#pools.get(rate);
    if (known !== undefined && known.length >= count + SPARE) return known;
    const pool = new Float32Array(SPARE + Math.max(count, 2 * SPARE));
    const random = this.#seed();
    const keep = 1 / (1 - rate);
    const threshold = rate * 4294967296;
    for (let i = 0; i < pool.length; i++) pool[i] = random.uint32() < threshold ? 0 : keep;
    this.#pools.set(rate, pool);
    return pool;
  }
}

function namedSize(dim: string, sizes: Readonly<Record<string, number>>): number {
  return dim.split('*').reduce((product, factor) => {
    const size = /^\d+$/.test(factor) ? Number(factor) : sizes[factor];
    if (size === undefined) throw new Error(`dropout: no size for dimension "${factor}"`);
    return product * size;
  }, 1);
}
