/** A cursor over the bytes of a pickle that never reads past their end. */

import { UserError } from '../base/errors.ts';
import { DAMAGED } from './bytes.ts';

/** The bytes end inside a pickle: with more of the file, it may go on. */
export class PickleCut extends UserError {
  constructor(where: string, at: number) {
    const message = `the description of the tensors breaks off at byte ${at}`;
    super({ code: 'E_WEIGHTS', where, message, hint: DAMAGED });
  }
}

/** Numbers and texts, one after the other; integers are little-endian. */
export class PickleInput {
  at: number;
  readonly where: string;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array, at: number, where: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
    this.where = where;
  }

  /** Passes over bytes and says where they begin. */
  skip(length: number): number {
    const start = this.at;
    if (length > this.#bytes.length - start) throw new PickleCut(this.where, this.#bytes.length);
    this.at += length;
    return start;
  }

  uint8 = (): number => this.#bytes.readUInt8(this.skip(1));
  uint16 = (): number => this.#bytes.readUInt16LE(this.skip(2));
  uint32 = (): number => this.#bytes.readUInt32LE(this.skip(4));
  int32 = (): number => this.#bytes.readInt32LE(this.skip(4));
  /** Lengths beyond 2⁵³ lie past every end, rounded or not. */
  uint64 = (): number => Number(this.#bytes.readBigUInt64LE(this.skip(8)));
  /** The one big-endian number of the format. */
  float64 = (): number => this.#bytes.readDoubleBE(this.skip(8));

  /** A two's-complement integer of any length; a bigint only where a number would not be exact. */
  integer(length: number): number | bigint {
    const start = this.skip(length);
    let value = 0n;
    for (let k = length - 1; k >= 0; k--) value = (value << 8n) | BigInt(this.#bytes[start + k]!);
    const signed = BigInt.asIntN(8 * length, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  text(length: number): string {
    const start = this.skip(length);
    return this.#bytes.toString('utf8', start, this.at);
  }

  bytes(length: number): Uint8Array {
    const start = this.skip(length);
    return this.#bytes.subarray(start, this.at);
  }

  /** Up to the next line feed, which is passed over. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new PickleCut(this.where, this.#bytes.length);
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }
}
