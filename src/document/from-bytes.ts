/** Documents from bytes, in any format; runs in Node and in browsers, and takes bytes that nobody vouches for. */
import { UserError } from '../base/errors.ts';
import { decodeText } from './encoding.ts';
import type { Extracted } from './extracted.ts';
import {
  baseName,
  chooseDocumentFormat,
  type DocumentFormat,
  documentExtensions,
  extensionOf,
  type TextFormat,
} from './format.ts';
import { documentFromExtracted, documentFromString } from './from-string.ts';
import { checkBytes, type DocumentLimits, defaultLimits } from './limits.ts';
import type { ReaderContext } from './readers/context.ts';
import type { Document } from './types.ts';

/** Settings of {@link documentFromBytes}. */
export interface ReadOptions {
  /** Read it as this format, whatever name and content say. */
  readonly format?: DocumentFormat;
  /** Stops reading; the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with the pages read so far, for formats that have pages. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Bounds other than the default ones. */
  readonly limits?: Partial<DocumentLimits>;
  /** Path for messages, when it is more than the name. */
  readonly path?: string;
}

type PackedReader = (bytes: Uint8Array, context: ReaderContext) => Promise<Extracted>;

/** Loaded when the first such document comes: the PDF engine alone is larger than all the rest. */
const packedReaders: Readonly<Record<Exclude<DocumentFormat, TextFormat>, () => Promise<PackedReader>>> = {
  pdf: async () => (await import('./readers/pdf.ts')).readPdf,
  docx: async () => (await import('./readers/docx.ts')).readDocx,
};

const isPacked = (format: DocumentFormat): format is keyof typeof packedReaders => format in packedReaders;

/** The error for a file whose format is not known. */
export function unsupportedType(path: string): UserError {
  const extension = extensionOf(path);
  return new UserError({
    code: 'E_INPUT_TYPE',
    where: path,
    message: `${extension === '' ? 'files without an extension' : `${extension} files`} cannot be read, expected ${documentExtensions.join(', ')}`,
    hint: 'rename it if it is text or Markdown, or convert it',
  });
}

/**
 * Decodes text, and makes a document of it.
 * @throws UserError as {@link decodeText} and {@link documentFromString} do
 */
export function documentFromText(
  name: string,
  bytes: Uint8Array,
  format: TextFormat,
  { path = name, limits }: Pick<ReadOptions, 'path' | 'limits'> = {},
): Document {
  const all = { ...defaultLimits, ...limits };
  const isRich = format === 'html' || format === 'rubricator';
  checkBytes(path, bytes.length, isRich ? all.richBytes : all.bytes);
  const { text, encoding } =
    (format === 'html' ? decodeDeclared(bytes) : undefined) ?? decodeText(bytes, path);
  return guarded(path, () => documentFromString(name, text, format, { path, encoding, limits: all }));
}

/** Text in the encoding that an HTML page declares for itself, when it is neither UTF-8 nor something unknown. */
function decodeDeclared(bytes: Uint8Array): { text: string; encoding: string } | undefined {
  const head = Array.from(bytes.subarray(0, 2048), (byte) => String.fromCharCode(byte)).join('');
  const label = /<meta[^>]*charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1]?.toLowerCase();
  if (label === undefined || /^utf/.test(label)) return undefined;
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    return { text: decoder.decode(bytes), encoding: decoder.encoding };
  } catch {
    return undefined;
  }
}

/** Markup that nests so deep that the stack ends is bad input, not a bug. */
function guarded<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw deepError(where, error);
  }
}

function deepError(where: string, error: unknown): unknown {
  if (!(error instanceof RangeError) || !/call stack/i.test(error.message)) return error;
  return new UserError({
    code: 'E_INPUT_DEPTH',
    where,
    message: 'its parts are nested too deep inside one another to be read',
    hint: 'no document needs that: save it anew from the program that wrote it',
    cause: error,
  });
}

/**
 * Reads a document. The format is what the bytes say (PDF, DOCX, HTML), else what the name's extension says.
 * @param name file name; folders before it are dropped
 * @throws UserError `E_INPUT_TYPE` for an unknown format, `E_INPUT_SIZE` and `E_INPUT_DEPTH` beyond the limits, `E_PDF_…`,
 *   `E_DOCX`, `E_RUBRICATOR`, and those of {@link decodeText}; the signal's reason when it stops
 */
export async function documentFromBytes(
  name: string,
  bytes: Uint8Array,
  options: ReadOptions = {},
): Promise<Document> {
  const { path = name, signal, onProgress } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const format = options.format ?? chooseDocumentFormat(name, bytes);
  if (format === undefined) throw unsupportedType(path);
  signal?.throwIfAborted();
  if (!isPacked(format)) return documentFromText(baseName(name), bytes, format, { path, limits });
  if (bytes.length === 0) decodeText(bytes, path); // says that the file is empty
  checkBytes(path, bytes.length, limits.richBytes);
  const read = await packedReaders[format]();
  try {
    const extracted = await read(bytes, {
      where: path,
      limits,
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return documentFromExtracted(baseName(name), extracted, format, { path, limits });
  } catch (error) {
    throw deepError(path, error);
  }
}
