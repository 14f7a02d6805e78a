/** Seeded random numbers: small, fast, with a state that a checkpoint can hold (xoshiro128**, Blackman & Vigna 2018). */

/** Four 32-bit words; all of the generator's state. */
export type RandomState = readonly [number, number, number, number];

/** A repeatable stream of random numbers. */
export interface Random {
  /** An unsigned 32-bit integer. */
  uint32(): number;
  /** A number in [0, 1). */
  uniform(): number;
  /** A normally distributed number, mean 0, deviation 1. */
  normal(): number;
  /** An integer in [0, bound). */
  below(bound: number): number;
  /** Shuffles the array in place (Fisher-Yates) and returns it. */
  shuffle<T>(items: T[]): T[];
  /** The state now. */
  state(): RandomState;
  /** Continues from a saved state. */
  restore(state: RandomState): void;
}

/** A generator seeded with an integer (expanded by splitmix32). */
export function createRandom(seed: number): Random {
  let z = seed | 0;
  const next = (): number => {
    z = (z + 0x9e3779b9) | 0;
    let t = z ^ (z >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) >>> 0;
  };
  return restoreRandom([next(), next(), next(), next()]);
}

/** A generator that continues from a saved state. */
export function restoreRandom(state: RandomState): Random {
  let [a, b, c, d] = state;
  const uint32 = (): number => {
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = (): number => uint32() / 4294967296;
  return {
    uint32,
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below: (bound) => Math.floor(uniform() * bound),
    shuffle: (items) => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = Math.floor(uniform() * (i + 1));
        [items[i], items[j]] = [items[j]!, items[i]!];
      }
      return items;
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
    restore: (saved) => {
      [a, b, c, d] = saved;
    },
  };
}
