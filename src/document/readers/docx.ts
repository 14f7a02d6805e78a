/** Reads DOCX: Word's own structure as HTML, and that as blocks. */
import type { Extracted } from '../extracted.ts';
import type { ReaderContext } from '../from-bytes.ts';
import { readHtmlPage } from './html.ts';

/** The blocks of a DOCX document. */
export async function readDocx(bytes: Uint8Array, { where, limits }: ReaderContext): Promise<Extracted> {
  const { default: mammoth } = await import('mammoth');
  const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) });
  return readHtmlPage(value, where, limits);
}
