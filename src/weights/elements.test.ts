/** Number types: every half is read exactly, and floats are rounded as IEEE 754 says. */
import { describe, expect, test } from 'vitest';
import { decodeElements, fromFloat16, rawElements, readAs, storedBytes, toFloat16 } from './elements.ts';

/** The value of a half-precision number by its definition. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

const every = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits);

describe('half precision', () => {
  test('every number is read exactly', () => {
    expect(fromFloat16(every)).toEqual(Float32Array.from(every, halfValue));
  });

  test('every number comes back from float32; all NaN as one', () => {
    const back = toFloat16(fromFloat16(every));
    const wrong = every.filter((bits) => !Number.isNaN(halfValue(bits)) && back[bits] !== bits);
    expect([...wrong]).toEqual([]);
    expect(back[0x7c01]! & 0x7fff).toBe(0x7e00);
  });

  test('between two numbers the nearer is taken, and the even one in the middle', () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [halfValue(bits), halfValue(bits + 1)];
      const middle = (low + high) / 2;
      const step = (high - low) / 64;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const rounded = toFloat16(Float32Array.of(middle - step, middle, middle + step, -middle));
      if (`${rounded}` !== `${[bits, even, bits + 1, even | 0x8000]}`) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  test('what is too large is infinite', () => {
    const large = Float32Array.of(65504, 65519.996, 65520, 1e38, -1e38, Number.NEGATIVE_INFINITY);
    expect([...toFloat16(large)]).toEqual([0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00, 0xfc00]);
  });
});

test('bfloat16 and float64 become float32', () => {
  const brain = Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x8000);
  expect(decodeElements('bfloat16', brain.buffer)).toEqual({
    dtype: 'float32',
    data: Float32Array.of(1, -2, Number.POSITIVE_INFINITY, -0),
  });
  expect(decodeElements('float64', Float64Array.of(0.1, 1e300).buffer)).toEqual({
    dtype: 'float32',
    data: Float32Array.of(0.1, Number.POSITIVE_INFINITY),
  });
});

test('whole numbers stay, and so do the bits of halves that are asked for', () => {
  const bits = Uint16Array.of(0x3c00);
  expect(rawElements('float16', bits.buffer)).toEqual({ dtype: 'float16', data: bits });
  expect(decodeElements('int8', Int8Array.of(-1).buffer)).toEqual({ dtype: 'int8', data: Int8Array.of(-1) });
  expect(['float16', 'bfloat16', 'float64', 'int64'].map((type) => readAs(type as 'int64'))).toEqual([
    'float32',
    'float32',
    'float32',
    'int64',
  ]);
  expect([storedBytes('bfloat16'), storedBytes('float64'), storedBytes('bool')]).toEqual([2, 8, 1]);
});
