/** Reads the text layer of a PDF: reading order, paragraphs, lists, headings, tables, pages. */
import { errorMessage, UserError } from '../../base/errors.ts';
import type { Extracted, ExtractedBlock } from '../extracted.ts';
import { checkLimit } from '../limits.ts';
import type { DocumentMetadata } from '../types.ts';
import type { ReaderContext } from './context.ts';
import { arrangePages } from './pdf/arrange.ts';
import { openPdf, type PdfDocument } from './pdf/engine.ts';
import { readPageContent } from './pdf/page-content.ts';
import type { PageContent } from './pdf/types.ts';
import { countSkipped, type Skipped } from './skipped.ts';

/** Pages read between two chances for signals and other work. */
const pagesAtOnce = 4;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The pages one by one; one that fails is left out and listed. */
async function readPages(
  pdf: PdfDocument,
  operators: Readonly<Record<string, number>>,
  { where, limits, signal, onProgress }: ReaderContext,
): Promise<{ pages: (PageContent | undefined)[]; problems: string[] }> {
  const pages: (PageContent | undefined)[] = [];
  const problems: string[] = [];
  let characters = 0;
  onProgress?.(0, pdf.numPages);
  for (let number = 1; number <= pdf.numPages; number++) {
    signal?.throwIfAborted();
    let content: PageContent | undefined;
    try {
      const page = await pdf.getPage(number);
      content = await readPageContent(page, operators);
      page.cleanup();
    } catch (error) {
      problems.push(`page ${number} could not be read (${errorMessage(error)})`);
    }
    pages.push(content);
    for (const run of content?.runs ?? []) characters += run.text.length;
    checkLimit(where, 'characters of text', characters, limits.characters);
    onProgress?.(number, pdf.numPages);
    if (number % pagesAtOnce === 0) await pause();
  }
  return { pages, problems };
}

/** Pictures of the file: their dictionaries always stand unpacked. Masks belong to the picture that they mask. */
function countPictures(bytes: Uint8Array): number {
  const text = new TextDecoder('latin1').decode(bytes);
  const pictures = text.match(/\/Subtype\s*\/Image\b/g)?.length ?? 0;
  const masks = text.match(/\/S?Mask\s+\d+\s+\d+\s+R/g)?.length ?? 0;
  return Math.max(0, pictures - masks);
}

const holdsText = (page: PageContent | undefined): boolean =>
  page !== undefined && page.runs.length + page.turned.length > 0;

function noText(where: string, pages: number, pictures: number, problems: readonly string[]): UserError {
  if (problems.length > 0) {
    return new UserError({
      code: 'E_PDF',
      where,
      message: `none of its pages could be read: ${problems[0]}`,
      hint: 'the file is damaged: copy or download it again',
    });
  }
  const what = pictures > 0 ? 'its pages are pictures (a scan)' : 'its pages hold no text';
  return new UserError({
    code: 'E_PDF_NO_TEXT',
    where,
    message: `the PDF has no text layer, ${what}: found no letter on ${pages} pages`,
    hint: 'recognise its text first, for example with ocrmypdf -l rus',
  });
}

async function titleOf(pdf: PdfDocument): Promise<DocumentMetadata | undefined> {
  try {
    const { Title: title } = (await pdf.getMetadata()).info as { Title?: unknown };
    return typeof title === 'string' && title.trim() !== '' ? { title: title.trim() } : undefined;
  } catch {
    return undefined; // A file without readable metadata is as good.
  }
}

/** A file that stops before its end mark was cut off, though the engine may have read what is there. */
function findCut(bytes: Uint8Array): string[] {
  const end = new TextDecoder('latin1').decode(bytes.subarray(-2048));
  return end.includes('%%EOF')
    ? []
    : ['the file has no end mark: it may be cut off, and pages may be missing'];
}

/**
 * The blocks of a PDF that has a text layer. Pictures, running heads and feet and page numbers are left out and counted; a
 * page that cannot be read is listed. Nothing in the file is run.
 * @throws UserError `E_PDF`, `E_PDF_ENCRYPTED`, `E_PDF_NO_TEXT`, `E_INPUT_SIZE`; the signal's reason
 */
export async function readPdf(bytes: Uint8Array, context: ReaderContext): Promise<Extracted> {
  const { where, limits } = context;
  const { pdf, operators } = await openPdf(bytes, where);
  try {
    checkLimit(where, 'pages', pdf.numPages, limits.pages);
    const { pages, problems } = await readPages(pdf, operators, context);
    const pictures = countPictures(bytes);
    if (!pages.some(holdsText)) throw noText(where, pdf.numPages, pictures, problems);
    const skipped: Skipped = {};
    if (pictures > 0) countSkipped(skipped, 'image', pictures);
    const blocks: ExtractedBlock[] = arrangePages(pages, skipped);
    const metadata = await titleOf(pdf);
    return {
      blocks,
      skipped,
      pages: pdf.numPages,
      problems: [...problems, ...findCut(bytes)],
      ...(metadata === undefined ? {} : { metadata }),
    };
  } finally {
    await pdf.destroy();
  }
}
