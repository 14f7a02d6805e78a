/** Bounds on what a reader takes, so that a hostile or mistaken file costs an error and not the memory. */
import { UserError } from '../base/errors.ts';

/** How much of a document is read at most; beyond that it is refused, never cut. */
export interface DocumentLimits {
  /** Bytes of a file. */
  readonly bytes: number;
  /** Bytes of a PDF, a DOCX, an HTML page or a record; they cost more memory than text does. */
  readonly richBytes: number;
  /** UTF-16 code units of extracted text. */
  readonly characters: number;
  /** Pages of a PDF. */
  readonly pages: number;
  /** Elements that stand inside one another in HTML and in the XML of a DOCX. */
  readonly depth: number;
  /** Elements and texts of HTML. */
  readonly nodes: number;
  /** Bytes of all unpacked text parts of a DOCX, and of one of them. */
  readonly unpackedBytes: number;
  readonly partBytes: number;
  /** Files packed in a DOCX. */
  readonly parts: number;
}

const megabyte = 1024 * 1024;

/** Far above what guidelines need (126 pages with pictures: 3 MB), within what a small machine can hold. */
export const defaultLimits: DocumentLimits = {
  bytes: 256 * megabyte,
  richBytes: 64 * megabyte,
  characters: 32_000_000,
  pages: 5000,
  depth: 256,
  nodes: 1_000_000,
  unpackedBytes: 96 * megabyte,
  partBytes: 48 * megabyte,
  parts: 10_000,
};

/** @throws UserError `E_INPUT_SIZE` when a measure is above its bound */
export function checkLimit(
  where: string,
  what: string,
  found: number,
  limit: number,
  hint = 'split it',
): void {
  if (found <= limit) return;
  throw new UserError({
    code: 'E_INPUT_SIZE',
    where,
    message: `${what}: found ${found.toLocaleString('en')}, at most ${limit.toLocaleString('en')} can be read`,
    hint,
  });
}

/** {@link checkLimit} for the size of a file. */
export function checkBytes(where: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  const size = Math.ceil(bytes / megabyte);
  throw new UserError({
    code: 'E_INPUT_SIZE',
    where,
    message: `the file is too large, ${size} MB, at most ${Math.floor(limit / megabyte)} MB can be read`,
    hint: 'split it',
  });
}
