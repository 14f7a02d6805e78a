/** Opens a file as a Document: decodes it and picks the reader for its format. */
import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { decodeText } from './encoding.ts';
import { readMarkdown } from './readers/markdown.ts';
import { clearSkipped, type Skipped } from './readers/skipped.ts';
import { readText } from './readers/text.ts';
import type { Block, Document } from './types.ts';

/** The formats that can be read. */
export type DocumentFormat = 'markdown' | 'text';

/** Makes the blocks of a decoded source; what it leaves out it counts. */
type BlockReader = (source: string, skipped: Skipped) => Iterable<Block>;

const readers: Readonly<Record<DocumentFormat, BlockReader>> = { markdown: readMarkdown, text: readText };

const formats: Readonly<Record<string, DocumentFormat>> = { '.md': 'markdown', '.txt': 'text' };

/** Extensions of files that can be read, in lower case with their dot. */
export const documentExtensions: readonly string[] = Object.keys(formats);

/** Larger files would not fit the longest string that JavaScript can hold, with room to spare. */
const largestFile = 256 * 1024 * 1024;

/** The format of a file by its name; undefined when the extension is not known. */
export function documentFormat(path: string): DocumentFormat | undefined {
  return formats[extname(path).toLowerCase()];
}

/**
 * A document from text that is already in memory.
 * @param name what results call it (`source_file`)
 */
export function documentFromString(
  name: string,
  text: string,
  format: DocumentFormat,
  origin: { readonly path?: string; readonly encoding?: string } = {},
): Document {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const skipped: Skipped = {};
  return {
    path: origin.path ?? name,
    name,
    source,
    encoding: origin.encoding ?? 'utf-8',
    skipped,
    blocks: function* () {
      clearSkipped(skipped);
      yield* readers[format](source, skipped);
    },
  };
}

const reasons: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  ENOENT: ['E_INPUT_MISSING', 'there is no such file', 'check the path'],
  ENOTDIR: ['E_INPUT_MISSING', 'there is no such file: a part of the path is not a folder', 'check the path'],
  EACCES: ['E_INPUT_READ', 'you may not read this file', 'check its permissions'],
  EPERM: ['E_INPUT_READ', 'you may not read this file', 'check its permissions'],
  ELOOP: ['E_INPUT_READ', 'a link that leads back to itself', 'remove the link'],
};

/** The UserError for a failed file operation. */
export function inputError(path: string, error: unknown): UserError {
  const known = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  const [code, message, hint] = known ?? [
    'E_INPUT_READ',
    `cannot be read (${errorMessage(error)})`,
    undefined,
  ];
  return new UserError({ code, where: path, message, ...(hint === undefined ? {} : { hint }), cause: error });
}

function readBytes(path: string): Uint8Array {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) {
      throw new UserError({
        code: 'E_INPUT_TYPE',
        where: path,
        message: 'this is a folder, expected a file',
      });
    }
    if (stats.size > largestFile) {
      const size = Math.round(stats.size / 1024 / 1024);
      throw new UserError({
        code: 'E_INPUT_SIZE',
        where: path,
        message: `the file is too large, ${size} MB, at most ${largestFile / 1024 / 1024} MB can be read`,
        hint: 'split it',
      });
    }
    return readFileSync(path);
  } catch (error) {
    throw error instanceof UserError ? error : inputError(path, error);
  }
}

/**
 * Reads a document. Its blocks are made when they are asked for.
 * @throws UserError `E_INPUT_MISSING`, `E_INPUT_READ`, `E_INPUT_SIZE`, `E_INPUT_TYPE`, and those of {@link decodeText}
 */
export function readDocument(path: string): Document {
  const format = documentFormat(path);
  const bytes = readBytes(path);
  if (format === undefined) throw unsupportedType(path);
  const { text, encoding } = decodeText(bytes, path);
  return documentFromString(basename(path), text, format, { path, encoding });
}

/** The error for a file whose format is not known. */
export function unsupportedType(path: string): UserError {
  const extension = extname(path);
  return new UserError({
    code: 'E_INPUT_TYPE',
    where: path,
    message: `${extension === '' ? 'files without an extension' : `${extension} files`} cannot be read, expected ${documentExtensions.join(', ')}`,
    hint: 'rename it if it is text or Markdown, or convert it',
  });
}
