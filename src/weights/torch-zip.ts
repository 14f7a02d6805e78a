/** The records of a PyTorch file of the zip kind (since PyTorch 1.6): a pickle, and one record per storage. */
import { inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import { errorMessage } from '../base/errors.ts';
import { type BinaryFile, damaged } from './bytes.ts';

/** The largest pickle read; a model of 10,000 tensors needs about three megabytes. */
export const MAX_PICKLE = 64 << 20;
const MAX_RECORDS = 100_000;
/** PyTorch does not compress; what others do to weights stays far under this ratio. */
const MAX_RATIO = 100;
/** Small records may be all zeros. */
const ALWAYS_INFLATED = 1 << 20;

/** A record's bytes: as they are, or compressed. */
interface ZipRecord {
  readonly name: string;
  readonly start: number;
  readonly stored: number;
  readonly size: number;
  readonly compressed: boolean;
}

/** The parts of the file that matter. */
export interface TorchRecords {
  readonly pickle: Uint8Array;
  /** Bytes of a storage; `undefined` where there is none of that key. */
  size(key: string): number | undefined;
  /** Part of a storage's bytes, in memory of its own. */
  read(key: string, start: number, length: number): Uint8Array<ArrayBuffer>;
}

/** @throws UserError `E_WEIGHTS` when the archive is damaged or lacks a record that every PyTorch file has */
export async function openTorchZip(file: BinaryFile): Promise<TorchRecords> {
  const records = await listRecords(file);
  const pickles = [...records.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw damaged(
      file.path,
      `is a zip archive with ${pickles.length} records */data.pkl, a PyTorch file has one`,
    );
  }
  const pickle = records.get(pickles[0]!)!;
  if (pickle.size > MAX_PICKLE) {
    throw damaged(file.path, `"${pickle.name}" is ${pickle.size} bytes long, expected at most ${MAX_PICKLE}`);
  }
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  const order = records.get(`${folder}byteorder`);
  if (order !== undefined) {
    const name = Buffer.from(readRecord(file, order, 0, Math.min(order.size, 16)))
      .toString()
      .trim();
    if (name !== 'little') throw damaged(file.path, `has byte order "${name}", expected "little"`);
  }
  const storage = (key: string): ZipRecord | undefined => records.get(`${folder}data/${key}`);
  return {
    pickle: readRecord(file, pickle, 0, pickle.size),
    size: (key) => storage(key)?.size,
    read: (key, start, length) => readRecord(file, storage(key)!, start, length),
  };
}

/**
 * Reads at once and within bounds: what the archive library throws over damaged numbers then reaches us as a rejected
 * promise; thrown behind a read of its own it would end the process.
 */
class FileReader extends RandomAccessReader {
  readonly #file: BinaryFile;

  constructor(file: BinaryFile) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const inside = Number.isSafeInteger(position) && position >= 0 && position + length <= this.#file.size;
    if (inside) {
      buffer.set(this.#file.read(position, length), offset);
      callback(null, length);
    } else callback(new Error(`something is said to lie at byte ${position} of ${this.#file.size}`));
  }
}

async function listRecords(file: BinaryFile): Promise<Map<string, ZipRecord>> {
  const records = new Map<string, ZipRecord>();
  try {
    const zip = await fromRandomAccessReaderPromise(new FileReader(file), file.size, {
      autoClose: false,
      lazyEntries: true,
    });
    if (zip.entryCount > MAX_RECORDS) throw new Error(`${zip.entryCount} records`);
    for await (const entry of zip.eachEntry()) {
      if (records.has(entry.fileName)) throw new Error(`two records are called "${entry.fileName}"`);
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      records.set(entry.fileName, checkRecord(entry, fileDataStart, file.size));
    }
  } catch (error) {
    throw damaged(file.path, `is not a whole zip archive (${errorMessage(error)})`, error);
  }
  return records;
}

function checkRecord(entry: Entry, start: number, fileSize: number): ZipRecord {
  const { fileName: name, compressedSize: stored, uncompressedSize: size, compressionMethod } = entry;
  if (entry.isEncrypted()) throw new Error(`"${name}" is encrypted`);
  if (compressionMethod !== 0 && compressionMethod !== 8) {
    throw new Error(`"${name}" is compressed in a way that is not supported (${compressionMethod})`);
  }
  const compressed = compressionMethod === 8;
  if (start + stored > fileSize) throw new Error(`"${name}" ends at byte ${start + stored} of ${fileSize}`);
  if (!compressed && stored !== size) throw new Error(`"${name}" has two sizes, ${stored} and ${size}`);
  if (compressed && size > Math.max(ALWAYS_INFLATED, MAX_RATIO * stored)) {
    throw new Error(`"${name}" grows from ${stored} to ${size} bytes when unpacked`);
  }
  return { name, start, stored, size, compressed };
}

function readRecord(
  file: BinaryFile,
  record: ZipRecord,
  start: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  if (!record.compressed) return file.read(record.start + start, length);
  let bytes: Buffer;
  try {
    bytes = inflateRawSync(file.read(record.start, record.stored), {
      maxOutputLength: Math.max(1, record.size),
    });
    if (bytes.length !== record.size) throw new Error(`${bytes.length} bytes instead of ${record.size}`);
  } catch (error) {
    throw damaged(file.path, `"${record.name}" cannot be unpacked (${errorMessage(error)})`, error);
  }
  return new Uint8Array(bytes.subarray(start, start + length));
}
