/** `w2ner extract` and `w2ner predict`: results, tables, streams, bad input, interruption. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, collector, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { fakeTagger } from '../../test/fake-tagger.ts';
import { UserError } from '../base/errors.ts';
import type { ExtractRecord } from '../predict/record.ts';

const guideline = `# Лечение

Рекомендуется **цитарабин** 100 мг/м2. Без сущностей.

- КТ и МРТ органов малого таза
- Наблюдение при острой и хронической РТПХ.
`;

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
  place.write('а.md', guideline);
});
afterEach(() => place.remove());

describe('extract', () => {
  it('writes records and tables', async () => {
    const out = place.path('out.json');
    const { code, stdout, stderr } = await cli(['extract', place.folder, '--out', out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const records: ExtractRecord[] = JSON.parse(place.read('out.json'));
    expect(records.map((record) => record.entities.map((entity) => entity.text))).toEqual([
      ['Рекомендуется', 'цитарабин', '100 мг / м 2'],
      ['КТ органов малого таза', 'МРТ органов малого таза'],
      ['острой РТПХ'],
    ]);
    for (const record of records) {
      expect(guideline.slice(record.start, record.end)).toBe(record.orig_sentence);
      for (const { spans, index } of record.entities) {
        const joined = spans.map(([start, end]) => guideline.slice(start, end)).join('');
        expect(joined.replace(/\s/g, '')).toBe(index.map((word) => record.sentence[word]).join(''));
      }
    }
    expect(stdout).toMatch(/^DRUG +1 +16\.7 % +1 +0\.99 +цитарабин$/m);
    expect(stdout).toMatch(/^а\.md +\d+ +3 +\d+ +6$/m);
    expect(stdout).toMatch(/6 entities in 3 sentences written to .*out\.json/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('does not read a report that it wrote into the folder before', async () => {
    const extract = () => cli(['extract', place.folder, '--out', place.path('отчёт.html')]);
    expect((await extract()).code).toBe(0);
    const first = place.read('отчёт.html');
    expect(await extract()).toMatchObject({ code: 0, stderr: '' });
    expect(place.read('отчёт.html')).toBe(first);
    const { stderr } = await cli(['extract', place.folder, '--out', place.path('другой.html')]);
    expect(stderr).toBe(`Passed over, no documents: ${place.path('отчёт.html')}\n`);
  });

  it('tells which files of folders are no documents, but for its own output', async () => {
    const extract = () => cli(['extract', place.folder, '--out', place.path('out.json')]);
    place.write('старое.doc', 'x');
    place.write('данные.json', '{}');
    place.write('out.json', '');
    const names = ['данные.json', 'старое.doc'].map((name) => place.path(name)).join(', ');
    const { code, stderr } = await extract();
    expect([code, stderr]).toEqual([0, `Passed over, no documents: ${names}\n`]);
    place.write('ещё.json', '{}');
    place.write('README', '');
    const counts = '2 × .json, 1 × no extension, 1 × .doc';
    expect((await extract()).stderr).toBe(`Passed over, no documents: ${counts}\n`);
  });

  it('streams to standard output, tables to standard error', async () => {
    const { stdout, stderr } = await cli([
      'extract',
      place.folder,
      '--format',
      'jsonl',
      '--out',
      '-',
      '--all',
    ]);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ExtractRecord);
    expect(records.map((record) => record.entities.length)).toEqual([0, 3, 0, 2, 1]);
    expect(stderr).toContain('entities in 5 sentences written to standard output');
  });

  it('filters by type and score, and writes CSV', async () => {
    const out = place.path('out.csv');
    const { code } = await cli([
      'extract',
      place.folder,
      '-o',
      out,
      '--types',
      'drug,procedure',
      '--min-score',
      '0,97',
    ]);
    expect(code).toBe(0);
    expect(place.read('out.csv').split('\r\n')).toHaveLength(3);
  });

  it('uses colours on a terminal only, and never against NO_COLOR', async () => {
    const escapeCode = '\u001b[';
    const run = async (isTTY: boolean, env: Record<string, string>) => {
      const stdout = collector(isTTY);
      await cli(['extract', place.folder, '-o', place.path('o.json')], { stdout, env });
      return stdout.text.includes(escapeCode);
    };
    expect(await run(true, {})).toBe(true);
    expect(await run(true, { NO_COLOR: '1' })).toBe(false);
    expect(await run(false, {})).toBe(false);
  });

  it('shows a bar on a terminal and takes it away', async () => {
    const stderr = collector(true);
    await cli(['extract', place.folder, '-o', place.path('o.json')], { stderr });
    expect(stderr.text).toContain('Extracting');
    expect(stderr.text).toContain('100 %');
    expect(stderr.text.endsWith('\u001b[2K')).toBe(true);
  });
});

describe('extract with bad input', () => {
  const run = (...args: string[]) => cli(['extract', ...args]);

  it('goes on after files that cannot be read, lists them, exit code 2', async () => {
    place.write('пусто.md', '');
    place.write(
      'двоичный.txt',
      Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256),
    );
    const { code, stderr } = await run(place.folder, place.path('нет.md'), '-o', place.path('out.json'));
    expect(code).toBe(2);
    expect(stderr).toContain('3 files could not be read');
    for (const name of ['пусто.md', 'двоичный.txt', 'нет.md']) expect(stderr).toContain(name);
    expect(stderr).not.toContain('    at ');
    expect(JSON.parse(place.read('out.json'))).toHaveLength(3);
  });

  it('keeps good results when nothing can be read', async () => {
    place.write('out.json', 'good');
    mkdirSync(place.path('empty'));
    const { code, stderr } = await run(
      place.path('empty'),
      place.path('нет.md'),
      '-o',
      place.path('out.json'),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/none of the 2 inputs could be read:\n.*empty: the folder holds no documents/);
    expect(place.read('out.json')).toBe('good');
    place.write('empty/пусто.md', '');
    expect((await run(place.path('empty'), '-o', place.path('out.json'))).code).toBe(2);
    expect(readdirSync(place.folder).sort()).toEqual(['empty', 'out.json', 'а.md']);
    expect(place.read('out.json')).toBe('good');
  });

  it('refuses wrong options and types before it writes anything', async () => {
    const cases: [string[], RegExp][] = [
      [['--format', 'xls'], /--format: got "xls", expected one of json, jsonl, csv/],
      [['--min-score', '1.5'], /--min-score: got "1.5", expected a number from 0 to 1/],
      [['--threads', '0'], /--threads: got "0", expected a whole number, 1 or more/],
      [['--delimiter', '|'], /--delimiter: got "\|", expected comma, semicolon or tab/],
      [['--types', 'drgu'], /--types: "drgu" is not a type of this model\n {2}hint: did you mean "DRUG"\?/],
      [['--outt', 'x'], /unknown option '--outt'/],
    ];
    for (const [options, message] of cases) {
      const { code, stderr } = await run(place.folder, '-o', place.path('out.json'), ...options);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
    expect(readdirSync(place.folder)).toEqual(['а.md']);
  });

  it('passes a broken model on as it is described', async () => {
    const loadModel = () =>
      Promise.reject(new UserError({ code: 'E_MODEL', where: 'm', message: 'no config.json' }));
    const { code, stderr } = await cli(['extract', place.folder, '-o', place.path('o.json')], { loadModel });
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'error: m: no config.json\n' });
    expect(existsSync(place.path('o.json'))).toBe(false);
  });

  it.skipIf(!existsSync('/dev/full'))('reports a full disk', async () => {
    const { code, stderr } = await run(place.folder, '-o', '/dev/full');
    expect(code).toBe(2);
    expect(stderr).toMatch(/\/dev\/full: cannot be written \(.*no space left/);
  });

  it('ends quietly when the reader of standard output has gone', async () => {
    const stdout = Object.assign(
      new Writable({ write: (_c, _e, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })) }),
      { isTTY: false },
    );
    const { code, stderr } = await cli(['extract', place.folder, '-o', '-'], { stdout });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('stops on Ctrl-C and leaves the old results', async () => {
    place.write('out.json', 'good');
    const stop = new AbortController();
    const tagger = fakeTagger();
    const tag = (sentences: readonly (readonly string[])[]) => {
      stop.abort();
      return tagger.tag(sentences);
    };
    for (const name of ['б.md', 'в.md']) place.write(name, 'Слово и дело. '.repeat(30_000));
    const { code, stderr } = await cli(['extract', place.folder, '-o', place.path('out.json')], {
      signal: stop.signal,
      loadModel: async () => ({ ...tagger, tag }),
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/^Interrupted/);
    expect(place.read('out.json')).toBe('good');
    expect(readdirSync(place.folder)).toHaveLength(4);
  });

  it('calls a bug a bug', async () => {
    const loadModel = () => Promise.reject(new TypeError('x is not a function'));
    const { code, stderr } = await cli(['extract', place.folder, '-o', place.path('o.json')], { loadModel });
    expect(code).toBe(1);
    expect(stderr).toMatch(/TypeError: x is not a function\n +at [\s\S]*This is a bug in w2ner/);
  });
});

describe('predict', () => {
  it('answers every record in order, with or without annotations', async () => {
    const records = [
      { sentence: ['Без', 'всего'] },
      { sentence: ['Цитарабин', '.'], ner: [] },
      { sentence: ['.'] },
    ];
    const data = place.write('data.json', JSON.stringify(records));
    const { code, stderr } = await cli(['predict', '--data', data, '--out', place.path('out.jsonl')]);
    expect(code).toBe(0);
    expect(stderr).toContain('3 sentences written to');
    const lines = place.read('out.jsonl').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { sentence: ['Без', 'всего'], entities: [] },
      {
        sentence: ['Цитарабин', '.'],
        entities: [{ type: 'DRUG', index: [0], text: 'Цитарабин', score: 0.99 }],
      },
      { sentence: ['.'], entities: [] },
    ]);
  });

  it('names every bad record', async () => {
    const data = place.write('data.json', '[{"sentence": ["а"]}, {"sentence": "б"}, {"sentence": []}]');
    const { code, stderr } = await cli(['predict', '--data', data, '--out', place.path('out.json')]);
    expect(code).toBe(2);
    expect(stderr).toContain('data.json record 2 .sentence: must be an array of words');
    expect(stderr).toContain('data.json record 3 .sentence: the sentence is empty');
  });
});
