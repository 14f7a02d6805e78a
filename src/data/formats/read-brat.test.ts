/** BRAT folders: mentions become entities of words, and those that cannot are listed. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBrat, readBratFolder } from './read-brat.ts';
import { isLost } from './types.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2ner-brat-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = 'Назначены КТ и МРТ таза. Боль утром.\n';
const at = (part: string, of = text): string => `${of.indexOf(part)} ${of.indexOf(part) + part.length}`;
const write = (name: string, txt: string | Uint8Array, lines: readonly string[]): void => {
  writeFileSync(join(folder, `${name}.txt`), txt);
  writeFileSync(join(folder, `${name}.ann`), lines.join('\n'));
};

test('fragments, nesting, repeats, and what does not fit', () => {
  write('a', text, [
    `T1\tTEST ${at('КТ')};${at('таза')}\tКТ таза`,
    `T2\tTEST ${at('МРТ таза')}\tМРТ таза`,
    `T3\tPLACE ${at('таза')}\tтаза`,
    `T4\tPLACE ${at('таза')}\tтаза`,
    `T5\tSIGN ${at('Бол')}\tБол`,
    `T7\tODD ${text.indexOf(' КТ')} ${text.indexOf(' КТ') + 1}\t `,
    'T8\tODD 5 x\tнет',
    'T9\tODD 30 900\tнет',
    `T10\tODD ${at('утром')}\tвечером`,
    'R1\tHAS Arg1:T1 Arg2:T2',
    '#1\tAnnotatorNotes T1\tнет',
  ]);
  writeFileSync(join(folder, 'alone.ann'), 'T1\tX 0 1\tа');
  const { examples, documents, mentions, problems } = readBrat(folder);
  expect([documents, mentions]).toEqual([1, 9]);
  expect(examples).toEqual([
    {
      document: 'a',
      words: ['Назначены', 'КТ', 'и', 'МРТ', 'таза', '.'],
      entities: [
        { type: 'TEST', words: [1, 4] },
        { type: 'TEST', words: [3, 4] },
        { type: 'PLACE', words: [4] },
      ],
    },
    { document: 'a', words: ['Боль', 'утром', '.'], entities: [{ type: 'SIGN', words: [0] }] },
  ]);
  expect(problems.map(({ id, kind }) => `${id} ${kind}`).sort()).toEqual([
    'T10 text differs',
    'T4 repeated',
    'T5 widened',
    'T7 no word',
    'T8 malformed',
    'T9 outside',
  ]);
  expect(problems.find(({ id }) => id === 'T5')).toMatchObject({ document: 'a', charStart: 25, charEnd: 28 });
  expect(readBratFolder(folder).ignored).toEqual({
    relation: 1,
    note: 1,
    '.ann file without its .txt': 1,
  });
});

test('a line that is no annotation is listed, a byte-order mark is none of the line', () => {
  write('a', text, [`\uFEFFT1\tSIGN ${at('Боль')}\tБоль`, '', 'SIGN 25 29 Боль', '?', 'Tx']);
  const { documents, mentions, sound, problems, ignored } = readBratFolder(folder);
  expect(documents[0]!.mentions.map(({ id }) => id)).toEqual(['T1']);
  expect([mentions, sound, ignored]).toEqual([4, 1, {}]);
  expect(problems.map(({ id, kind, detail }) => `${id} ${kind} ${detail}`)).toEqual([
    'line 3 malformed "SIGN 25 29 Боль": no annotation begins so, expected T, R, E, A, M, N, #, *',
    'line 4 malformed "?": no annotation begins so, expected T, R, E, A, M, N, #, *',
    'line 5 malformed "Tx": there is no tab',
  ]);
});

test('quotations of long texts are cut', () => {
  const long = `${'💊'.repeat(500)}\n`;
  write('a', long, [`T1\tX 0 500\t${'а'.repeat(500)}`, `T2 ${'б'.repeat(500)}`]);
  for (const { detail } of readBratFolder(folder).problems) expect(detail.length).toBeLessThan(300);
});

test('texts without annotations are counted', () => {
  write('a', text, []);
  writeFileSync(join(folder, 'b.txt'), text);
  const { documents, ignored } = readBratFolder(folder);
  expect(documents).toHaveLength(1);
  expect(ignored).toEqual({ '.txt file without its .ann': 1 });
});

test('sentences that a mention spans are joined, but not without bound', () => {
  write('a', text, [`T1\tODD ${at('таза. Боль')}\tтаза. Боль`]);
  expect(readBrat(folder)).toMatchObject({ joined: 1, problems: [] });
  expect(readBrat(folder).examples).toEqual([
    {
      document: 'a',
      words: ['Назначены', 'КТ', 'и', 'МРТ', 'таза', '.', 'Боль', 'утром', '.'],
      entities: [{ type: 'ODD', words: [4, 5, 6] }],
    },
  ]);
  const apart = readBrat(folder, { mostJoined: 1 });
  expect(apart.examples).toHaveLength(2);
  expect(apart.problems).toMatchObject([{ id: 'T1', kind: 'crosses sentences' }]);
});

test('offsets count code points; where only UTF-16, Unix line ends or a byte-order mark agree, they are read so', () => {
  const astral = '💊 Аспирин.\r\nДоза 💉 5 мг.\r\n';
  const mark = 'Доза 💉 5 мг';
  const utf16 = astral.indexOf(mark);
  const count = (part: string): number => [...part].length;
  const points = count(astral.slice(0, utf16));
  const unix = points - 1;
  for (const [name, start, length] of [
    ['points', points, count(mark)],
    ['utf16', utf16, mark.length],
    ['unix', unix, count(mark)],
  ] as const)
    write(name, astral, [`T1\tDOSE ${start} ${start + length}\t${mark}`]);
  write('mark', `\uFEFF${astral}`, [`T1\tDOSE ${points + 1} ${points + 1 + count(mark)}\t${mark}`]);
  const { examples, problems } = readBrat(folder);
  expect(problems).toEqual([]);
  const found = examples.flatMap(({ words, entities }) =>
    entities.map((entity) => entity.words.map((i) => words[i]).join(' ')),
  );
  expect(found).toEqual(Array.from({ length: 4 }, () => mark));
});

test('a word that a line end divides is whole when its parts are', () => {
  const divided = 'Препарат вводят внутри-\nвенно и медленно.\n';
  const start = divided.indexOf('внутри');
  write('a', divided, [`T1\tWAY ${start} ${start + 7};${start + 8} ${start + 13}\tвнутри- венно`]);
  const { examples, problems } = readBrat(folder);
  expect(problems).toEqual([]);
  expect(examples[0]).toMatchObject({ words: ['Препарат', 'вводят', 'внутривенно', 'и', 'медленно', '.'] });
  expect(examples[0]!.entities).toEqual([{ type: 'WAY', words: [2] }]);
});

test('a folder without annotations is refused', () => {
  expect(() => readBrat(folder)).toThrow(/holds no annotated text/);
});

const nerel = join(import.meta.dirname, '../../../../shared/data/nerel-bio');
test.skipIf(!existsSync(nerel))('NEREL-BIO: every mention is an entity or listed', () => {
  for (const [part, count, lines] of [
    ['dev', 77, 6435],
    ['train', 612, 54_210],
  ] as const) {
    const { examples, documents, mentions, problems } = readBrat(join(nerel, part));
    const entities = examples.reduce((sum, example) => sum + example.entities.length, 0);
    expect([documents, mentions]).toEqual([count, lines]);
    expect(entities + problems.filter(isLost).length).toBe(mentions);
    expect(problems.filter(isLost).length).toBeLessThan(0.001 * mentions);
  }
});
