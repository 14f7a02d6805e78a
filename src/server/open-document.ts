/** An order's content as a document. */
import { UserError } from '../base/errors.ts';
import { checkNotEmpty } from '../document/encoding.ts';
import { type DocumentFormat, documentFormat } from '../document/format.ts';
import { documentFromBytes, unsupportedType } from '../document/from-bytes.ts';
import { documentFromString } from '../document/from-string.ts';
import { checkLimit, defaultLimits } from '../document/limits.ts';
import type { Document } from '../document/types.ts';
import type { Order } from './analyst.ts';

/**
 * Reads a document.
 * @param onProgress called with the share that was read, in [0, 1]
 * @throws UserError as {@link documentFromBytes} does; `E_EMPTY` and `E_FORMAT` for a text that is empty, or said to be of a
 *   format that is not a text's
 */
export async function openDocument(
  { name, content, format }: Order,
  { characters, signal }: { readonly characters: number; readonly signal: AbortSignal },
  onProgress: (share: number) => void,
): Promise<Document> {
  const limits = { ...defaultLimits, characters };
  const known = format as DocumentFormat | undefined;
  if (typeof content === 'string') {
    const textual = textFormat(name, known);
    checkLength(name, content, characters);
    checkNotEmpty(name, 'text', content);
    return documentFromString(name, content, textual, { limits });
  }
  const document = await documentFromBytes(name, content, {
    signal,
    limits,
    onProgress: (done, total) => onProgress(total === 0 ? 1 : done / total),
    ...(known === undefined ? {} : { format: known }),
  });
  checkLength(name, document.source, characters);
  return document;
}

const checkLength = (name: string, text: string, characters: number): void =>
  checkLimit(name, 'characters of text', text.length, characters);

/** The format of a text that came as such. */
function textFormat(name: string, asked: DocumentFormat | undefined) {
  const format = asked ?? documentFormat(name);
  if (format === undefined) throw unsupportedType(name);
  if (format !== 'pdf' && format !== 'docx') return format;
  throw new UserError({
    code: 'E_FORMAT',
    where: name,
    message: `the format ${format} is not text, and a text was sent`,
    hint: 'send the file itself, in a form or as the body',
  });
}
