/** Files of JSON records: an array, or one object a line (JSONL), read as bytes and located exactly when broken. */
import { readFileSync } from 'node:fs';
import { errorMessage, UserError } from '../base/errors.ts';
import { findJsonError } from './json-place.ts';

/** One record, or the reason why its line could not be read. */
export type RawRecord =
  | { readonly value: unknown; readonly line?: number }
  | { readonly broken: string; readonly line: number };

/** The records of a file. */
export interface RecordFile {
  readonly format: 'json' | 'jsonl';
  readonly records: readonly RawRecord[];
}

const HINT =
  'expected a JSON array of {"sentence": [words], "ner": [{"type", "index"}]}, or one such object a line';

/** Reads records; broken JSONL lines are among them, anything worse is an error. @throws UserError `E_READ`, `E_DATA_*` */
export function readRecords(path: string): RecordFile {
  const text = readDataText(path);
  const first = /\S/u.exec(text);
  if (first === null) throw bad(path, 'E_DATA_EMPTY', 'the file is empty');
  if (first[0] === '{') return readLines(path, text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(path, 'E_DATA_JSON', describe(text, error));
  }
  if (!Array.isArray(value)) throw bad(path, 'E_DATA_FORMAT', `the file holds ${kindOf(value)}, not records`);
  return { format: 'json', records: value.map((record: unknown) => ({ value: record })) };
}

/** The text of a data file, which must be UTF-8. @throws UserError `E_READ`, `E_DATA_ENCODING` */
export function readDataText(path: string): string {
  let bytes: Buffer;
  let text: string;
  try {
    bytes = readFileSync(path);
    text = bytes.toString('utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const known = {
      ENOENT: 'there is no such file',
      EISDIR: 'this is a folder without .ann files, expected a file or a BRAT folder',
    }[code ?? ''];
    const message = known ?? `cannot be read (${errorMessage(error)})`;
    throw new UserError({ code: 'E_READ', where: path, message, cause: error });
  }
  const at = text.includes('\uFFFD') ? firstBadByte(bytes, text) : undefined;
  if (at !== undefined) {
    throw bad(path, 'E_DATA_ENCODING', `byte ${at} (0x${bytes[at]!.toString(16)}) is not UTF-8`);
  }
  return text.replace(/^\uFEFF/u, '');
}

/** Offset of the first byte that UTF-8 does not allow: there the decoded text no longer gives the same bytes. */
function firstBadByte(bytes: Buffer, text: string): number | undefined {
  const again = Buffer.from(text, 'utf8');
  if (again.equals(bytes)) return undefined;
  let at = 0;
  while (at < bytes.length - 1 && bytes[at] === again[at]) at++;
  return at;
}

function readLines(path: string, text: string): RecordFile {
  const records: RawRecord[] = [];
  let good = 0;
  text.split('\n').forEach((source, index) => {
    if (source.trim() === '') return;
    const line = index + 1;
    try {
      records.push({ value: JSON.parse(source) as unknown, line });
      good++;
    } catch (error) {
      records.push({ broken: describe(source, error, line), line });
    }
  });
  if (good > 0 || records.length === 1) return { format: 'jsonl', records };
  const error = findJsonError(text);
  if (error === undefined) throw bad(path, 'E_DATA_FORMAT', 'the file holds one object, not records');
  throw bad(path, 'E_DATA_JSON', describe(text, undefined));
}

function describe(text: string, error: unknown, line?: number): string {
  const found = findJsonError(text);
  if (found === undefined) return `is not JSON (${errorMessage(error)})`;
  const { charStart, line: own, column } = found.place;
  const got = charStart >= text.length ? 'the end' : JSON.stringify(text.slice(charStart, charStart + 12));
  const byte = line === undefined ? `, byte ${Buffer.byteLength(text.slice(0, charStart))}` : '';
  return `is not JSON at line ${line ?? own}, column ${column}${byte}: got ${got}, expected ${found.expected}`;
}

/** What a JSON value is, with its article. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function bad(path: string, code: string, message: string): UserError {
  return new UserError({ code, where: path, message, hint: HINT });
}
