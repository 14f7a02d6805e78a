/** Opens files as documents. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { decodeText } from './encoding.ts';
import { chooseDocumentFormat } from './format.ts';
import { documentFromBytes, documentFromText, type ReadOptions, unsupportedType } from './from-bytes.ts';
import { checkBytes, defaultLimits } from './limits.ts';
import type { Document } from './types.ts';

const reasons: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  ENOENT: ['E_INPUT_MISSING', 'there is no such file', 'check the path'],
  ENOTDIR: ['E_INPUT_MISSING', 'there is no such file: a part of the path is not a folder', 'check the path'],
  EACCES: ['E_INPUT_READ', 'you may not read this file', 'check its permissions'],
  EPERM: ['E_INPUT_READ', 'you may not read this file', 'check its permissions'],
  EISDIR: ['E_INPUT_TYPE', 'this is a folder, expected a file', 'name the file in it'],
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

/** The bytes of a file, when it is one that may be read. */
function readBytes(path: string, largest: number): Uint8Array {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) {
      throw new UserError({
        code: 'E_INPUT_TYPE',
        where: path,
        message: 'this is a folder, expected a file',
      });
    }
    checkBytes(path, stats.size, largest);
    return readFileSync(path);
  } catch (error) {
    throw error instanceof UserError ? error : inputError(path, error);
  }
}

/**
 * Reads a small text file that is no document, such as a list, in any encoding that documents may have.
 * @throws UserError `E_INPUT_MISSING`, `E_INPUT_READ`, `E_INPUT_TYPE`, `E_ENCODING`, `E_BINARY`
 */
export function readPlainText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw inputError(path, error);
  }
  return decodeText(bytes, path).text;
}

/**
 * Reads a Markdown or text file, an HTML page or a rubricator record at once. PDF and DOCX need {@link openDocument}.
 * @throws UserError `E_INPUT_MISSING`, `E_INPUT_READ`, `E_INPUT_SIZE`, `E_INPUT_TYPE`, and those of the reader
 */
export function readDocument(path: string): Document {
  const bytes = readBytes(path, defaultLimits.bytes);
  const format = chooseDocumentFormat(path, bytes);
  if (format === undefined) throw unsupportedType(path);
  if (format === 'pdf' || format === 'docx') {
    throw new UserError({
      code: 'E_INPUT_TYPE',
      where: path,
      message: `a ${format.toUpperCase()} file cannot be read at once, expected text, Markdown, HTML or a record`,
      hint: 'await openDocument(path)',
    });
  }
  return documentFromText(basename(path), bytes, format, { path });
}

/**
 * Reads a document of any format.
 * @throws UserError `E_INPUT_MISSING`, `E_INPUT_READ`, and those of {@link documentFromBytes}
 */
export async function openDocument(path: string, options: Omit<ReadOptions, 'path'> = {}): Promise<Document> {
  const largest = options.limits?.bytes ?? defaultLimits.bytes;
  const bytes = readBytes(path, largest);
  return documentFromBytes(basename(path), bytes, { ...options, path });
}
