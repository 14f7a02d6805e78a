/** Builds small PDFs, ZIP archives and Word documents for tests. */
import { deflateRawSync } from 'node:zlib';

/** A piece of text on a page; places in points from the lower left corner. */
export interface PdfText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly bold?: boolean;
}

/** A page of a test PDF. */
export interface PdfPageSpec {
  readonly texts?: readonly PdfText[];
  /** Ruled lines: x0, y0, x1, y1. */
  readonly rules?: readonly (readonly [number, number, number, number])[];
  /** Drawn bullets: middle. */
  readonly dots?: readonly (readonly [number, number])[];
  readonly hasPicture?: boolean;
  /** Put before the page's own drawing. */
  readonly raw?: string;
}

/** Width of every character of the test fonts, in thousandths of the font size. */
const charWidth = 500;

/** Codes of the test fonts: each character of the document gets one, and a table says what it stands for. */
function encoder(pages: readonly PdfPageSpec[]): { codes: Map<string, number>; toUnicode: string } {
  const codes = new Map<string, number>();
  for (const { texts = [] } of pages)
    for (const { text } of texts)
      for (const char of text) if (!codes.has(char)) codes.set(char, codes.size + 1);
  const hex = (value: number): string => value.toString(16).padStart(4, '0');
  const rows = [...codes].map(
    ([char, code]) => `<${hex(code)}> <${[...char].map((c) => hex(c.codePointAt(0)!)).join('')}>`,
  );
  const chunks: string[] = [];
  for (let i = 0; i < rows.length; i += 100) {
    const chunk = rows.slice(i, i + 100);
    chunks.push(`${chunk.length} beginbfchar\n${chunk.join('\n')}\nendbfchar`);
  }
  return {
    codes,
    toUnicode: `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def
1 begincodespacerange <0000> <ffff> endcodespacerange
${chunks.join('\n')}
endcmap end end`,
  };
}

function pageStream(page: PdfPageSpec, codes: ReadonlyMap<string, number>): string {
  const { texts = [], rules = [], dots = [], hasPicture = false, raw = '' } = page;
  const shown = texts.map(({ text, x, y, size = 10, bold = false }) => {
    const hex = [...text].map((char) => codes.get(char)!.toString(16).padStart(4, '0')).join('');
    return `BT /${bold ? 'B' : 'R'} ${size} Tf 1 0 0 1 ${x} ${y} Tm <${hex}> Tj ET`;
  });
  const lines = rules.map(([x0, y0, x1, y1]) => `${x0} ${y0} m ${x1} ${y1} l S`);
  const k = 0.55 * 2;
  const circles = dots.map(
    ([x, y]) =>
      `${x + 2} ${y} m ${x + 2} ${y + k} ${x + k} ${y + 2} ${x} ${y + 2} c ${x - k} ${y + 2} ${x - 2} ${y + k} ${x - 2} ${y} c ` +
      `${x - 2} ${y - k} ${x - k} ${y - 2} ${x} ${y - 2} c ${x + k} ${y - 2} ${x + 2} ${y - k} ${x + 2} ${y} c f`,
  );
  return [raw, ...lines, ...circles, ...shown, hasPicture ? 'q 200 0 0 200 100 300 cm /P Do Q' : ''].join(
    '\n',
  );
}

/** A PDF (A4) with the given pages. @param extra put into the trailer, for example `/Encrypt 99 0 R` */
export function buildPdf(pages: readonly PdfPageSpec[], extra = ''): Uint8Array {
  const { codes, toUnicode } = encoder(pages);
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  const stream = (dict: string, body: string): string =>
    `<< ${dict} /Length ${body.length} >>\nstream\n${body}\nendstream`;
  add('<< /Type /Catalog /Pages 2 0 R >>');
  add(''); // the pages, once their numbers are known
  const unicode = add(stream('', toUnicode));
  const fonts = ['Regular', 'Bold'].map((style) => {
    const descriptor = add(
      `<< /Type /FontDescriptor /FontName /Test-${style} /Flags 32 /FontBBox [0 -200 1000 800] /ItalicAngle 0 ` +
        '/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
    );
    const child = add(
      `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test-${style} /CIDSystemInfo << /Registry (Adobe) ` +
        `/Ordering (Identity) /Supplement 0 >> /FontDescriptor ${descriptor} 0 R /DW ${charWidth} >>`,
    );
    return add(
      `<< /Type /Font /Subtype /Type0 /BaseFont /Test-${style} /Encoding /Identity-H ` +
        `/DescendantFonts [${child} 0 R] /ToUnicode ${unicode} 0 R >>`,
    );
  });
  const picture = pages.some(({ hasPicture }) => hasPicture)
    ? add(
        stream(
          '/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8',
          'abcd',
        ),
      )
    : 0;
  const kids = pages.map((page) => {
    const content = add(stream('', pageStream(page, codes)));
    const pictures = page.hasPicture === true ? `/XObject << /P ${picture} 0 R >>` : '';
    return add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R ` +
        `/Resources << /Font << /R ${fonts[0]} 0 R /B ${fonts[1]} 0 R >> ${pictures} >> >>`,
    );
  });
  objects[1] = `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>`;
  let body = '%PDF-1.7\n';
  const places = objects.map((object, i) => {
    const place = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${extra} >>\n`;
  return new TextEncoder().encode(`${body}${end}startxref\n${body.length}\n%%EOF\n`);
}

/** Lines of running text as {@link PdfText}, one under the other. */
export function pdfLines(
  lines: readonly string[],
  { x = 60, y = 780, pitch = 14, ...rest }: Partial<PdfText> & { readonly pitch?: number } = {},
): PdfText[] {
  return lines.map((text, i) => ({ ...rest, text, x, y: y - i * pitch }));
}

/** A file for {@link buildZip}. */
export interface ZipFileSpec {
  readonly name: string;
  readonly text: string;
  /** A size that the archive claims instead of the true one. */
  readonly claimedSize?: number;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A ZIP archive with deflated files. */
export function buildZip(files: readonly ZipFileSpec[]): Uint8Array {
  const head: Buffer[] = [];
  const directory: Buffer[] = [];
  let place = 0;
  for (const { name, text, claimedSize } of files) {
    const data = Buffer.from(text);
    const packed = deflateRawSync(data);
    const nameBytes = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claimedSize ?? data.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    head.push(Buffer.from('PK\u0003\u0004'), fields, nameBytes, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(place, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), fields, rest, nameBytes);
    place += 30 + nameBytes.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(place, 12);
  return new Uint8Array(Buffer.concat([...head, ...directory, Buffer.from('PK\u0005\u0006'), end]));
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const relationships = 'http://schemas.openxmlformats.org/package/2006/relationships';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** The files of a Word document. @param body XML inside `w:body` */
export function docxFiles(body: string, notes = ''): ZipFileSpec[] {
  const style = (id: string, name: string): string =>
    `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/></w:style>`;
  return [
    {
      name: '[Content_Types].xml',
      text: `${xmlHead}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`,
    },
    {
      name: '_rels/.rels',
      text: `${xmlHead}<Relationships xmlns="${relationships}"><Relationship Id="r1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: 'word/_rels/document.xml.rels',
      text: `${xmlHead}<Relationships xmlns="${relationships}"><Relationship Id="r1" Type="${office}/styles" Target="styles.xml"/>${notes === '' ? '' : `<Relationship Id="r2" Type="${office}/footnotes" Target="footnotes.xml"/>`}</Relationships>`,
    },
    {
      name: 'word/styles.xml',
      text: `${xmlHead}<w:styles ${word}>${style('1', 'heading 1')}${style('2', 'Заголовок 2')}</w:styles>`,
    },
    ...(notes === ''
      ? []
      : [{ name: 'word/footnotes.xml', text: `${xmlHead}<w:footnotes ${word}>${notes}</w:footnotes>` }]),
    {
      name: 'word/document.xml',
      text: `${xmlHead}<w:document ${word}><w:body>${body}</w:body></w:document>`,
    },
  ];
}

/** A paragraph of Word. */
export const wordParagraph = (text: string, style = ''): string =>
  `<w:p>${style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
