/** Which format a document is read as: its first bytes, then its name. */
import { expect, test } from 'vitest';
import { chooseDocumentFormat, documentFormat } from './format.ts';

test.each([
  ['а.md', 'markdown'],
  ['A.TXT', 'text'],
  ['папка.pdf/а.htm', 'html'],
  ['C:\\а\\б.DOCX', 'docx'],
  ['773_2.json', 'rubricator'],
  ['а.tar.gz', undefined],
  ['.md', undefined],
  ['pdf', undefined],
])('%s is %s by its name', (name, format) => {
  expect(documentFormat(name)).toBe(format);
});

test.each([
  ['а.txt', '%PDF-1.7\n', 'pdf'],
  ['а.docx', '\u0000\u0001 %PDF-1.4', 'pdf'],
  ['а.html', '<p>%PDF-1.4 — это начало файла</p>', 'html'],
  ['а.txt', 'PK\u0003\u0004…', 'docx'],
  ['а.xyz', '<!DOCTYPE html><p>а', 'html'],
  ['а.pdf', '  <html lang="ru">', 'html'],
  ['а.json', '<!-- а --><html>', 'html'],
  ['а.md', '<html><p>а', 'markdown'],
  ['а.txt', '<!doctype html>', 'text'],
  ['а.md', '# а', 'markdown'],
  ['а.xyz', 'а', undefined],
  ['а.html', '', 'html'],
])('%s with %j is read as %s', (name, start, format) => {
  expect(chooseDocumentFormat(name, new TextEncoder().encode(start))).toBe(format);
});
