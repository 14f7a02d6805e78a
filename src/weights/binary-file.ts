/** A file whose parts are read when asked for, each into memory of its own. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errorMessage, UserError } from '../base/errors.ts';
import { type BinaryFile, damaged } from './bytes.ts';

/** One `read` of the operating system takes less than 2 GB. */
const CHUNK = 256 << 20;
/** The longest array of bytes in Node 20. */
const MAX_BYTES = 2 ** 32;

function unreadable(path: string, error: unknown): UserError {
  const message = `cannot be read (${errorMessage(error)})`;
  return new UserError({ code: 'E_WEIGHTS', where: path, message, cause: error });
}

/** Opens a file for reading. @throws UserError `E_WEIGHTS` */
export function openBinary(path: string): BinaryFile {
  let descriptor: number;
  let size: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error('not a file');
    size = stat.size;
  } catch (error) {
    closeSync(descriptor);
    throw unreadable(path, error);
  }
  let open = true;
  return {
    path,
    size,
    read(start, length) {
      // A closed descriptor may belong to another file by now.
      if (!open) throw new Error(`${path} is read after it was closed`);
      if (start + length > size) throw damaged(path, `ends at byte ${size}, needed up to ${start + length}`);
      if (length > MAX_BYTES) {
        const message = `a tensor of ${length} bytes, at most ${MAX_BYTES} can be held`;
        throw new UserError({ code: 'E_WEIGHTS', where: path, message });
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        let count: number;
        try {
          count = readSync(descriptor, bytes, done, Math.min(CHUNK, length - done), start + done);
        } catch (error) {
          throw unreadable(path, error);
        }
        if (count === 0) throw damaged(path, `ends at byte ${start + done}, needed up to ${start + length}`);
        done += count;
      }
      return bytes;
    },
    close() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}

/** Opens a file, and closes it again when what is done with it fails. */
export function withBinary<T>(path: string, use: (file: BinaryFile) => T): T {
  const file = openBinary(path);
  try {
    return use(file);
  } catch (error) {
    file.close();
    throw error;
  }
}
