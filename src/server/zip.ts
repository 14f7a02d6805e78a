/** A ZIP archive of a few files in memory (PKWARE's APPNOTE 6.3, §4.3). */
import { deflateRawSync } from 'node:zlib';

/** A file of an archive. */
export interface ZipEntry {
  /** May have folders, separated by `/`. */
  readonly name: string;
  readonly data: Uint8Array;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as ZIP has it. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

type Field = readonly [size: 2 | 4, value: number];

function pack(fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of fields) at = bytes.writeUIntLE(value, at, size);
  return bytes;
}

const version = 20;
/** Names are UTF-8. */
const flags = 0x0800;
const deflated = 8;
/** 1 January 1980: the archive of a document is always the same. */
const date = 0x0021;

/** Makes an archive; files keep their order. */
export function createZip(entries: readonly ZipEntry[]): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const path = Buffer.from(name, 'utf8');
    const packed = deflateRawSync(data);
    const shared: readonly Field[] = [
      [2, version],
      [2, flags],
      [2, deflated],
      [2, 0],
      [2, date],
      [4, checksum(data)],
      [4, packed.length],
      [4, data.length],
      [2, path.length],
      [2, 0],
    ];
    local.push(pack([[4, 0x04034b50], ...shared]), path, packed);
    const rest: readonly Field[] = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, offset],
    ];
    central.push(pack([[4, 0x02014b50], [2, version], ...shared, ...rest]), path);
    offset += 30 + path.length + packed.length;
  }
  const size = central.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const end = pack([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...local, ...central, end]);
}
