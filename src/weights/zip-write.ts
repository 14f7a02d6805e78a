/** Writes zip archives of uncompressed records whose bytes lie at multiples of 64, as PyTorch's do (APPNOTE 6.3, PyTorch's caffe2/serialize). */
import * as zlib from 'node:zlib';
import type { AtomicFile } from '../base/files.ts';

/** Where a record's bytes begin is a multiple of this, so that they can be mapped into memory. */
const ALIGNMENT = 64;
const MAX32 = 0xffff_ffff;
const MAX16 = 0xffff;
/** Version 4.5 of the format has 64-bit sizes. */
const VERSION = 45;
const UTF8_NAMES = 0x800;
/** 1980-01-01, the earliest there is: equal contents make equal files. */
const DATE = (1 << 5) | 1;

interface Written {
  readonly name: Buffer;
  readonly at: number;
  readonly size: number;
  readonly crc: number;
}

/** An archive being written into a file. */
export interface ZipWriter {
  /** Adds a record; its bytes are gone through twice, for the checksum stands before them. */
  add(name: string, chunks: readonly Uint8Array[]): void;
  /** Writes the list of records; the file still has to be committed. */
  end(): void;
}

/** Begins an archive. */
export function writeZip(file: AtomicFile): ZipWriter {
  const records: Written[] = [];
  let at = 0;
  const write = (bytes: Uint8Array): void => {
    file.write(bytes);
    at += bytes.length;
  };
  return {
    add(name, chunks) {
      const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      const crc = chunks.reduce((value, chunk) => crc32(chunk, value), 0);
      const record: Written = { name: Buffer.from(name), at, size, crc };
      records.push(record);
      write(localHeader(record));
      for (const chunk of chunks) write(chunk);
    },
    end() {
      const start = at;
      for (const record of records) write(centralHeader(record));
      write(endOfArchive(records.length, start, at - start));
    },
  };
}

/** Integers of a record, little-endian, as pairs of width and value. */
function pack(...fields: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Buffer {
  const buffer = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return buffer;
}

/** What the header before a record and its line in the list have in common. */
function commonFields({ name, size, crc }: Written, extraLength: number): Buffer {
  const short = Math.min(size, MAX32);
  return pack(
    [2, VERSION],
    [2, UTF8_NAMES],
    [2, 0], // stored
    [2, 0], // midnight
    [2, DATE],
    [4, crc],
    [4, short],
    [4, short],
    [2, name.length],
    [2, extraLength],
  );
}

function localHeader(record: Written): Buffer {
  const long = record.size >= MAX32 ? pack([2, 1], [2, 16], [8, record.size], [8, record.size]) : pack();
  const fixed = record.at + 30 + record.name.length + long.length + 4;
  const padding = Buffer.alloc((ALIGNMENT - (fixed % ALIGNMENT)) % ALIGNMENT, 'Z');
  const extra = Buffer.concat([long, Buffer.from('FB'), pack([2, padding.length]), padding]);
  return Buffer.concat([pack([4, 0x0403_4b50]), commonFields(record, extra.length), record.name, extra]);
}

function centralHeader(record: Written): Buffer {
  // The 64-bit field holds those of the values, in this order, that do not fit their own place.
  const long = [record.size, record.size, record.at].filter((value) => value >= MAX32);
  const values = long.map((value): [8, number] => [8, value]);
  const extra = long.length === 0 ? pack() : pack([2, 1], [2, 8 * long.length], ...values);
  return Buffer.concat([
    pack([4, 0x0201_4b50], [2, VERSION]),
    commonFields(record, extra.length),
    pack([2, 0], [2, 0], [2, 0], [4, 0], [4, Math.min(record.at, MAX32)]),
    record.name,
    extra,
  ]);
}

function endOfArchive(count: number, start: number, size: number): Buffer {
  const [shortCount, shortSize, shortStart] = [
    Math.min(count, MAX16),
    Math.min(size, MAX32),
    Math.min(start, MAX32),
  ];
  const end = pack(
    [4, 0x0605_4b50],
    [2, 0],
    [2, 0],
    [2, shortCount],
    [2, shortCount],
    [4, shortSize],
    [4, shortStart],
    [2, 0],
  );
  if (shortCount < MAX16 && shortSize < MAX32 && shortStart < MAX32) return end;
  const long = pack(
    [4, 0x0606_4b50],
    [8, 44],
    [2, VERSION],
    [2, VERSION],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, start],
  );
  return Buffer.concat([long, pack([4, 0x0706_4b50], [4, 0], [8, start + size], [4, 1]), end]);
}

/** The checksum of zip archives; Node has it built in since 20.15. */
export const crc32: (bytes: Uint8Array, value?: number) => number = zlib.crc32 ?? slowCrc32;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

/** The same, byte by byte. */
export function slowCrc32(bytes: Uint8Array, value = 0): number {
  let crc = ~value;
  for (let k = 0; k < bytes.length; k++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[k]!) & 255]!;
  return ~crc >>> 0;
}
