/** Encodings: each is recognised by its bytes alone, and what is no text is named by file and byte. */
import iconv from 'iconv-lite';
import { describe, expect, it, test } from 'vitest';
import { UserError } from '../base/errors.ts';
import { decodeText } from './encoding.ts';

const text =
  'Рекомендуется назначение преднизолона в дозе 0,75 мг/кг/сут (№ 5) пациентам старше 18 лет.\r\nКонтроль АД – ежедневно.';

function errorOf(bytes: Uint8Array): UserError {
  try {
    decodeText(bytes, 'файл.txt');
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('decoded without an error');
}

describe('decodeText', () => {
  test.each([
    ['utf-8', 'utf-8', false],
    ['utf-8-bom', 'utf-8', true],
    ['utf-16le', 'utf-16le', true],
    ['utf-16le', 'utf-16le', false],
    ['utf-16be', 'utf-16be', true],
    ['utf-16be', 'utf-16be', false],
    ['windows-1251', 'windows-1251', false],
  ])('reads %s', (encoding, label, addBOM) => {
    expect(decodeText(iconv.encode(text, label, { addBOM }), 'a')).toEqual({ text, encoding });
  });

  it('reads short and plain texts', () => {
    expect(decodeText(Buffer.from('plain ASCII'), 'a').encoding).toBe('utf-8');
    expect(decodeText(iconv.encode('Боль', 'windows-1251'), 'a')).toEqual({
      text: 'Боль',
      encoding: 'windows-1251',
    });
    expect(decodeText(iconv.encode('Fever 38 °C', 'windows-1251'), 'a').encoding).toBe('windows-1251');
    expect(decodeText(iconv.encode('Да', 'utf-16le', { addBOM: true }), 'a').text).toBe('Да');
    expect(
      decodeText(iconv.encode('ЛЕЧЕНИЕ БОЛЬНЫХ С ДИАБЕТОМ ВТОРОГО ТИПА У ДЕТЕЙ', 'windows-1251'), 'a')
        .encoding,
    ).toBe('windows-1251');
  });

  it('reports a damaged UTF-8 file with the byte, and does not decode it as something else', () => {
    const bytes = Buffer.concat([Buffer.from(text.repeat(3000)), Buffer.from([0xd0]), Buffer.from(text)]);
    const offset = Buffer.byteLength(text) * 3000;
    expect(errorOf(bytes)).toMatchObject({ code: 'E_ENCODING', where: 'файл.txt' });
    expect(errorOf(bytes).message).toContain(`byte ${offset}: 0xD0 is broken UTF-8`);
    expect(errorOf(Buffer.from(text).subarray(0, 21)).message).toContain(
      'byte 20: 0xD1 is broken UTF-8, the file ends',
    );
  });

  it('names other Cyrillic encodings', () => {
    const long = text.repeat(3);
    expect(errorOf(iconv.encode(long, 'koi8-r')).message).toContain('looks like KOI8-R');
    expect(errorOf(iconv.encode(long, 'cp866')).message).toContain('looks like CP866');
  });

  it('reads text with a few stray control characters, which keep their places', () => {
    const stray = 'Боль в груди\u0011 и одышка\u0007 при нагрузке.';
    expect(decodeText(Buffer.from(stray), 'a.txt')).toEqual({ text: stray, encoding: 'utf-8' });
  });

  test.each<[string, Uint8Array, string, RegExp]>([
    ['nothing', new Uint8Array(), 'E_EMPTY', /the file is empty, expected a document/],
    ['white space', Buffer.from(' \r\n\t'), 'E_EMPTY', /white space/],
    ['only a byte-order mark', Buffer.from([0xef, 0xbb, 0xbf]), 'E_EMPTY', /white space/],
    ['a zero byte', Buffer.from('да\u0000нет'), 'E_BINARY', /byte 4: 0x00/],
    ['many control characters', Buffer.from(`да${'\u0011'.repeat(9)}нет`), 'E_BINARY', /byte 4: 0x11/],
    ['a PDF', Buffer.from('%PDF-1.7 …'), 'E_BINARY', /PDF/],
    ['a DOCX', Buffer.from([0x50, 0x4b, 3, 4, 20]), 'E_BINARY', /ZIP/],
    [
      'random bytes',
      Uint8Array.from({ length: 999 }, (_, i) => (i * i * 7 + 131) % 256),
      'E_BINARY',
      /byte \d+/,
    ],
    ['0x98', Buffer.from([0xcf, 0xf0, 0x98, 0xe0]), 'E_ENCODING', /byte 2: 0x98/],
    ['half a UTF-16 unit', Buffer.from([0xff, 0xfe, 0x14, 0x04, 0x30]), 'E_ENCODING', /byte 4: half/],
    ['a lone surrogate', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x30, 0x04]), 'E_ENCODING', /byte 2: 0xD800/],
  ])('refuses %s', (_, bytes, code, message) => {
    const error = errorOf(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeDefined();
  });
});
