/** Binary data whose parts are read when asked for, wherever it lies; what is said when they contradict each other. */
import { UserError } from '../base/errors.ts';

/** An open file, or bytes that stand for one. */
export interface BinaryFile {
  /** Path or name, for errors. */
  readonly path: string;
  readonly size: number;
  /**
   * A part, in memory of its own.
   * @throws UserError `E_WEIGHTS` when the file is shorter than it was, or cannot be read
   */
  read(start: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** The hint for every file whose parts contradict each other. */
export const DAMAGED = 'the file is damaged or only half copied: copy or train it again';

/** The error for a file whose parts contradict each other. */
export function damaged(path: string, message: string, cause?: unknown): UserError {
  return new UserError({ code: 'E_WEIGHTS', where: path, message, hint: DAMAGED, cause });
}

/** Bytes in memory as a file. @param path a name for errors */
export function bytesAsFile(path: string, bytes: Uint8Array): BinaryFile {
  return {
    path,
    size: bytes.length,
    read(start, length) {
      if (start + length > bytes.length) {
        throw damaged(path, `ends at byte ${bytes.length}, needed up to ${start + length}`);
      }
      return new Uint8Array(bytes.subarray(start, start + length)); // a Buffer's slice would be no copy
    },
    close() {},
  };
}
