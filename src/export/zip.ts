/** A ZIP archive of a few files in memory (PKWARE's APPNOTE 6.3, §4.3), for the service and the page alike. */

/** A file of an archive. */
export interface ZipEntry {
  /** May have folders, separated by `/`. */
  readonly name: string;
  readonly data: Uint8Array;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 as ZIP has it. */
function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

type Field = readonly [size: 2 | 4, value: number];

function pack(fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

const version = 20;
/** Names are UTF-8. */
const flags = 0x0800;
const deflated = 8;
/** 1 January 1980: the same files make the same archive. */
const date = 0x0021;

/**
 * Makes an archive; files keep their order.
 * @returns the archive in pieces
 * @param deflate compresses without a header: Node's and a browser's are not the same
 */
export async function createZip(
  entries: readonly ZipEntry[],
  deflate: (data: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<Uint8Array[]> {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const path = new TextEncoder().encode(name);
    const packed = await deflate(data);
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
    const place: readonly Field[] = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, offset],
    ];
    central.push(pack([[4, 0x02014b50], [2, version], ...shared, ...place]), path);
    offset += 30 + path.length + packed.length;
  }
  const size = central.reduce((sum, { length }) => sum + length, 0);
  const end = pack([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, entries.length],
    [2, entries.length],
    [4, size],
    [4, offset],
    [2, 0],
  ]);
  return [...local, ...central, end];
}
