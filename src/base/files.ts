/** Files that are either whole or untouched: written beside the target, then renamed over it. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorMessage, UserError } from './errors.ts';

/** A file being written; nothing is visible under its name before {@link AtomicFile.commit}. */
export interface AtomicFile {
  write(data: string | Uint8Array): void;
  /** Flushes and renames over the target. */
  commit(): void;
  /** Removes what was written; the target stays as it was. Harmless after a commit. */
  abort(): void;
}

const explain: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space or choose another place with --out',
  EACCES: 'you may not write there: choose another place with --out',
  EROFS: 'the file system is read-only: choose another place with --out',
};

function writeError(path: string, error: unknown): UserError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const hint = explain[code];
  return new UserError({
    code: 'E_WRITE',
    where: path,
    message: `cannot be written (${errorMessage(error)})`,
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

/**
 * Makes a folder and those above it that are missing. Node's own recursion never ends where the system answers that the
 * parent is missing although it is there, as Linux does in `/proc`.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // somebody was faster
  }
}

/** A hidden name beside the target. */
function partialName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
}

/** Replacing a symbolic link would leave its target as it was: write where it points. */
function throughLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // opening it will say what is wrong
  }
}

/** Opens a file for atomic writing; folders on the way are made. @throws UserError `E_WRITE` */
export function openAtomic(path: string): AtomicFile {
  const target = throughLinks(path);
  if (isFolder(target)) {
    const message = 'cannot be written: this is a folder';
    throw new UserError({ code: 'E_WRITE', where: path, message, hint: 'give a file name' });
  }
  const partial = partialName(target);
  let descriptor: number | undefined;
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      abort();
      throw writeError(path, error);
    }
  };
  /** Whether the partial file is on disk. */
  let present = false;
  const abort = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
    if (present) rmSync(partial, { force: true });
    present = false;
  };
  guard(() => {
    makeFolder(dirname(target));
    descriptor = openSync(partial, 'w');
    present = true;
  });
  return {
    write: (data) =>
      guard(() => {
        const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor!, bytes, done);
      }),
    commit: () =>
      guard(() => {
        fsyncSync(descriptor!);
        closeSync(descriptor!);
        descriptor = undefined;
        renameSync(partial, target);
        present = false;
      }),
    abort,
  };
}

/** Copies a file atomically, sharing its blocks where the file system can. @throws UserError `E_WRITE` */
export function copyFileAtomic(from: string, to: string): void {
  const partial = partialName(to);
  try {
    makeFolder(dirname(to));
    copyFileSync(from, partial, constants.COPYFILE_FICLONE);
    renameSync(partial, to);
  } catch (error) {
    rmSync(partial, { force: true });
    throw writeError(to, error);
  }
}

/** Writes a whole file atomically. @throws UserError `E_WRITE` */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const file = openAtomic(path);
  file.write(data);
  file.commit();
}
