/** Glossaries in files: what is an entry, and that a line which is none is named. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../base/errors.ts';
import { readAbbreviations, readGlossary, readTerms } from './read-glossary.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-read-glossary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function write(...lines: string[]): string {
  const path = join(folder, `file${files++}.txt`);
  writeFileSync(path, lines.join('\n'));
  return path;
}

/** Code and message of what is thrown, the path as FILE. */
function failure(path: string, work: (path: string) => unknown): string {
  try {
    work(path);
  } catch (error) {
    if (error instanceof UserError) return `${error.code} ${error.message.replace(path, 'FILE')}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('abbreviations', () => {
  test.each([
    ['ЯБ = язвенная болезнь', 'ЯБ', 'язвенная болезнь'],
    ['ЯБ=язвенная болезнь', 'ЯБ', 'язвенная болезнь'],
    ['ЯБ – язвенная болезнь', 'ЯБ', 'язвенная болезнь'],
    ['ЯБ — язвенная болезнь', 'ЯБ', 'язвенная болезнь'],
    ['ЯБ - язвенная болезнь', 'ЯБ', 'язвенная болезнь'],
    ['ЯБ\tязвенная болезнь', 'ЯБ', 'язвенная болезнь'],
    ['ЯБ\t\tязвенная болезнь', 'ЯБ', 'язвенная болезнь'],
    ['  ЯБ  =  язвенная болезнь  ', 'ЯБ', 'язвенная болезнь'],
    ['Г-КСФ = колониестимулирующий фактор', 'Г-КСФ', 'колониестимулирующий фактор'],
    ['ПЭТ-КТ – томография', 'ПЭТ-КТ', 'томография'],
    ['МЗ РФ = министерство', 'МЗ РФ', 'министерство'],
    ['ТЛТ = тромболизис = лизис', 'ТЛТ', 'тромболизис = лизис'],
    ['ЛФК = занятия - лечебные', 'ЛФК', 'занятия - лечебные'],
  ])('%j is an entry', (line, abbreviation, meaning) => {
    expect(readAbbreviations(write(line))).toEqual({ [abbreviation]: meaning });
  });

  test('stand between comments and blank lines', () => {
    const path = write(
      '# сокращения',
      '',
      'ЯБ = язвенная болезнь\r',
      ' \t',
      '  # ещё',
      '#ХХ = нет',
      'ФП = аритмия',
      '',
    );
    expect(readAbbreviations(path)).toEqual({ ЯБ: 'язвенная болезнь', ФП: 'аритмия' });
  });

  test('explained twice have the last meaning', () => {
    expect(readAbbreviations(write('ЯБ = язва', 'ЯБ = язвенная болезнь'))).toEqual({
      ЯБ: 'язвенная болезнь',
    });
  });

  test.each([
    ['язвенная болезнь'],
    ['ЯБ–язвенная болезнь'],
    ['ПЭТ-КТ'],
    ['ЯБ ='],
    ['= язвенная болезнь'],
    ['АД = 120/80'],
    ['АД - – -'],
  ])('%j is no entry, and its line is named', (line) => {
    expect(failure(write('# список', '', 'ФП = аритмия', line, 'и это не запись'), readAbbreviations)).toBe(
      `E_DATA FILE, line 4: "${line}" is no entry of a glossary`,
    );
  });

  test('of a file with comments alone are none', () => {
    const message = 'E_DATA FILE: holds no abbreviations: expected one a line';
    expect(failure(write('# ЯБ = язвенная болезнь', ' '), readAbbreviations)).toBe(message);
  });
});

describe('terms', () => {
  test('are lines but comments and blank ones', () => {
    const path = write(
      '# препараты',
      'ритуксимаб',
      '',
      '  ингибиторы протонной помпы  ',
      'Г-КСФ\r',
      '#нет',
      'ритуксимаб',
    );
    expect(readTerms(path)).toEqual(['ритуксимаб', 'ингибиторы протонной помпы', 'Г-КСФ', 'ритуксимаб']);
  });

  test('of a file with comments alone are none', () => {
    const message = 'E_DATA FILE: holds no terms: expected one a line';
    expect(failure(write('# ритуксимаб', '\t'), readTerms)).toBe(message);
  });
});

test('a file may begin with a byte-order mark', () => {
  expect(readTerms(write('\uFEFF# препараты', 'инсулин'))).toEqual(['инсулин']);
  expect(readAbbreviations(write('\uFEFFЯБ = язвенная болезнь'))).toEqual({ ЯБ: 'язвенная болезнь' });
});

test.each([
  ['empty', write('')],
  ['blank', write('', ' \t', '')],
])('a file that is %s is named', (_, path) => {
  expect(failure(path, readTerms)).toMatch(/^E_\w+ FILE: /u);
  expect(failure(path, readAbbreviations)).toMatch(/^E_\w+ FILE: /u);
});

test('a file that is not there is named', () => {
  const path = join(folder, 'none.txt');
  expect(failure(path, readTerms)).toBe('E_INPUT_MISSING FILE: there is no such file');
  expect(failure(path, readAbbreviations)).toBe('E_INPUT_MISSING FILE: there is no such file');
});

describe('a glossary', () => {
  test('of no files is none', () => {
    expect(readGlossary({ abbreviations: [], terms: [] })).toBeUndefined();
  });

  test('is made of several files, of which later ones count', () => {
    const glossary = readGlossary({
      abbreviations: [write('ЯБ = язва', 'ФП = аритмия'), write('ЯБ = язвенная болезнь')],
      terms: [
        { type: 'DRUG', file: write('ритуксимаб') },
        { type: 'HERB', file: write('шалфей') },
        { type: 'DRUG', file: write('инсулин') },
      ],
    });
    expect(glossary).toEqual({
      abbreviations: { ЯБ: 'язвенная болезнь', ФП: 'аритмия' },
      terms: { DRUG: ['ритуксимаб', 'инсулин'], HERB: ['шалфей'] },
    });
  });

  test('may lack one of both', () => {
    expect(readGlossary({ abbreviations: [write('ЯБ = язва')], terms: [] })).toEqual({
      abbreviations: { ЯБ: 'язва' },
      terms: {},
    });
    expect(readGlossary({ abbreviations: [], terms: [{ type: 'DRUG', file: write('инсулин') }] })).toEqual({
      abbreviations: {},
      terms: { DRUG: ['инсулин'] },
    });
  });

  test('fails for any of its files', () => {
    const files = (path: string) => ({
      abbreviations: [write('ЯБ = язва')],
      terms: [{ type: 'DRUG', file: path }],
    });
    expect(failure(write('#'), (path) => readGlossary(files(path)))).toMatch(/^E_DATA FILE: holds no terms/u);
  });
});

describe('exports of spreadsheets', () => {
  test('may have quotes around cells', () => {
    expect(readAbbreviations(write('"ЯБ"\t"язвенная болезнь"'))).toEqual({ ЯБ: 'язвенная болезнь' });
    expect(readTerms(write('"ритуксимаб"', '"Г-КСФ"'))).toEqual(['ритуксимаб', 'Г-КСФ']);
  });

  test('with numbers before the entries are refused, and so are further columns', () => {
    expect(failure(write('1\tЯБ\tязвенная болезнь'), readAbbreviations)).toContain(
      'FILE, line 1: "1\\tЯБ\\tязвенная болезнь" is no entry',
    );
    expect(failure(write('ЯБ\tязвенная болезнь\tК25'), readAbbreviations)).toContain('is no entry');
    expect(failure(write('ритуксимаб', 'цитарабин\t100 мг'), readTerms)).toContain(
      'FILE, line 2: "цитарабин\\t100 мг" has several columns',
    );
  });

  test('the sign with spaces goes before a dash and before one without', () => {
    expect(readAbbreviations(write('A-B - C = антитело', 'T1=T2 = время'))).toEqual({
      'A-B - C': 'антитело',
      'T1=T2': 'время',
    });
  });
});
