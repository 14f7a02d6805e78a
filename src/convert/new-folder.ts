/** Folders that appear complete or not at all: filled beside their place, then renamed. */
import { randomBytes } from 'node:crypto';
import { readdirSync, renameSync, rmdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { makeFolder } from '../base/files.ts';
import { modelFiles } from '../weights/model-description.ts';

/** Files by which a folder is known to hold a model. */
const modelSigns: readonly string[] = [modelFiles.weights, modelFiles.config, modelFiles.labels];

/** What stands at a path. @throws UserError `E_OUT` when there can be nothing */
function standingAt(out: string): Stats | undefined {
  try {
    return statSync(out, { throwIfNoEntry: false });
  } catch (error) {
    const message = `cannot be made (${errorMessage(error)})`;
    throw new UserError({ code: 'E_OUT', where: out, message, hint: 'choose another --out', cause: error });
  }
}

/** Checks that nothing stands where a folder is to be made. @throws UserError `E_OUT` */
export function checkNewFolder(out: string): void {
  const stat = standingAt(out);
  if (stat === undefined) return;
  const names = stat.isDirectory() ? readdirSync(out) : undefined;
  if (names?.length === 0) return;
  const message =
    names === undefined
      ? 'is a file, expected a new folder'
      : names.some((name) => modelSigns.includes(name))
        ? 'already holds a model'
        : 'is a folder with other files, expected a new or an empty one';
  const hint = 'choose another --out folder, or move away what is there';
  throw new UserError({ code: 'E_OUT', where: out, message, hint });
}

/** Checks that no file stands where one is to be written. @throws UserError `E_OUT` */
export function checkNewFile(out: string): void {
  if (standingAt(out) === undefined) return;
  const hint = 'choose another --out, or move away what is there';
  throw new UserError({ code: 'E_OUT', where: out, message: 'already exists', hint });
}

/** A folder in the making, beside its place. */
export interface NewFolder {
  /** Where to write meanwhile. */
  readonly path: string;
  /** Puts it in its place. */
  commit(): void;
  /** Removes it; harmless after a commit. */
  abort(): void;
}

/**
 * Begins a folder.
 * @throws UserError `E_OUT` when the folder holds something, `E_WRITE` when it cannot be made
 */
export function openNewFolder(out: string): NewFolder {
  checkNewFolder(out);
  const target = resolve(out);
  const partial = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.part`);
  const abort = (): void => rmSync(partial, { recursive: true, force: true });
  orWriteError(out, () => makeFolder(partial));
  const commit = (): void =>
    orWriteError(out, () => {
      // Some systems do not rename onto a folder, even an empty one.
      if (statSync(target, { throwIfNoEntry: false }) !== undefined) rmdirSync(target);
      renameSync(partial, target);
    });
  return { path: partial, commit, abort };
}

/**
 * Makes a folder. When filling it fails, nothing of it is left.
 * @param fill writes into the folder given, which is not yet the one asked for
 * @throws UserError `E_OUT` when the folder holds something, `E_WRITE` when it cannot be made; what `fill` throws
 */
export function writeNewFolder(out: string, fill: (folder: string) => void): void {
  const folder = openNewFolder(out);
  try {
    fill(folder.path);
    folder.commit();
  } catch (error) {
    folder.abort();
    throw error;
  }
}

function orWriteError(out: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const message = `cannot be written (${errorMessage(error)})`;
    throw new UserError({ code: 'E_WRITE', where: out, message, cause: error });
  }
}
