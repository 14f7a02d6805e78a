/** `w2ner augment`: what it writes and prints, and what it refuses. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
});
afterEach(() => place.remove());

const record = (sentence: string, index: number[]): object => ({
  sentence: sentence.split(' '),
  ner: [{ type: 'PROCEDURE', index }],
  document: 'a.md',
});

test('writes training data with discontinuous entities, the same for a seed', async () => {
  const data = place.write(
    'train.json',
    JSON.stringify([record('Показан осмотр глаз', [1, 2]), record('Нужен осмотр кожи лица', [1, 2, 3])]),
  );
  const out = place.path('more.json');
  const { code, stdout } = await cli(['augment', data, '--out', out, '--coordinated', '3', '--seed', '5']);
  expect([code, stdout]).toEqual([0, `3 sentences with coordinated entities written to ${out}\n`]);
  const made = JSON.parse(place.read('more.json')) as {
    sentence: string[];
    ner: { type: string; index: number[] }[];
    document: string;
  }[];
  expect(made.length).toBe(3);
  for (const { ner, document } of made) {
    expect([ner.length, document]).toEqual([2, 'a.md']);
    expect(ner.some(({ index }) => index.some((word, i) => i > 0 && word > index[i - 1]! + 1))).toBe(true);
  }
  await cli(['augment', data, '--out', place.path('again.json'), '--coordinated', '3', '--seed', '5']);
  expect(place.read('again.json')).toBe(place.read('more.json'));
  const valid = await cli(['validate', out]);
  expect(valid.code).toBe(0);
});

test('puts other terms of a list in the place of annotated ones', async () => {
  const data = place.write('train.json', JSON.stringify([record('Показан осмотр глаз', [1, 2])]));
  const terms = place.write('procedures.txt', '# procedures\n\nосмотр глаз\r\nосмотр ушей\n');
  const out = place.path('more.json');
  const { code, stdout } = await cli(['augment', data, '--out', out, '--terms', `procedure=${terms}`]);
  const counts = '0 sentences with coordinated entities, 1 sentence with other terms of procedure';
  expect([code, stdout]).toEqual([0, `${counts} written to ${out}\n`]);
  expect(JSON.parse(place.read('more.json'))).toEqual([record('Показан осмотр ушей', [1, 2])]);
});

test('says why a list gave nothing, beside what was made', async () => {
  const data = place.write(
    'train.json',
    JSON.stringify([record('Показан осмотр глаз', [1, 2]), record('Нужен осмотр кожи лица', [1, 2, 3])]),
  );
  const terms = place.write('procedures.txt', Buffer.from([0xce, 0xf1, 0xec, 0xee, 0xf2, 0xf0])); // Windows-1251
  const { code, stderr } = await cli([
    'augment',
    data,
    '--out',
    place.path('more.json'),
    '--terms',
    `PROCEDURE=${terms}`,
  ]);
  expect(code).toBe(0);
  expect(stderr).toContain(`holds no PROCEDURE that is in ${terms} beside another term of its kind`);
});

test.each([
  ['PROCEDURE', /--terms PROCEDURE: expected TYPE=FILE/],
  ['DRUG=a.txt', /--terms DRUG=a\.txt: .*has no entity of this type[\s\S]*its types: PROCEDURE/],
  ['PROCEDURE=none.txt', /none\.txt: there is no such file/],
  ['PROCEDURE=.', /\.: this is a folder, expected a file/],
])('a wrong list %s is an error', async (terms, message) => {
  const data = place.write('train.json', JSON.stringify([record('Показан осмотр глаз', [1, 2])]));
  const { code, stderr } = await cli(['augment', data, '--out', place.path('more.json'), '--terms', terms]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test.each([
  ['no data', 'missing.json', /missing\.json: there is no such file/],
  ['nothing to coordinate', 'alone.json', /alone\.json: holds no two entities of a type/],
])('%s: an error, and nothing is written', async (_, name, message) => {
  place.write('alone.json', JSON.stringify([record('Показан осмотр глаз', [1, 2])]));
  const out = place.path('more.json');
  const { code, stderr } = await cli(['augment', place.path(name), '--out', out]);
  expect([code, existsSync(out)]).toEqual([2, false]);
  expect(stderr).toMatch(message);
});

test('asking for nothing is an error', async () => {
  const data = place.write('train.json', JSON.stringify([record('Показан осмотр глаз', [1, 2])]));
  const { code, stderr } = await cli(['augment', data, '--out', place.path('a.json'), '--coordinated', '0']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/--coordinated 0: asks for no sentences/)]);
});
