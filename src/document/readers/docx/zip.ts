/** A ZIP archive that nobody vouches for: its directory, parts unpacked under a bound, and a plain archive made anew. */
import { UserError } from '../../../base/errors.ts';

/** A packed file as the directory at the archive's end describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its own header stands. */
  readonly place: number;
}

/** An unpacked file. */
export interface ZipPart {
  readonly name: string;
  readonly crc: number;
  readonly data: Uint8Array;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const localMark = 0x04034b50;
const endLength = 22;
const longestComment = 65_535;

function damaged(where: string, what: string): UserError {
  return new UserError({
    code: 'E_DOCX',
    where,
    message: `the DOCX is damaged: ${what}`,
    hint: 'copy or download it again',
  });
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Reads the directory.
 * @throws UserError `E_DOCX` when the archive is cut off or its directory does not hold together
 */
export function readZipDirectory(bytes: Uint8Array, where: string, mostEntries: number): ZipEntry[] {
  const view = viewOf(bytes);
  let end = bytes.length - endLength;
  const first = Math.max(0, end - longestComment);
  while (end >= first && view.getUint32(end, true) !== endMark) end--;
  if (end < first) throw damaged(where, 'it has no end, it was probably cut off');
  const count = view.getUint16(end + 10, true);
  if (count > mostEntries) throw damaged(where, `it holds ${count} files, at most ${mostEntries} are read`);
  let at = view.getUint32(end + 16, true);
  const entries: ZipEntry[] = [];
  const utf8 = new TextDecoder();
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== entryMark)
      throw damaged(where, `entry ${i + 1} of its directory is not where it should be`);
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    entries.push({
      name: utf8.decode(bytes.subarray(at + 46, at + 46 + nameLength)).replaceAll('\\', '/'),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      crc: view.getUint32(at + 16, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      place: view.getUint32(at + 42, true),
    });
    at = next;
  }
  return entries;
}

function packedBytes(bytes: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  const view = viewOf(bytes);
  const { place, name } = entry;
  if (place + 30 > bytes.length || view.getUint32(place, true) !== localMark)
    throw damaged(where, `"${name}" is not where the directory says`);
  const start = place + 30 + view.getUint16(place + 26, true) + view.getUint16(place + 28, true);
  if (start + entry.packedSize > bytes.length) throw damaged(where, `"${name}" is cut off`);
  return bytes.subarray(start, start + entry.packedSize);
}

/** A gzip stream around packed data: that every runtime can unpack, and it checks sum and size. */
function asGzip(packed: Uint8Array, { crc, size }: ZipEntry): ReadableStream<Uint8Array> {
  const tail = new Uint8Array(8);
  viewOf(tail).setUint32(0, crc, true);
  viewOf(tail).setUint32(4, size, true);
  const head = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
  const chunks = [head, packed, tail];
  return new ReadableStream({
    pull: (controller) => {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

/**
 * Unpacks one file, counting while it inflates: what its directory says of its size is not believed.
 * @throws UserError `E_DOCX` when it is damaged, encrypted, or longer than it says
 */
export async function unpackEntry(bytes: Uint8Array, entry: ZipEntry, where: string): Promise<ZipPart> {
  const { name, method, crc, size } = entry;
  if (entry.isEncrypted) {
    throw new UserError({
      code: 'E_DOCX',
      where,
      message: `"${name}" is encrypted, expected a document without a password`,
      hint: 'save a copy without the password',
    });
  }
  const packed = packedBytes(bytes, entry, where);
  if (method === 0) {
    if (packed.length !== size) throw damaged(where, `"${name}" has another size than it says`);
    return { name, crc, data: packed };
  }
  if (method !== 8) throw damaged(where, `"${name}" is packed in an unknown way (method ${method})`);
  const data = new Uint8Array(size);
  let at = 0;
  try {
    // Node and browsers declare what it takes differently.
    const unpacking = new DecompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>;
    const stream = asGzip(packed, entry).pipeThrough(unpacking);
    const reader = (stream as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > size) {
        await reader.cancel().catch(() => {});
        throw damaged(where, `"${name}" unpacks to more than the ${size} bytes that it says`);
      }
      data.set(value, at);
      at += value.length;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw damaged(where, `"${name}" cannot be unpacked`);
  }
  if (at !== size) throw damaged(where, `"${name}" unpacks to ${at} bytes, its directory says ${size}`);
  return { name, crc, data };
}

/** An archive that holds the parts as they are, not packed. */
export function storedZip(parts: readonly ZipPart[]): Uint8Array {
  const utf8 = new TextEncoder();
  const names = parts.map(({ name }) => utf8.encode(name));
  const total = parts.reduce((sum, { data }, i) => sum + 76 + 2 * names[i]!.length + data.length, endLength);
  const bytes = new Uint8Array(total);
  const view = viewOf(bytes);
  const places: number[] = [];
  let at = 0;
  const writeCommon = (place: number, { crc, data }: ZipPart, name: Uint8Array): void => {
    view.setUint16(place, 20, true); // version needed
    view.setUint16(place + 2, 0x800, true); // names are UTF-8
    view.setUint32(place + 10, crc, true);
    view.setUint32(place + 14, data.length, true);
    view.setUint32(place + 18, data.length, true);
    view.setUint16(place + 22, name.length, true);
  };
  parts.forEach((part, i) => {
    places.push(at);
    view.setUint32(at, localMark, true);
    writeCommon(at + 4, part, names[i]!);
    bytes.set(names[i]!, at + 30);
    bytes.set(part.data, at + 30 + names[i]!.length);
    at += 30 + names[i]!.length + part.data.length;
  });
  const directory = at;
  parts.forEach((part, i) => {
    view.setUint32(at, entryMark, true);
    view.setUint16(at + 4, 20, true);
    writeCommon(at + 6, part, names[i]!);
    view.setUint32(at + 42, places[i]!, true);
    bytes.set(names[i]!, at + 46);
    at += 46 + names[i]!.length;
  });
  view.setUint32(at, endMark, true);
  view.setUint16(at + 8, parts.length, true);
  view.setUint16(at + 10, parts.length, true);
  view.setUint32(at + 12, at - directory, true);
  view.setUint32(at + 16, directory, true);
  return bytes;
}
