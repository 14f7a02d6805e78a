/** Finds out how a file's bytes are encoded and decodes them, or says at which byte they stop being text. */
import { UserError } from '../base/errors.ts';

/** A decoded file. */
export interface DecodedText {
  /** The text, without a byte-order mark. */
  readonly text: string;
  readonly encoding: 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'windows-1251';
}

const sampleSize = 64 * 1024;
const convertHint = 'save it as UTF-8 (for example with `iconv -f ENCODING -t UTF-8`)';

/** First bytes of files that people mistake for text. */
const signatures: readonly (readonly [readonly number[], string, string])[] = [
  [[0x25, 0x50, 0x44, 0x46], 'a PDF file', 'extract its text first'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive (perhaps a .docx)', 'save the document as plain text'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Office document', 'save the document as plain text'],
  [[0x7b, 0x5c, 0x72, 0x74, 0x66], 'an RTF document', 'save the document as plain text'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture', 'recognise its text first'],
  [[0xff, 0xd8, 0xff], 'a JPEG picture', 'recognise its text first'],
  [[0x1f, 0x8b], 'a gzip archive', 'unpack it first'],
  [[0xff, 0xfe, 0x00, 0x00], 'UTF-32 text', convertHint],
  [[0x00, 0x00, 0xfe, 0xff], 'UTF-32 text', convertHint],
];

const hex = (byte: number): string => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

const startsWith = (bytes: Uint8Array, prefix: readonly number[]): boolean =>
  prefix.every((byte, i) => bytes[i] === byte);

function broken(where: string, offset: number, message: string, hint = convertHint): UserError {
  return new UserError({ code: 'E_ENCODING', where, message: `byte ${offset}: ${message}`, hint });
}

function binary(where: string, offset: number, message: string, hint: string): UserError {
  return new UserError({
    code: 'E_BINARY',
    where,
    message: `byte ${offset}: ${message}, expected text`,
    hint,
  });
}

/** Length of the UTF-8 sequence at `i`, 0 when there is none (Unicode 15, table 3-7). */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const second = bytes[i + 1];
  if (second === undefined) return 0;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let k = 2; k < length; k++) {
    const next = bytes[i + k];
    if (next === undefined || next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

/** The text of strict UTF-8, without a byte-order mark; undefined when the bytes are anything else. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

interface Utf8Faults {
  /** Offset of the first byte that begins no sequence, -1 when all is well. */
  readonly first: number;
  readonly faults: number;
  /** Well-formed sequences of two bytes or more. */
  readonly wellFormed: number;
}

function scanUtf8(bytes: Uint8Array): Utf8Faults {
  let first = -1;
  let faults = 0;
  let wellFormed = 0;
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length > 1) wellFormed++;
    if (length === 0) {
      if (first < 0) first = i;
      faults++;
    }
    i += Math.max(1, length);
  }
  return { first, faults, wellFormed };
}

/** Stray control characters, which copying out of a PDF leaves in texts, make no text file a binary one. */
const strayControls = (size: number): number => Math.max(8, size / 500);

/**
 * Where control characters begin that no text file holds: a zero byte, or so many others that they are no accident; tab,
 * line ends, page break and the old end-of-file mark may stand.
 */
function findControl(bytes: Uint8Array): number {
  let [first, count] = [-1, 0];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1a || byte === 0x1b || byte === 0x1f)
      continue;
    if (byte === 0) return i;
    if (first < 0) first = i;
    count += 1;
  }
  return count > strayControls(bytes.length) ? first : -1;
}

/**
 * Byte order of UTF-16 without a mark. Russian text has 0x04 (letters), 0x00 (ASCII) or 0x20 (dashes, quotes) as the high
 * byte of nearly every unit, and spaces among them; no other text has control characters at every other byte.
 */
function guessUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const size = Math.min(bytes.length, sampleSize) & ~1;
  if (size < 4) return undefined;
  const high = [0, 0];
  const control = [0, 0];
  for (let i = 0; i < size; i++) {
    const byte = bytes[i]!;
    if (byte === 0x00 || byte === 0x04 || byte === 0x20 || byte === 0x21 || byte === 0x22) high[i & 1]!++;
    if (byte === 0x00 || byte === 0x04) control[i & 1]!++;
  }
  const units = size / 2;
  for (const parity of [0, 1]) {
    const isHigh = high[parity]! >= units * 0.95 && control[parity]! >= units * 0.8;
    if (isHigh && control[1 - parity]! < units * 0.2) return parity === 1 ? 'utf-16le' : 'utf-16be';
  }
  return undefined;
}

function decodeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be', where: string): string {
  const name = encoding.toUpperCase();
  if (bytes.length % 2 !== 0) {
    throw broken(
      where,
      bytes.length - 1,
      `half a ${name} unit at the end of the file`,
      'the file is cut off: copy it again',
    );
  }
  const text = new TextDecoder(encoding, { ignoreBOM: false }).decode(bytes);
  if (!text.includes('\uFFFD')) return text;
  const start = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) ? 2 : 0;
  const bad = text.indexOf('\uFFFD');
  const offset = start + bad * 2;
  const unit = encoding === 'utf-16le' ? [1, 0] : [0, 1];
  const found = unit.map((k) => bytes[offset + k]!.toString(16).padStart(2, '0')).join('');
  if (found.toLowerCase() === 'fffd') return text;
  throw broken(
    where,
    offset,
    `0x${found.toUpperCase()} is half of a ${name} surrogate pair`,
    'the file is damaged: copy it again',
  );
}

/** Byte values of Windows-1251 that are Cyrillic letters. */
const isLetter1251 = (byte: number): boolean => byte >= 0xc0 || byte === 0xa8 || byte === 0xb8;
/** Signs of Windows-1251 that stand in ordinary text: quotation marks, dashes, «№», «°», «±», no-break space. */
const signs1251 = new Set([
  0x84, 0x85, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0xa0, 0xa7, 0xa9, 0xab, 0xae, 0xb0, 0xb1, 0xb5, 0xb7,
  0xb9, 0xbb,
]);
/** «о е а и н т с р в л», the ten commonest letters, about two thirds of any Russian text. */
const commonLetters = new Set('оеаинтсрвл');

/** Share of the commonest letters among the Cyrillic letters of a reading. */
function commonShare(text: string): number {
  let letters = 0;
  let common = 0;
  for (const char of text.toLowerCase()) {
    if (char < 'а' || char > 'я') continue;
    letters++;
    if (commonLetters.has(char)) common++;
  }
  return letters < 30 ? 1 : common / letters;
}

/** Decodes bytes that are not UTF-8 as Windows-1251, when that is what they are. */
function decode1251(bytes: Uint8Array, where: string, firstFault: number): string {
  let high = 0;
  let ordinary = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x80) continue;
    if (byte === 0x98)
      throw broken(where, i, '0x98 is not a character of Windows-1251, nor is the file UTF-8');
    high++;
    if (isLetter1251(byte) || signs1251.has(byte)) ordinary++;
  }
  const sample = bytes.subarray(0, sampleSize);
  const share = commonShare(new TextDecoder('windows-1251').decode(sample));
  if (ordinary >= high * 0.9 && share >= 0.45) return new TextDecoder('windows-1251').decode(bytes);
  for (const other of ['koi8-r', 'ibm866', 'x-mac-cyrillic']) {
    const text = new TextDecoder(other).decode(sample);
    const cyrillic = text.match(/[а-яё]/gi)?.length ?? 0;
    if (cyrillic < 30 || commonShare(text) < 0.5) continue;
    const name = other === 'ibm866' ? 'CP866' : other.toUpperCase();
    throw broken(
      where,
      firstFault,
      `looks like ${name}, expected UTF-8, UTF-16 or Windows-1251`,
      `convert it: iconv -f ${name} -t UTF-8`,
    );
  }
  throw broken(
    where,
    firstFault,
    `${hex(bytes[firstFault]!)} is not UTF-8, and the file does not read as Windows-1251`,
  );
}

function decodeUnmarked(bytes: Uint8Array, where: string): DecodedText {
  const utf16 = guessUtf16(bytes);
  if (utf16 !== undefined) return { text: decodeUtf16(bytes, utf16, where), encoding: utf16 };
  const control = findControl(bytes);
  if (control >= 0)
    throw binary(where, control, `${hex(bytes[control]!)} in a text file`, 'is this a document?');
  const utf8 = decodeUtf8(bytes);
  if (utf8 !== undefined) return { text: utf8, encoding: 'utf-8' };
  const { first, faults, wellFormed } = scanUtf8(bytes);
  // Well-formed sequences hardly ever come about by accident: the file is UTF-8, and damaged.
  if (wellFormed >= 3 && wellFormed >= faults * 2) throw brokenUtf8(bytes, first, where);
  return { text: decode1251(bytes, where, first), encoding: 'windows-1251' };
}

function brokenUtf8(bytes: Uint8Array, offset: number, where: string): UserError {
  const atEnd = bytes.length - offset < 4 && sequenceLength(bytes, offset) === 0 && bytes[offset]! >= 0xc2;
  const rest = atEnd ? ', the file ends inside a character' : '';
  return broken(
    where,
    offset,
    `${hex(bytes[offset]!)} is broken UTF-8${rest}`,
    'the file is damaged or cut off: copy it again, or save it as UTF-8',
  );
}

/**
 * Decodes a text file: UTF-8 and UTF-16 with or without a byte-order mark, Windows-1251.
 *
 * UTF-8 is tried strictly first. Bytes that are not UTF-8 are Windows-1251 only when they read as Russian there; a file
 * that is UTF-8 but for a few bytes is reported, not decoded as nonsense.
 *
 * @throws UserError `E_EMPTY` ({@link checkNotEmpty}), `E_BINARY`, `E_ENCODING`; the message names the byte
 */
export function decodeText(bytes: Uint8Array, where: string): DecodedText {
  for (const [prefix, what, hint] of signatures) {
    if (startsWith(bytes, prefix)) throw binary(where, 0, `this is ${what}`, hint);
  }
  const decoded = decodeMarked(bytes, where) ?? decodeUnmarked(bytes, where);
  checkNotEmpty(where, 'file', decoded.text, bytes.length);
  return decoded;
}

/**
 * Refuses text without a sign in it.
 * @param length of what the text came as: a file with a byte-order mark alone is not empty
 * @throws UserError `E_EMPTY`
 */
export function checkNotEmpty(
  where: string,
  what: 'file' | 'text',
  text: string,
  length = text.length,
): void {
  if (/\S/.test(text)) return;
  throw new UserError({
    code: 'E_EMPTY',
    where,
    message: `the ${what} ${length === 0 ? 'is empty' : 'holds nothing but white space'}, expected a document`,
    hint: 'fill it or leave it out',
  });
}

/** Decodes a file that begins with a byte-order mark. */
function decodeMarked(bytes: Uint8Array, where: string): DecodedText | undefined {
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) {
    const text = decodeUtf8(bytes);
    if (text === undefined) throw brokenUtf8(bytes, scanUtf8(bytes).first, where);
    const control = findControl(bytes);
    if (control >= 0)
      throw binary(where, control, `${hex(bytes[control]!)} in a text file`, 'is this a document?');
    return { text, encoding: 'utf-8-bom' };
  }
  if (startsWith(bytes, [0xff, 0xfe]))
    return { text: decodeUtf16(bytes, 'utf-16le', where), encoding: 'utf-16le' };
  if (startsWith(bytes, [0xfe, 0xff]))
    return { text: decodeUtf16(bytes, 'utf-16be', where), encoding: 'utf-16be' };
  return undefined;
}
