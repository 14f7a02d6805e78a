/** Formats and outputs: exact text, atomic files, a full disk, a closed pipe. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExtractRecord } from '../predict/record.ts';
import { exporters, type FormatName, formatOfPath, writeRecords } from './exporters.ts';
import { OutputClosed, openFileOutput, openStreamOutput } from './output.ts';

const record = (text: string, score = 0.5): ExtractRecord => ({
  source_file: 'а.md',
  start: 0,
  end: 20,
  sentence_text: text,
  orig_sentence: text,
  sentence: text.split(' '),
  entities: [
    {
      type: 'DRUG',
      index: [0, 2],
      text,
      spans: [
        [3, 5],
        [9, 12],
      ],
      score,
    },
  ],
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2ner-export-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const exported = async (
  format: FormatName,
  records: ExtractRecord[],
  delimiter?: string,
): Promise<string> => {
  const path = join(folder, `out.${format}`);
  const options = delimiter === undefined ? {} : { delimiter };
  expect(await writeRecords(records, exporters[format], openFileOutput(path), options)).toBe(records.length);
  return readFileSync(path, 'utf8');
};

describe('formats', () => {
  it('json: an array with a record per line', async () => {
    const records = [record('а б в'), record('г д е')];
    const text = await exported('json', records);
    expect(JSON.parse(text)).toEqual(records);
    expect(text.split('\n')).toHaveLength(5);
    expect(await exported('json', [])).toBe('[]\n');
  });

  it('jsonl: a record per line', async () => {
    const records = [record('а б\nв'), record('г д е')];
    const lines = (await exported('jsonl', records)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(records);
    expect(await exported('jsonl', [])).toBe('');
  });

  it('csv: a row per entity, quoted by RFC 4180, safe in a spreadsheet', async () => {
    const text = await exported('csv', [record('доза "5, 10" мг'), record('=1+1'), record('- 5 %', 0.25)]);
    expect(text.startsWith('\uFEFFsource_file,path,type,text,score,start,end,spans,')).toBe(true);
    const rows = text.slice(1).split('\r\n');
    expect(rows).toHaveLength(5);
    expect(rows[1]).toBe('а.md,,DRUG,"доза ""5, 10"" мг",0.5,3,12,3-5 9-12,0,20,"доза ""5, 10"" мг",,');
    expect(rows[2]).toContain(",'=1+1,0.5,");
    expect(rows[3]).toContain(",'- 5 %,0.25,3,12");
    expect(await exported('csv', [record('а, б; в')], ';')).toContain('DRUG;"а, б; в";0.5;');
  });

  it.each([
    ',',
    ';',
    '\t',
  ])('csv with %j: cells with line ends of any kind stay one cell', async (delimiter) => {
    const texts = ['а\nб', 'а\rб', 'а\r\nб', '\n', 'а; б, в\tг'];
    const text = await exported(
      'csv',
      texts.map((cell) => record(cell)),
      delimiter,
    );
    // The first line end would count as that of all rows: here every sign of one is a line end.
    const rows: string[][] = parse(text, { bom: true, delimiter, record_delimiter: ['\r\n', '\n', '\r'] });
    expect(rows.map((row) => row.length)).toEqual(Array(texts.length + 1).fill(rows[0]!.length));
    expect(rows.slice(1).map((row) => row[3])).toEqual(texts);
  });

  it('knows a format by the extension', () => {
    expect(formatOfPath('dir.csv/Результаты.JSONL')).toBe('jsonl');
    expect(formatOfPath('results')).toBeUndefined();
  });
});

describe('openFileOutput', () => {
  it('leaves the old file and nothing else when records fail', async () => {
    const path = join(folder, 'out.json');
    writeFileSync(path, 'old');
    const failing = (async function* () {
      yield record('x'.repeat(100_000));
      throw new Error('tagger died');
    })();
    await expect(writeRecords(failing, exporters.json, openFileOutput(path))).rejects.toThrow('tagger died');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['out.json']);
  });

  it('writes through a symbolic link', async () => {
    const [path, link] = [join(folder, 'real.json'), join(folder, 'link.json')];
    writeFileSync(path, 'old');
    symlinkSync(path, link);
    await writeRecords([], exporters.json, openFileOutput(link));
    expect(readFileSync(path, 'utf8')).toBe('[]\n');
  });

  it('says what is wrong with the place', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => openFileOutput(join(file, 'out.json'))).toThrow(/cannot be written/);
    expect(() => openFileOutput(folder)).toThrow('this is a folder');
  });

  it.skipIf(!existsSync('/dev/full'))('reports a full disk, and leaves a device what it is', async () => {
    const records = [record('x'.repeat(100_000))];
    const full = writeRecords(records, exporters.json, openFileOutput('/dev/full'));
    await expect(full).rejects.toMatchObject({
      code: 'E_WRITE',
      message: expect.stringContaining('no space left'),
    });
    expect(readdirSync('/dev').filter((name) => name.includes('.part'))).toEqual([]);
  });
});

describe('openStreamOutput', () => {
  it('writes everything and leaves the stream open', async () => {
    let text = '';
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        text += chunk;
        setTimeout(done, 1);
      },
    });
    await writeRecords([record('y'.repeat(200_000))], exporters.jsonl, openStreamOutput(stream));
    expect(text).toHaveLength(JSON.stringify(record('y'.repeat(200_000))).length + 1);
    expect(stream.writable).toBe(true);
  });

  it('tells a closed pipe from a failure', async () => {
    const failing = (code: string) =>
      new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
    const write = (code: string) =>
      writeRecords([record('z')], exporters.jsonl, openStreamOutput(failing(code)));
    await expect(write('EPIPE')).rejects.toBeInstanceOf(OutputClosed);
    await expect(write('ENOSPC')).rejects.toMatchObject({ code: 'E_WRITE' });
  });
});
