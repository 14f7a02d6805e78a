/** Reads the text layer of a PDF. */
import type { Extracted, ExtractedBlock } from '../extracted.ts';
import type { ReaderContext } from '../from-bytes.ts';

/** The blocks of a PDF. */
export async function readPdf(bytes: Uint8Array, { signal, onProgress }: ReaderContext): Promise<Extracted> {
  const { extractText, getDocumentProxy } = await import('unpdf');
  const pdf = await getDocumentProxy(new Uint8Array(bytes));
  signal?.throwIfAborted();
  const { text } = await extractText(pdf, { mergePages: false });
  onProgress?.(text.length, text.length);
  const blocks = text.map((page, i): ExtractedBlock => ({ kind: 'paragraph', text: page, page: i + 1 }));
  return { blocks, skipped: {}, pages: text.length };
}
