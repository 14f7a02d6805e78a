/** `--out` of all commands: inputs are kept, extensions mean what they say, `-` is standard output. */
import { existsSync, linkSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { relative } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
  place.write('a.txt', 'Рекомендуется цитарабин.');
  place.write('a.html', '<p>Рекомендуется цитарабин.</p>');
  place.write('d.json', JSON.stringify([{ sentence: ['Цитарабин'], ner: [{ type: 'DRUG', index: [0] }] }]));
  const sections = [{ title: 'Лечение', content: '<p>Рекомендуется цитарабин.</p>' }];
  place.write('r.json', JSON.stringify({ id: '1_1', obj: { sections } }));
  mkdirSync(place.path('brat'));
  place.write('brat/a.txt', 'Цитарабин внутрь.');
  place.write('brat/a.ann', 'T1\tDRUG 0 9\tЦитарабин\n');
});
afterEach(() => place.remove());

/** Runs a command line in which `@name` stands for a file of the workplace. */
const run = (line: string) =>
  cli(line.split(' ').map((part) => part.replace(/@(.+)/u, (_, name) => place.path(name))));

describe('an input', () => {
  it.each([
    ['extract @a.txt -o @a.txt', 'a.txt', 'documents'],
    ['extract @a.html @a.txt --format html -o @a.html', 'a.html', 'documents'],
    ['extract @a.txt --format csv -o @a.txt', 'a.txt', 'documents'],
    ['recommendations @a.txt -o @a.txt', 'a.txt', 'documents'],
    ['recommendations @r.json -o @r.json', 'r.json', 'documents'],
    ['label @r.json --model none --out @r.json', 'r.json', 'documents'],
    ['predict --data @d.json --out @d.json', 'd.json', 'inputs'],
    ['augment @d.json --out @d.json', 'd.json', 'inputs'],
    ['augment @r.json --terms DRUG=@d.json --out @d.json', 'd.json', 'inputs'],
    ['convert @d.json @d.json --to json', 'd.json', 'inputs'],
    ['convert @d.json @new.json --to json --problems @d.json', 'd.json', 'inputs'],
    ['convert @brat @brat/a.txt --to conll', 'brat/a.txt', 'inputs'],
    ['pretrain --config @d.json --text @a.txt --out @a.txt', 'a.txt', 'inputs'],
  ])('is not overwritten by %s', async (line, name, called) => {
    const before = place.read(name);
    const { code, stdout, stderr } = await run(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      `${place.path(name)} would be overwritten, and it is one of the ${called}\n  hint: name another file`,
    );
    expect(place.read(name)).toBe(before);
    expect(existsSync(place.path('new.json'))).toBe(false);
  });

  it('is known by links and relative paths', async () => {
    symlinkSync(place.path('d.json'), place.path('link.json'));
    const ways = [place.path('link.json'), relative(process.cwd(), place.path('d.json'))];
    for (const out of ways) {
      const { code, stderr } = await cli(['predict', '--data', place.path('d.json'), '--out', out]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`--out: ${out} would be overwritten`)]);
    }
    const { stderr } = await run('predict --data @link.json --out @d.json');
    expect(stderr).toContain('would be overwritten');
  });

  it('keeps its other name when that is replaced', async () => {
    linkSync(place.path('d.json'), place.path('same.json'));
    const before = place.read('d.json');
    expect((await run('predict --data @d.json --out @same.json')).code).toBe(0);
    expect(place.read('d.json')).toBe(before);
  });

  it('does not stand in the way of new files beside it', async () => {
    expect((await run('convert @brat @brat/new.json --to json')).code).toBe(0);
    expect((await run('convert @brat @brat/new.json --to json')).code).toBe(0);
  });
});

describe('an extension', () => {
  it.each([
    [
      'extract @a.txt --out @r.xlsx',
      /r\.xlsx: "\.xlsx" is no extension of .*expected \.json, \.jsonl, \.csv/,
    ],
    ['extract @a.txt --format csv --out @n.json', /--format: got "csv", but the name .*n\.json says json/],
    ['recommendations @a.txt --out @r.html', /r\.html: "\.html" is no .*expected \.json, \.jsonl, \.csv\n/],
    ['recommendations @a.txt --format json --out @r.csv', /--format: got "json", but the name .* says csv/],
    ['predict --data @d.json --out @p.csv', /p\.csv: "\.csv" is no extension .*expected \.json, \.jsonl\n/],
    ['augment @d.json --out @m.csv', /m\.csv: "\.csv" is no extension .*expected \.json\n/],
    ['label @a.txt --model none --out @m.csv', /m\.csv: "\.csv" is no extension .*expected \.json\n/],
    ['extract @a.txt --delimiter tab --out @n.json', /--delimiter: has no effect on json/],
    ['extract @a.txt --language ru --out @n.csv', /--language: has no effect on csv/],
    ['recommendations @a.txt --delimiter tab --out @n.json', /--delimiter: has no effect on json/],
  ])('that does not fit is refused: %s', async (line, message) => {
    const before = readdirSync(place.folder);
    const { code, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(readdirSync(place.folder)).toEqual(before);
  });

  it('may be left out', async () => {
    expect((await run('extract @a.txt --out @plain')).code).toBe(0);
    expect(JSON.parse(place.read('plain'))).toHaveLength(1);
    expect((await run('recommendations @a.txt --format csv --out @rows')).code).toBe(0);
    expect(place.read('rows')).toMatch(/^\uFEFFsource_file,/);
  });
});

it('augment --out - writes to standard output, the summary to standard error', async () => {
  place.write('terms.txt', 'ритуксимаб\nцитарабин\n');
  const { code, stdout, stderr } = await run('augment @d.json --terms DRUG=@terms.txt --out -');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual([{ sentence: ['Ритуксимаб'], ner: [{ type: 'DRUG', index: [0] }] }]);
  expect(stderr).toMatch(/1 sentence with other terms of DRUG written to standard output\n$/);
  expect(existsSync('-')).toBe(false);
});

describe('CSV of recommendations', () => {
  const rows = (name: string): string[][] =>
    parse(place.read(name), { bom: true, delimiter: ';', record_delimiter: ['\r\n', '\n', '\r'] });

  it('has as many records as recommendations, also with comments of several lines', async () => {
    const grade = 'Уровень убедительности рекомендаций – С (уровень достоверности доказательств – 5)';
    const comment = 'Комментарии: препарат вводят так:\n\n- утром;\n\n- "вечером".';
    place.write(
      'b.md',
      `# Лечение\n\nРекомендуется цитарабин.\n\n${grade}\n\n${comment}\n\nРекомендуется ритуксимаб.\n\n${grade}\n`,
    );
    expect((await run('recommendations @b.md --delimiter semicolon -o @b.csv')).code).toBe(0);
    const [head, ...records] = rows('b.csv');
    expect(records.map((record) => record.length)).toEqual([head!.length, head!.length]);
    expect(records[0]![head!.indexOf('comment')]).toMatch(/утром;\n+.*"вечером"/u);
  });

  it('has the same columns when there are none', async () => {
    place.write('none.txt', 'Здесь ничего не советуют.');
    await run('recommendations @none.txt --delimiter semicolon -o @none.csv');
    await run('recommendations @a.txt --delimiter semicolon -o @some.csv');
    expect([rows('none.csv').length, rows('some.csv').length]).toEqual([1, 2]);
    expect(rows('none.csv')[0]).toEqual(rows('some.csv')[0]);
  });
});
