/** Where results go: a file that is whole or untouched, a device, or a stream. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { errorMessage, UserError } from '../base/errors.ts';
import { openAtomic, writeFileAtomic } from '../base/files.ts';
import { openNewFolder } from '../convert/new-folder.ts';
import type { ExportFile } from './types.ts';

/** A place to write to. */
export interface Output {
  write(data: string | Uint8Array): Promise<void>;
  /** Flushes; a file appears under its name now. */
  commit(): Promise<void>;
  /** Drops what was written where that is possible; harmless after a commit. */
  abort(): void;
}

/** The reader of a pipe has gone (`… | head`): no error, nothing more to do. */
export class OutputClosed extends Error {
  constructor() {
    super('the reader of the output has closed it');
    this.name = 'OutputClosed';
  }
}

const bufferLength = 1 << 16;

/**
 * Opens a file; an existing one is replaced only on commit. What is there and is no ordinary file
 * (`/dev/stdout`, a named pipe) is written directly.
 * @throws UserError `E_WRITE`
 */
export function openFileOutput(path: string): Output {
  const file = isSpecial(path) ? openDirect(path) : openAtomic(path);
  let buffered = '';
  const flush = (): void => {
    if (buffered !== '') file.write(buffered);
    buffered = '';
  };
  const onExit = (): void => file.abort();
  process.once('exit', onExit);
  return {
    write: async (data) => {
      if (typeof data === 'string') buffered += data;
      else {
        flush();
        file.write(data);
      }
      if (buffered.length >= bufferLength) flush();
    },
    commit: async () => {
      flush();
      file.commit();
      process.off('exit', onExit);
    },
    abort: () => {
      file.abort();
      process.off('exit', onExit);
    },
  };
}

/** Whether the path is there and neither file nor folder. */
function isSpecial(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && !stats.isFile() && !stats.isDirectory();
  } catch {
    return false; // opening it will say what is wrong
  }
}

function openDirect(path: string): ReturnType<typeof openAtomic> {
  let descriptor: number | undefined;
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'EPIPE'
        ? new OutputClosed()
        : writeFailure(path, error);
    }
  };
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  guard(() => {
    descriptor = openSync(path, 'w');
  });
  return {
    write: (data) =>
      guard(() => {
        const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor!, bytes, done);
      }),
    commit: () => guard(close),
    abort: close,
  };
}

const writeFailure = (where: string, error: unknown): UserError =>
  new UserError({
    code: 'E_WRITE',
    where,
    message: `cannot be written (${errorMessage(error)})`,
    cause: error,
  });

/** Writes to a stream such as standard output, which stays open. @throws OutputClosed when its reader has gone */
export function openStreamOutput(stream: Writable, name = 'standard output'): Output {
  let failure: unknown;
  let buffered = '';
  const onError = (error: unknown): void => {
    failure ??= error;
  };
  stream.on('error', onError);
  const flush = async (data: string | Uint8Array = buffered): Promise<void> => {
    buffered = '';
    if (failure === undefined && data.length > 0) {
      await new Promise<void>((resolve) => {
        stream.write(data, (error) => {
          if (error) onError(error);
          resolve();
        });
      });
    }
    if (failure === undefined) return;
    throw (failure as NodeJS.ErrnoException).code === 'EPIPE'
      ? new OutputClosed()
      : writeFailure(name, failure);
  };
  return {
    write: async (data) => {
      if (typeof data === 'string') buffered += data;
      else {
        await flush();
        await flush(data);
      }
      if (buffered.length >= bufferLength) await flush();
    },
    commit: async () => {
      await flush();
      stream.off('error', onError);
    },
    abort: () => {
      buffered = '';
    },
  };
}

/** A target of several files: a main one with others beside it, or a folder. */
export interface Target extends Output {
  /** Writes a file beside the main one, or into the folder. */
  file(file: ExportFile): Promise<void>;
}

/** A file, and beside it on commit those that belong to it. @throws UserError `E_WRITE` */
export function openFileTarget(path: string): Target {
  const output = openFileOutput(path);
  const others: ExportFile[] = [];
  return {
    ...output,
    file: async (file) => void others.push(file),
    commit: async () => {
      await output.commit();
      for (const { name, data } of others) writeFileAtomic(besideName(path, name), data);
    },
  };
}

/**
 * A folder that appears whole on commit, or not at all.
 * @throws UserError `E_OUT` when something other than an empty folder is there, `E_WRITE`
 */
export function openFolderTarget(path: string): Target {
  const folder = openNewFolder(path);
  const onExit = (): void => folder.abort();
  process.once('exit', onExit);
  return {
    write: async () => {},
    file: async ({ name, data }) => writeFileAtomic(join(folder.path, name), data),
    commit: async () => {
      folder.commit();
      process.off('exit', onExit);
    },
    abort: () => {
      folder.abort();
      process.off('exit', onExit);
    },
  };
}

/** The name of a file that belongs beside another: the ending takes the place of the extension; `''` is the file itself. */
export function besideName(path: string, ending: string): string {
  if (ending === '') return path;
  const extension = extname(path);
  return (extension === '' ? path : path.slice(0, -extension.length)) + ending;
}
