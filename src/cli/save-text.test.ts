/** `w2ner extract` over documents of several formats, and the texts that it saves. */
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { buildPdf, buildZip, docxFiles, pdfLines, wordParagraph } from '../document/testing.ts';
import type { ExtractRecord } from '../predict/record.ts';
import { textNames } from './save-text.ts';

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
  mkdirSync(place.path('docs'));
});
afterEach(() => place.remove());

const sentence = 'Рекомендуется цитарабин 100 мг/м2.';

it('reads all formats of a folder, and places count in the saved texts', async () => {
  place.write('docs/а.md', `# Лечение\n\n${sentence}\n`);
  place.write(
    'docs/б.html',
    `<h1>Лечение</h1><p>Рекомендуется <b>цитарабин</b> 100&nbsp;мг/м<sup>2</sup>.</p>`,
  );
  place.write('docs/в.pdf', buildPdf([{}, { texts: pdfLines([sentence]) }]));
  place.write('docs/г.docx', buildZip(docxFiles(wordParagraph('Лечение', '1') + wordParagraph(sentence))));
  const sections = [{ title: 'Лечение', content: `<p>${sentence}</p>` }];
  place.write('docs/д.json', JSON.stringify({ id: '1_1', obj: { sections } }));
  place.write('docs/е.json', '{"a": 1}');
  const { code, stderr } = await cli([
    ...['extract', place.path('docs'), '--out', place.path('out.json')],
    ...['--save-text', place.path('texts/deep')],
  ]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `Passed over, no documents: ${place.path('docs/е.json')}\n`,
  });
  const records: ExtractRecord[] = JSON.parse(place.read('out.json'));
  expect(records.map(({ source_file, page, section }) => [source_file, page, section])).toEqual([
    ['а.md', undefined, 'Лечение'],
    ['б.html', undefined, 'Лечение'],
    ['в.pdf', 2, undefined],
    ['г.docx', undefined, 'Лечение'],
    ['д.json', undefined, 'Лечение'],
  ]);
  for (const { source_file, start, end } of records) {
    const text = place.read(`texts/deep/${source_file.replace(/\.\w+$/, '.txt')}`);
    expect(text.slice(start, end)).toBe(sentence);
  }
});

it('lists documents that cannot be read with the reason, and does the others', async () => {
  place.write('docs/а.md', sentence);
  place.write('docs/б.pdf', buildPdf([{ hasPicture: true }]));
  place.write('docs/в.docx', 'не архив');
  place.write('docs/г.json', '{"obj": {"sections": "нет"}}');
  const { code, stderr } = await cli(['extract', place.path('docs'), '--out', place.path('out.json')]);
  expect(code).toBe(2);
  expect(stderr).toContain('3 files could not be read');
  expect(stderr).toMatch(/б\.pdf: the PDF has no text layer/);
  expect(stderr).toMatch(/в\.docx: the DOCX is damaged/);
  expect(stderr).toMatch(/г\.json: this JSON is another object, at "obj.sections"/);
  expect(JSON.parse(place.read('out.json'))).toHaveLength(1);
});

it('never overwrites a document with its text', async () => {
  place.write('а.txt', sentence);
  const { code, stderr } = await cli([
    ...['extract', place.path('а.txt'), '--out', place.path('out.json'), '--save-text', place.folder],
  ]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--save-text: .*а\.txt would be overwritten/);
});

it('refuses a folder that cannot be made', async () => {
  place.write('а.md', sentence);
  const file = place.write('none.txt', 'x');
  const saving = async (folder: string): Promise<string> => {
    const run = ['extract', place.path('а.md'), '--out', place.path('out.json'), '--save-text', folder];
    const { code, stderr } = await cli(run);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await saving(file)).toContain(`--save-text: ${file}: this is a file, expected a folder`);
  expect(await saving(`${file}/a`)).toContain('a part of this path is a file, expected a folder');
});

it('gives every text a name of its own', () => {
  expect(textNames(['а.pdf', 'б.md', 'а.docx', 'а.pdf', '.md'])).toEqual([
    'а.pdf.txt',
    'б.txt',
    'а.docx.txt',
    'а.pdf-2.txt',
    '.md.txt',
  ]);
});
