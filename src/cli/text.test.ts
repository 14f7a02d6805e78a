/** Numbers, times, names, tables and option values as people read and write them. */
import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { exporters } from '../export/exporters.ts';
import { checkFormatOptions, chooseFormat } from './choose-format.ts';
import { collectList, fraction, wholeNumber } from './options.ts';
import { barLine } from './progress.ts';
import { renderTable } from './table.ts';
import { fitList, formatCount, formatPlural, formatRate, formatSeconds, shorten, wrapName } from './text.ts';

describe('text', () => {
  it('writes numbers', () => {
    expect(formatCount(1234567)).toBe('1,234,567');
    expect([1, 2].map((n) => formatPlural(n, 'entity', 'entities'))).toEqual(['1 entity', '2 entities']);
    expect([0.04, 59.9, 60, 3725].map(formatSeconds)).toEqual([
      '0.0 s',
      '59.9 s',
      '1 min 00 s',
      '1 h 02 min',
    ]);
    expect([formatRate(50, 10), formatRate(9000, 2), formatRate(1, 0)]).toEqual(['5.0', '4,500', '–']);
  });

  it('shortens and wraps names', () => {
    expect(shorten('клинические рекомендации.md', 12)).toBe('клинич…ии.md');
    expect(shorten('а.md', 12)).toBe('а.md');
    expect(wrapName('первое второе третье.md', 14)).toBe('первое второе\nтретье.md');
    expect(wrapName('а'.repeat(50), 10).split('\n')).toEqual(['а'.repeat(10), 'а'.repeat(10), 'ааааа…аааа']);
    expect(shorten('и\u0306од', 3)).toBe('йод');
  });

  it('fits lists', () => {
    expect(fitList(['один', 'очень длинный', 'два'], 10)).toBe('один, два');
    expect(fitList(['очень длинный'], 6)).toBe('очень…');
    expect(fitList([], 6)).toBe('');
  });

  it('draws tables', () => {
    const columns = [{ title: 'Файл' }, { title: 'N', align: 'right' as const }];
    const options = { colors: createColors(false), totals: [['Всего', '1,010']] };
    expect(
      renderTable(
        columns,
        [
          ['а', '10'],
          ['ббб', '1,000'],
        ],
        options,
      ),
    ).toBe('Файл       N\n────────────\nа         10\nббб    1,000\n────────────\nВсего  1,010\n');
  });

  it('draws a bar', () => {
    expect(barLine('Extracting', 0.5, '812/s', 2, 79)).toBe(
      'Extracting  ██████░░░░░░   50 %  812/s  2.0 s left',
    );
    expect(barLine('Extracting', 1, 'x'.repeat(200), 2, 99)).toHaveLength(99);
  });
});

describe('option values', () => {
  it('reads what is right', () => {
    expect(wholeNumber('--threads')('4')).toBe(4);
    expect(fraction('--min-score')('0,5')).toBe(0.5);
    expect(collectList('c', collectList('a, b,'))).toEqual(['a', 'b', 'c']);
  });

  it('refuses the rest', () => {
    for (const text of ['', '1.5', '-1', 'x', '0'])
      expect(() => wholeNumber('--threads')(text)).toThrow('--threads');
    for (const text of ['', '-0.1', 'nan', '1.01'])
      expect(() => fraction('--min-score')(text)).toThrow('0 to 1');
  });
});

describe('chooseFormat', () => {
  it.each<[out: string | undefined, asked: string | undefined, format: string]>([
    ['x.CSV', undefined, 'csv'],
    ['x.csv', 'CSV', 'csv'],
    ['x.json', 'label-studio', 'label-studio'],
    ['x.bio', 'conll', 'conll'], // an extension that says nothing is free
    ['v1.2', 'brat', 'brat'],
    [undefined, undefined, 'json'],
    ['-', undefined, 'json'],
    ['/dev/stdout', undefined, 'json'],
    ['dir.csv/.results', undefined, 'json'],
  ])('%s with --format %s: %s', (out, asked, format) => {
    expect(chooseFormat(exporters, out, asked)).toBe(format);
  });

  it.each<[out: string | undefined, asked: string | undefined, message: string]>([
    ['r.xlsx', undefined, 'r.xlsx: ".xlsx" is no extension of a format written here, expected .json, .jsonl'],
    ['x.csv', 'JSONL', '--format: got "jsonl", but the name x.csv says csv'],
    ['x.json', 'csv', '--format: got "csv", but the name x.json says json'],
    ['x.json', 'brat', '--format: got "brat", but the name x.json says json'],
    [undefined, 'xls', '--format: got "xls", expected one of json, jsonl'],
  ])('%s with --format %s is refused', (out, asked, message) => {
    expect(() => chooseFormat(exporters, out, asked)).toThrow(message);
  });

  it('refuses options that have no effect on the format', () => {
    expect(() => checkFormatOptions('csv', { delimiter: ';' })).not.toThrow();
    expect(() => checkFormatOptions('html', { language: 'ru' })).not.toThrow();
    expect(() => checkFormatOptions('json', { delimiter: ';' })).toThrow(
      '--delimiter: has no effect on json, expected it with csv only',
    );
    expect(() => checkFormatOptions('csv', { delimiter: ';', language: 'ru' })).toThrow('--language');
  });
});
