/** Elements as they lie in weight files (little-endian) and as they are used: every floating-point type becomes float32. */
import { type DType, dtypes, type TypedArray } from '../onnx/dtype.ts';
import type { StoredDType } from './tensor-store.ts';

const arrays: Readonly<Record<DType, new (buffer: ArrayBuffer) => TypedArray>> = {
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** Bytes of one element in the file. */
export function storedBytes(dtype: StoredDType): number {
  return dtype === 'bfloat16' ? 2 : dtype === 'float64' ? 8 : dtypes[dtype].bytes;
}

/** What a stored type is read as. */
export function readAs(dtype: StoredDType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float64' ? 'float32' : dtype;
}

/** A file's bytes as elements of their own type, without a copy; bfloat16 and float64, which have none, as float32. */
export function rawElements(dtype: StoredDType, bytes: ArrayBuffer): { dtype: DType; data: TypedArray } {
  if (dtype === 'bfloat16') return { dtype: 'float32', data: fromBfloat16(new Uint16Array(bytes)) };
  if (dtype === 'float64') return { dtype: 'float32', data: new Float32Array(new Float64Array(bytes)) };
  return { dtype, data: new arrays[dtype](bytes) };
}

/** A file's bytes as elements, floating-point ones as float32. */
export function decodeElements(dtype: StoredDType, bytes: ArrayBuffer): { dtype: DType; data: TypedArray } {
  if (dtype === 'float16') return { dtype: 'float32', data: fromFloat16(new Uint16Array(bytes)) };
  return rawElements(dtype, bytes);
}

/** A bfloat16 is the upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let k = 0; k < halves.length; k++) bits[k] = halves[k]! << 16;
  return new Float32Array(bits.buffer);
}

let halfTable: Uint32Array | undefined;

/** The float32 bits of each of the 65,536 half-precision numbers. */
function makeHalfTable(): Uint32Array {
  const table = new Uint32Array(1 << 16);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let half = 0; half < 1 << 16; half++) {
    const sign = half & 0x8000 ? 0x8000_0000 : 0;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 0x3ff;
    if (exponent === 31) bits[0] = 0x7f80_0000 | (mantissa << 13);
    else if (exponent > 0) bits[0] = ((exponent + 112) << 23) | (mantissa << 13);
    else float[0] = mantissa * 2 ** -24;
    table[half] = (bits[0]! | sign) >>> 0;
  }
  return table;
}

/** Half precision to single precision, exactly. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  halfTable ??= makeHalfTable();
  const bits = new Uint32Array(halves.length);
  for (let k = 0; k < halves.length; k++) bits[k] = halfTable[halves[k]!]!;
  return new Float32Array(bits.buffer);
}

/** Single precision to half precision, rounded to the nearest, ties to even; too large becomes infinite. */
export function toFloat16(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let k = 0; k < halves.length; k++) {
    const value = bits[k]!;
    const sign = (value >>> 16) & 0x8000;
    const rest = value & 0x7fff_ffff;
    let half: number;
    if (rest > 0x7f80_0000) half = 0x7e00;
    else if (rest >= 0x4780_0000) half = 0x7c00;
    else if (rest >= 0x3880_0000) {
      // Adding just under half a unit, and one more where the last kept bit is odd; a carry reaches the exponent.
      half = (rest - (112 << 23) + 0xfff + ((rest >>> 13) & 1)) >>> 13;
    } else {
      // Smaller than the smallest normal half: multiples of 2^-24.
      const units = Math.abs(floats[k]!) * 2 ** 24;
      const floor = Math.floor(units);
      const over = units - floor;
      half = over > 0.5 || (over === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
    }
    halves[k] = sign | half;
  }
  return halves;
}
