/** Formats of documents: their names, their extensions, and what their first bytes look like. */

/** The formats that can be read. */
export type DocumentFormat = 'markdown' | 'text' | 'html' | 'pdf' | 'docx' | 'rubricator';

/** Formats that are text themselves. */
export type TextFormat = Exclude<DocumentFormat, 'pdf' | 'docx'>;

const formats: Readonly<Record<string, DocumentFormat>> = {
  '.md': 'markdown',
  '.txt': 'text',
  '.html': 'html',
  '.htm': 'html',
  '.pdf': 'pdf',
  '.docx': 'docx',
  '.json': 'rubricator',
};

/** Extensions of files that can be read, in lower case with their dot. */
export const documentExtensions: readonly string[] = Object.keys(formats);

/** The names of the formats. */
export const documentFormats: readonly DocumentFormat[] = [...new Set(Object.values(formats))];

/** A name without its folders, whichever way they are written. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** The extension of a name, in lower case with its dot; empty when there is none. */
export function extensionOf(path: string): string {
  return /[^.](\.[^.]*)$/.exec(baseName(path))?.[1]?.toLowerCase() ?? '';
}

/** The format of a file by its name; undefined when the extension is not known. */
export function documentFormat(path: string): DocumentFormat | undefined {
  return formats[extensionOf(path)];
}

/** First bytes that tell a format whatever the file is called. A PDF's header may stand behind a little rubbish. */
const startLength = 1024;
const zipStarts = ['PK\u0003\u0004', 'PK\u0005\u0006'];
const htmlStart =
  /^\s*(?:<!--[\s\S]*?-->\s*)*(?:<!doctype html|<html[\s>]|<\?xml[^>]*\?>\s*(?:<!doctype html|<html[\s>]))/i;

/** Whether a value that came as JSON is, or was meant to be, a record of the rubricator: nothing else has `obj.sections`. */
export function looksLikeRecord(value: unknown): boolean {
  const inside = (value as { readonly obj?: unknown } | null | undefined)?.obj;
  return typeof inside === 'object' && inside !== null && 'sections' in inside;
}

/**
 * The format that the content itself tells: PDF, ZIP (taken for DOCX) and HTML with its head are known by their first bytes.
 * Markdown, text and JSON look like one another: there the name decides.
 */
export function sniffFormat(bytes: Uint8Array): DocumentFormat | undefined {
  const start = Array.from(bytes.subarray(0, startLength), (byte) => String.fromCharCode(byte)).join('');
  if (start.includes('%PDF-')) return /^\s*</.test(start) ? undefined : 'pdf';
  if (zipStarts.some((mark) => start.startsWith(mark))) return 'docx';
  return htmlStart.test(start.replace(/^\u00EF\u00BB\u00BF/, '')) ? 'html' : undefined;
}

/**
 * The format of a document: what its bytes say, then what its name says.
 * A Markdown or text file that begins like a web page stays what its name says: both may hold HTML.
 */
export function chooseDocumentFormat(name: string, bytes: Uint8Array): DocumentFormat | undefined {
  const named = documentFormat(name);
  const found = sniffFormat(bytes);
  if (found === undefined) return named;
  return found === 'html' && (named === 'markdown' || named === 'text') ? named : found;
}

/** What the head of an HTML report of ours says, so that it is not taken for a document when its folder is read again. */
export const REPORT_MARK = '<meta name="generator" content="w2ner">';
