/** Reads DOCX: Word's structure becomes HTML, and that is read as HTML is. */
import { errorMessage, UserError } from '../../base/errors.ts';
import { cleanText, type Extracted } from '../extracted.ts';
import type { DocumentMetadata } from '../types.ts';
import type { ReaderContext } from './context.ts';
import { readParts } from './docx/parts.ts';
import { storedZip, type ZipPart } from './docx/zip.ts';
import { readHtmlPage } from './html.ts';
import { parseHtml, textContent } from './html-tree.ts';
import { countSkipped, type Skipped } from './skipped.ts';

const levels = [1, 2, 3, 4, 5, 6];

/** Styles that are headings, also under the names of Russian programs. */
const styleMap = [
  ...levels.map((level) => `p[style-name='Заголовок ${level}'] => h${level}:fresh`),
  ...['Title', 'Название', 'Заголовок'].map((name) => `p[style-name='${name}'] => h1:fresh`),
  ...['Subtitle', 'Подзаголовок'].map((name) => `p[style-name='${name}'] => h2:fresh`),
];

/** The first bytes of an Office file that is encrypted, or of the time before DOCX. */
const oldOffice = [0xd0, 0xcf, 0x11, 0xe0];

/** A style that is not known changes how text looks, and loses none. */
const harmless = /^Unrecognised (?:paragraph|run|table) style/;

/** Arrows that lead from a note back into the text. */
const noteArrows = /\s*<a href="#(?:foot|end)note-ref-[^"]*">↑<\/a>/g;

function titleOf(parts: readonly ZipPart[], context: ReaderContext): DocumentMetadata | undefined {
  const core = parts.find(({ name }) => /^docProps\/core\.xml$/i.test(name));
  if (core === undefined) return undefined;
  const found = /<dc:title[^>]*>([^<]*)<\/dc:title>/.exec(new TextDecoder().decode(core.data))?.[1] ?? '';
  const title = cleanText(textContent(parseHtml(found, context.where, context.limits)));
  return title === '' ? undefined : { title };
}

/**
 * The blocks of a DOCX document: paragraphs, headings by their style, lists, tables with merged cells, foot- and endnotes
 * at the end. Page headers and footers, comments and deleted text are not part of it; pictures are counted.
 * @throws UserError `E_DOCX`, `E_INPUT_SIZE`, `E_INPUT_DEPTH`
 */
export async function readDocx(bytes: Uint8Array, context: ReaderContext): Promise<Extracted> {
  const { where, limits, signal } = context;
  if (oldOffice.every((byte, i) => bytes[i] === byte)) {
    throw new UserError({
      code: 'E_DOCX',
      where,
      message: 'this is a Word document that is encrypted, or in the old .doc form, expected a .docx',
      hint: 'save it as .docx without a password',
    });
  }
  const parts = await readParts(bytes, where, limits);
  signal?.throwIfAborted();
  const { html, unread } = await toHtml(parts, where);
  signal?.throwIfAborted();
  const extracted = readHtmlPage(html.replace(noteArrows, ''), where, limits);
  const skipped: Skipped = { ...extracted.skipped };
  if (unread > 0) countSkipped(skipped, 'unread element', unread);
  const metadata = titleOf(parts, context);
  return { blocks: extracted.blocks, skipped, ...(metadata === undefined ? {} : { metadata }) };
}

/** Word's document as HTML, and how many of its elements have no counterpart there. */
async function toHtml(parts: readonly ZipPart[], where: string): Promise<{ html: string; unread: number }> {
  const { default: mammoth } = await import('mammoth');
  const plain = storedZip(parts);
  const arrayBuffer = plain.buffer as ArrayBuffer;
  // Node takes a buffer, browsers an array buffer; pictures were left behind.
  const input = typeof Buffer === 'undefined' ? { arrayBuffer } : { buffer: Buffer.from(arrayBuffer) };
  try {
    const { value, messages } = await mammoth.convertToHtml(input, {
      styleMap,
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
    });
    return { html: value, unread: messages.filter(({ message }) => !harmless.test(message)).length };
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new UserError({
      code: 'E_DOCX',
      where,
      message: `the DOCX cannot be read (${errorMessage(error).split('\n')[0]})`,
      hint: 'it is damaged: open and save it anew in Word',
      cause: error,
    });
  }
}
