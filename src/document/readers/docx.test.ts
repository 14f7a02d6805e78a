/** DOCX: structure kept, and archives that are broken or meant to do harm. */
import { describe, expect, it, test } from 'vitest';
import { documentFromBytes } from '../from-bytes.ts';
import { buildZip, docxFiles, wordParagraph, type ZipFileSpec } from '../testing.ts';

const open = (files: readonly ZipFileSpec[], options = {}) =>
  documentFromBytes('а.docx', buildZip(files), options);

const cell = (text: string, properties = ''): string =>
  `<w:tc><w:tcPr>${properties}</w:tcPr>${wordParagraph(text)}</w:tc>`;

describe('a Word document', () => {
  it('keeps headings, lists of styles, tables with merged cells, and footnotes', async () => {
    const body = [
      wordParagraph('Лечение', '1'),
      wordParagraph('Дозы', '2'),
      '<w:p><w:r><w:t>Назначают </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>кап</w:t></w:r><w:r><w:t>топрил</w:t></w:r>' +
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
      '<w:tbl>',
      `<w:tr><w:trPr><w:tblHeader/></w:trPr>${cell('Препарат')}${cell('Доза', '<w:gridSpan w:val="2"/>')}</w:tr>`,
      `<w:tr>${cell('Каптоприл')}${cell('5 мг')}${cell('25 мг')}</w:tr>`,
      '</w:tbl>',
      '<w:p><w:del><w:r><w:delText>вычеркнуто</w:delText></w:r></w:del><w:r><w:t>10</w:t></w:r>' +
        '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>9</w:t></w:r></w:p>',
    ].join('');
    const document = await open(
      docxFiles(body, '<w:footnote w:id="2"><w:p><w:r><w:t>Не детям.</w:t></w:r></w:p></w:footnote>'),
    );
    expect(
      [...document.blocks()].map(({ kind, level, header, text }) => [kind, level ?? header, text]),
    ).toEqual([
      ['heading', 1, 'Лечение'],
      ['heading', 2, 'Дозы'],
      ['paragraph', undefined, 'Назначают каптоприл[1]'],
      ['table-cell', undefined, 'Препарат'],
      ['table-cell', undefined, 'Доза'],
      ['table-cell', 'Препарат', 'Каптоприл'],
      ['table-cell', 'Доза', '5 мг'],
      ['table-cell', 'Доза', '25 мг'],
      ['paragraph', undefined, '10^9'],
      ['list-item', undefined, 'Не детям.'],
    ]);
    expect(document.format).toBe('docx');
  });

  it('is known by its content, whatever it is called', async () => {
    const bytes = buildZip(docxFiles(wordParagraph('Текст.')));
    expect((await documentFromBytes('а.txt', bytes)).source).toBe('Текст.');
  });
});

const many = (count: number): ZipFileSpec[] =>
  Array.from({ length: count }, (_, i) => ({ name: `word/${i}.xml`, text: '<a/>' }));
const deep = `${'<w:p>'.repeat(400)}${'</w:p>'.repeat(400)}`;

describe('a bad archive', () => {
  test.each<[string, readonly ZipFileSpec[], object, RegExp]>([
    [
      'a workbook',
      [{ name: 'xl/workbook.xml', text: '<a/>' }],
      {},
      /this is an Excel workbook, expected a \.docx/,
    ],
    ['no document', [{ name: 'а.txt', text: 'а' }], {}, /holds no Word document/],
    [
      'a bomb',
      docxFiles('а'.repeat(200_000)),
      { partBytes: 100_000 },
      /"word\/document\.xml" unpacks to: found/,
    ],
    ['many small bombs', docxFiles('а'), { unpackedBytes: 100 }, /bytes that it unpacks to: found/],
    [
      'too many files',
      [...docxFiles('а'), ...many(50)],
      { parts: 20 },
      /holds 56 files|holds 55 files|at most 20/,
    ],
    ['deep XML', docxFiles(deep), {}, /stand more than 256 deep/],
    [
      'entities',
      docxFiles('а').map((file) =>
        file.name === 'word/document.xml'
          ? { ...file, text: `<!DOCTYPE a [<!ENTITY b "c">]>${file.text}` }
          : file,
      ),
      {},
      /declares entities/,
    ],
    [
      'a false size',
      docxFiles('а'.repeat(5000)).map((file) => ({ ...file, claimedSize: 20 })),
      {},
      /unpacks to more than the 20 bytes/,
    ],
    ['broken XML', docxFiles('<w:p><w:r>'), {}, /cannot be read/],
  ])('%s', async (_name, files, limits, message) => {
    await expect(open(files, { limits })).rejects.toThrow(message);
  });

  it('that is cut off, empty or of the old kind is told', async () => {
    const bytes = buildZip(docxFiles(wordParagraph('Текст.')));
    await expect(documentFromBytes('а.docx', bytes.subarray(0, 400))).rejects.toThrow(/cut off/);
    await expect(documentFromBytes('а.docx', new Uint8Array(0))).rejects.toThrow(/the file is empty/);
    const old = Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);
    await expect(documentFromBytes('а.docx', old)).rejects.toThrow(/encrypted, or in the old \.doc form/);
    const text = new TextEncoder().encode('просто текст');
    await expect(documentFromBytes('а.docx', text)).rejects.toThrow(/no end/);
  });
});
