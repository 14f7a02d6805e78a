/** BRAT folders: mentions become entities of words, and those that cannot are listed. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readBrat } from './brat.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-brat-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = 'Назначены КТ и МРТ таза. Боль утром.\n';
const at = (part: string): string => `${text.indexOf(part)} ${text.indexOf(part) + part.length}`;

test('fragments, nesting, repeats, and what does not fit', () => {
  writeFileSync(join(folder, 'a.txt'), text);
  const lines = [
    `T1\tTEST ${at('КТ')};${at('таза')}\tКТ таза`,
    `T2\tTEST ${at('МРТ таза')}\tМРТ таза`,
    `T3\tPLACE ${at('таза')}\tтаза`,
    `T4\tPLACE ${at('таза')}\tтаза`,
    `T5\tSIGN ${at('Бол')}\tБол`,
    `T6\tODD ${at('таза. Боль')}\tтаза. Боль`,
    `T7\tODD ${text.indexOf(' КТ')} ${text.indexOf(' КТ') + 1}\t `,
    'T8\tODD 5 x\tнет',
    'R1\tHAS Arg1:T1 Arg2:T2',
    '#1\tAnnotatorNotes T1\tнет',
  ];
  writeFileSync(join(folder, 'a.ann'), lines.join('\n'));
  writeFileSync(join(folder, 'alone.ann'), 'T1\tX 0 1\tа');
  const { examples, documents, mentions, problems } = readBrat(folder);
  expect([documents, mentions]).toEqual([1, 7]);
  expect(examples).toEqual([
    {
      document: 'a.txt',
      words: ['Назначены', 'КТ', 'и', 'МРТ', 'таза', '.'],
      entities: [
        { type: 'TEST', words: [1, 4] },
        { type: 'TEST', words: [3, 4] },
        { type: 'PLACE', words: [4] },
      ],
    },
    { document: 'a.txt', words: ['Боль', 'утром', '.'], entities: [{ type: 'SIGN', words: [0] }] },
  ]);
  expect(problems.map(({ id, kind }) => `${id} ${kind}`).sort()).toEqual([
    'T5 widened',
    'T6 crosses sentences',
    'T7 no word',
    'T8 malformed',
  ]);
});

test('a folder without annotations is refused', () => {
  const empty = mkdtempSync(join(tmpdir(), 'w2ner-brat-empty-'));
  expect(() => readBrat(empty)).toThrow(/holds no annotated text/);
  rmSync(empty, { recursive: true });
});

const nerel = join(import.meta.dirname, '../../../shared/data/nerel-bio/dev');
test.skipIf(!existsSync(nerel))('NEREL-BIO: every mention is an entity or listed', () => {
  const { examples, documents, mentions, problems } = readBrat(nerel);
  const entities = examples.reduce((sum, example) => sum + example.entities.length, 0);
  const lost = problems.filter(({ kind }) => kind !== 'widened').length;
  expect(documents).toBe(77);
  expect(entities + lost).toBeLessThanOrEqual(mentions);
  expect(entities + lost).toBeGreaterThan(0.99 * mentions);
  expect(lost).toBeLessThan(0.05 * mentions);
});
