/** Formats that hold whole documents: what they write can be read again, and nothing in a text is run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readData } from '../data/formats/convert-data.ts';
import { documentFromString } from '../document/from-string.ts';
import type { DocumentResult } from '../predict/document-result.ts';
import { buildRecord, type ExtractRecord } from '../predict/record.ts';
import { segment } from '../text/segment.ts';
import { exportDocuments } from './export-documents.ts';
import { type FormatName, formatNames } from './exporters.ts';
import { followDocuments } from './follow-documents.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2ner-documents-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const text =
  '# 💊 Обследование\n\nВыполнить КТ и МРТ\nорганов таза.\n\n<script>alert(1)</script> & "кавычки"\n';

/** A document with an outer, an inner and an interrupted entity. */
function createResult(name = 'план.md', model = 'demo'): DocumentResult {
  const document = documentFromString(name, text, 'markdown');
  const sentences = [...segment(document)].map((sentence) => {
    const words = sentence.words.map((word) => word.text);
    const [first, last] = [words.indexOf('КТ'), words.indexOf('таза')];
    const found = [
      { type: 'PROCEDURE / TEST', words: [first, last - 1, last], score: 0.75 },
      { type: 'PROCEDURE / TEST', words: [first + 2, last - 1, last], score: 0.5 },
      { type: 'ORGAN', words: [last - 1, last], score: 0.9 },
    ];
    const record = buildRecord(document, sentence, first < 0 ? [] : found);
    return { ...record, word_spans: [] };
  });
  const blocks = [...document.blocks()].map(({ kind, text: own, offsets }) => {
    return { kind, start: offsets[0]!, end: offsets[own.length]! };
  });
  const summary = { sentences: 3, entities: 3, byType: {}, skipped: {}, windowed: 0, bounded: 0, seconds: 0 };
  const guideline = { icd10: [], developers: [] };
  const types = ['PROCEDURE / TEST', 'ORGAN'];
  return {
    name,
    format: 'markdown',
    model,
    types,
    text,
    blocks,
    sentences,
    guideline,
    abbreviations: {},
    recommendations: [],
    summary,
  };
}

const filesOf = (format: FormatName, results = [createResult()]) => exportDocuments(results, format).files;
const textOf = (format: FormatName, results = [createResult()]): string =>
  filesOf(format, results)[0]!.data as string;

describe('exportDocuments', () => {
  test('every format has a name and a media type for its files', () => {
    const names = formatNames.map((format) => filesOf(format).map(({ name }) => name));
    expect(Object.fromEntries(formatNames.map((format, i) => [format, names[i]]))).toEqual({
      json: ['results.json'],
      jsonl: ['results.jsonl'],
      csv: ['results.csv'],
      html: ['results.html'],
      brat: ['план.md.txt', 'план.md.ann', 'annotation.conf', 'visual.conf'],
      'label-studio': ['results.label-studio.json', 'results.label-studio.xml'],
      conll: ['results.conll'],
      parquet: ['results.parquet'],
    });
    for (const { mediaType } of formatNames.flatMap((format) => filesOf(format))) {
      expect(mediaType).toMatch(/^(?:text|application)\/[\w.-]+(?:; charset=utf-8)?$/);
    }
  });

  test('two documents of one name stay apart', () => {
    const results = [createResult(), createResult()];
    expect(filesOf('brat', results).map(({ name }) => name)).toContain('план.md (2).ann');
    const records = JSON.parse(textOf('json', results)) as ExtractRecord[];
    expect(records.map(({ path }) => path)).toEqual([undefined, 'план.md (2)']);
  });

  test('runs without Node: no file that it needs imports a node: module', () => {
    const seen = new Set<string>();
    const visit = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      const source = readFileSync(path, 'utf8');
      const imports = [...source.matchAll(/^(?:import|export) (?!type)[^;]*?from '([^']+)';/gmsu)].map(
        (found) => found[1]!,
      );
      for (const name of imports) {
        expect(name.startsWith('node:'), `${relative(folder, path)} imports ${name}`).toBe(false);
        if (name.startsWith('.')) visit(resolve(dirname(path), name));
      }
    };
    visit(join(import.meta.dirname, 'export-documents.ts'));
    expect(seen.size).toBeGreaterThan(15);
  });
});

describe('brat', () => {
  test('offsets are code points, fragments end with their line, and it reads back', () => {
    const files = filesOf('brat');
    for (const { name, data } of files) writeFileSync(join(folder, name), data);
    expect(readFileSync(join(folder, 'план.md.txt'), 'utf8')).toBe(text);
    const points = [...text].length - text.length;
    const at = (part: string): number => text.indexOf(part) + points;
    const ann = readFileSync(join(folder, 'план.md.ann'), 'utf8').split('\n');
    expect(ann[0]).toBe(
      `T1\tPROCEDURE_TEST ${at('КТ')} ${at('КТ') + 2};${at('органов')} ${at('органов') + 12}\tКТ органов таза`,
    );
    expect(ann[1]).toBe('#1\tAnnotatorNotes T1\tscore 0.75');
    expect(ann[2]).toContain(`\tPROCEDURE_TEST ${at('МРТ')} ${at('МРТ') + 3};${at('органов')} `);
    expect(readData(folder).texts?.[0]?.mentions).toMatchObject([
      { type: 'PROCEDURE / TEST', score: 0.75 },
      { type: 'PROCEDURE / TEST', score: 0.5 },
      { type: 'ORGAN', score: 0.9 },
    ]);
  });
});

describe('label studio', () => {
  test('tasks with predictions, entities with gaps as related regions', () => {
    const [task] = JSON.parse(textOf('label-studio'));
    expect(task.data).toEqual({ name: 'план.md', text });
    const [{ model_version: model, result }] = task.predictions;
    expect(model).toBe('demo');
    const points = [...text];
    for (const { value } of result.filter(({ type }: { type: string }) => type === 'labels')) {
      expect(points.slice(value.start, value.end).join('')).toBe(value.text);
    }
    expect(result.filter(({ type }: { type: string }) => type === 'relation')).toEqual([
      { type: 'relation', from_id: 'e1', to_id: 'e1.2', direction: 'right', labels: ['same entity'] },
    ]);
    const config = filesOf('label-studio')[1]!.data as string;
    expect(config).toContain('<Label value="PROCEDURE / TEST" background="#');
    expect(config).toContain('<Relation value="same entity"/>');
  });
});

describe('conll', () => {
  test('all sentences; what does not fit is listed', () => {
    const { files, problems } = exportDocuments([createResult()], 'conll');
    expect(files[0]!.data).toContain(
      'МРТ\tB-PROCEDURE_/_TEST\nорганов\tI-PROCEDURE_/_TEST\nтаза\tI-PROCEDURE_/_TEST\n',
    );
    expect(files[0]!.data).toContain('# type PROCEDURE_/_TEST = PROCEDURE / TEST\n');
    expect(files[0]!.data).toContain('кавычки\tO\n');
    expect(problems.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
      'discontinuous PROCEDURE / TEST',
      'overlapping ORGAN',
    ]);
  });
});

describe('parquet', () => {
  test('typed columns, read by another program', async () => {
    const bytes = filesOf('parquet')[0]!.data as Uint8Array;
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const rows = await parquetReadObjects({ file });
    const start = text.indexOf('КТ');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      document: 'план.md',
      path: null,
      page: null,
      section: '💊 Обследование',
      type: 'PROCEDURE / TEST',
      text: 'КТ органов таза',
      score: 0.75,
      start,
      end: text.indexOf('таза') + 4,
      spans: [
        { start, end: start + 2 },
        { start: text.indexOf('органов'), end: text.indexOf('таза') + 4 },
      ],
      words: [1, 4, 5],
      sentence_start: text.indexOf('Выполнить'),
      sentence_end: text.indexOf('таза') + 5,
      sentence: 'Выполнить КТ и МРТ органов таза .',
    });
    const empty = filesOf('parquet', [])[0]!.data as Uint8Array;
    const none = empty.buffer.slice(empty.byteOffset, empty.byteOffset + empty.byteLength) as ArrayBuffer;
    expect(await parquetReadObjects({ file: none })).toEqual([]);
  });
});

describe('html', () => {
  test('text is shown and never run, nothing is fetched', () => {
    const html = textOf('html', [createResult('<b>"план".md', '<i>')]);
    expect(html).not.toMatch(/<script|<b>"план|<i>|src=|href="(?!#)|url\(|@import/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('&amp; &quot;кавычки&quot;');
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
    expect(html).toContain('&lt;b&gt;&quot;план&quot;.md');
  });

  test('entities are lines below each other, gaps are dotted, headings bold', () => {
    const html = textOf('html');
    expect(html).toContain('<b class="h">💊 Обследование</b>');
    const styleOf = (words: string): string => {
      const name = new RegExp(`<span class="e (x\\d+)"[^>]*>${words}</span>`, 'u').exec(html)![1]!;
      return new RegExp(`\\.${name}\\{(.*?)\\}`, 'u').exec(html)![1]!;
    };
    // 0 is the first type, 1 the second; the innermost gives the tint, lines stand from the text down.
    expect(styleOf('КТ')).toContain('var(--b0)');
    expect(styleOf(' и ')).toMatch(/repeating-linear-gradient\(90deg,var\(--l0\)/);
    expect(styleOf(' и ')).not.toContain('--b');
    expect(styleOf('органов таза').match(/var\(--[lb]\d\)/gu)).toEqual(
      ['l1', 'l1', 'l0', 'l0', 'l0', 'l0', 'b1', 'b1'].map((name) => `var(--${name})`),
    );
    expect(html.match(/<i class="k t0"><\/i>/gu)).toHaveLength(2);
  });

  test('legend, statistics and the other language', () => {
    const results = [createResult(), createResult('б.md')];
    const html = exportDocuments(results, 'html', { language: 'ru' }).files[0]!.data as string;
    expect(html).toContain('<html lang="ru">');
    expect(html).toContain('<dt>Сущности</dt><dd>6</dd>');
    expect(html).toMatch(
      /<input type="checkbox" id="f0" checked>.*?PROCEDURE \/ TEST<span class="n">4<\/span>/u,
    );
    expect(html.match(/<svg /gu)).toHaveLength(2);
    expect(html).toContain('<a href="#d2">б.md<span class="n">3</span></a>');
    expect(html).toContain('органов таза ×2');
  });
});

describe('csv', () => {
  test('page and section stand at the end where records have them', () => {
    const result = createResult();
    const sentences = result.sentences.map((sentence) => ({ ...sentence, page: 7, section: 'Диагностика' }));
    const rows = textOf('csv', [{ ...result, sentences }]).split('\r\n');
    expect(rows[0]).toMatch(/^\uFEFFsource_file,.*,sentence,page,section$/u);
    expect(rows[1]).toMatch(/,7,Диагностика$/u);
  });
});

describe('followDocuments', () => {
  test('every document once and in order, also those without records', async () => {
    const source = (path: string, content: string) => ({
      path,
      name: path.split('/').at(-1)!,
      bytes: 1,
      read: () => documentFromString(path.split('/').at(-1)!, content, 'text'),
    });
    const given = [
      source('a/x.txt', 'а'),
      source('empty.txt', 'б'),
      source('b/x.txt', 'в'),
      source('last.txt', 'г'),
    ];
    const { sources, events } = followDocuments(given);
    const records = async function* () {
      for (const { read } of sources) await read();
      yield { source_file: 'x.txt', path: 'a/x.txt' } as ExtractRecord;
      yield { source_file: 'x.txt', path: 'b/x.txt' } as ExtractRecord;
    };
    const log: string[] = [];
    for await (const event of events(records())) {
      if ('document' in event) log.push(`( ${event.document.name} ${event.document.text}`);
      else log.push('record' in event ? event.record.path! : ')');
    }
    expect(log).toEqual([
      '( a/x.txt а',
      'a/x.txt',
      ')',
      '( empty.txt б',
      ')',
      '( b/x.txt в',
      'b/x.txt',
      ')',
      '( last.txt г',
      ')',
    ]);
  });
});
