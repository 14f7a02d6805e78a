/** The parts of a DOCX that hold text, unpacked within bounds and looked over before any XML parser sees them. */
import { UserError } from '../../../base/errors.ts';
import { checkLimit, type DocumentLimits } from '../../limits.ts';
import { readZipDirectory, unpackEntry, type ZipEntry, type ZipPart } from './zip.ts';

/** Parts that are read: XML and the relations between parts. Pictures, fonts and programs stay packed. */
const isText = ({ name }: ZipEntry): boolean =>
  /\.(?:xml|rels)$/i.test(name) && !/^(?:customXml|word\/theme)\//i.test(name);

/** Other things that come in a ZIP archive. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^xl\/workbook/i, 'an Excel workbook'],
  [/^ppt\/presentation/i, 'a PowerPoint presentation'],
  [/^mimetype$|^content\.xml$/i, 'an OpenDocument file'],
  [/^META-INF\/container\.xml$/i, 'an EPUB book'],
];

function checkKind(entries: readonly ZipEntry[], where: string): void {
  if (entries.some(({ name }) => /^word\/document\d*\.xml$/i.test(name))) return;
  const other = others.find(([pattern]) => entries.some(({ name }) => pattern.test(name)))?.[1];
  throw new UserError({
    code: 'E_DOCX',
    where,
    message:
      other === undefined
        ? 'this ZIP archive holds no Word document ("word/document.xml"), expected a .docx'
        : `this is ${other}, expected a .docx`,
    hint: 'save it as .docx, or as plain text',
  });
}

/** Where a tag ends: at the first `>` outside quotation marks; -1 when it does not end. */
function tagEnd(text: string, from: number): number {
  let quote = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x22 || code === 0x27) quote = code;
    else if (code === 0x3e) return i;
  }
  return -1;
}

/** What `<!…` and `<?…` end with. */
const specialEnds: readonly (readonly [string, string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
];

/** Greatest depth of elements, and whether entities or a document type are declared. */
function surveyXml(text: string, deepest: number): { depth: number; hasDeclarations: boolean } {
  let depth = 0;
  let most = 0;
  for (let at = text.indexOf('<'); at >= 0 && most <= deepest; at = text.indexOf('<', at)) {
    const special = specialEnds.find(([start]) => text.startsWith(start, at));
    if (special === undefined && text[at + 1] === '!') return { depth: most, hasDeclarations: true };
    const end = special === undefined ? tagEnd(text, at) : text.indexOf(special[1], at);
    if (end < 0) break; // The parser says what is wrong with it.
    if (special === undefined) {
      if (text[at + 1] === '/') depth--;
      else if (text[end - 1] !== '/') depth++;
      most = Math.max(most, depth);
    }
    at = end;
  }
  return { depth: most, hasDeclarations: false };
}

/** Nothing is nested deep in what Word writes, and it declares no entities; what does is meant to do harm. */
function checkXml({ name, data }: ZipPart, where: string, deepest: number): void {
  const { depth, hasDeclarations } = surveyXml(new TextDecoder().decode(data), deepest);
  if (hasDeclarations) {
    throw new UserError({
      code: 'E_DOCX',
      where,
      message: `"${name}" declares entities or a document type, which no Word document does`,
      hint: 'save it anew from the program that wrote it',
    });
  }
  if (depth > deepest) {
    throw new UserError({
      code: 'E_INPUT_DEPTH',
      where,
      message: `elements of "${name}" stand more than ${deepest} deep inside one another`,
      hint: 'no document needs that: save it anew from the program that wrote it',
    });
  }
}

/**
 * The text parts of a DOCX. Sizes are checked before anything is unpacked, and again while it is.
 * @throws UserError `E_DOCX`, `E_INPUT_SIZE`, `E_INPUT_DEPTH`
 */
export async function readParts(
  bytes: Uint8Array,
  where: string,
  limits: DocumentLimits,
): Promise<ZipPart[]> {
  const entries = readZipDirectory(bytes, where, limits.parts);
  checkKind(entries, where);
  const wanted = entries.filter(isText);
  let total = 0;
  for (const { name, size } of wanted) {
    checkLimit(where, `bytes that "${name}" unpacks to`, size, limits.partBytes);
    total += size;
  }
  checkLimit(where, 'bytes that it unpacks to', total, limits.unpackedBytes);
  const parts: ZipPart[] = [];
  for (const entry of wanted) {
    const part = await unpackEntry(bytes, entry, where);
    checkXml(part, where, limits.depth);
    parts.push(part);
  }
  return parts;
}
