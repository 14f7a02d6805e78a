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
  const { code, stdout } = await cli(['augment', data, '--out', out, '--sentences', '3', '--seed', '5']);
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
  await cli(['augment', data, '--out', place.path('again.json'), '--sentences', '3', '--seed', '5']);
  expect(place.read('again.json')).toBe(place.read('more.json'));
  const valid = await cli(['validate', out]);
  expect(valid.code).toBe(0);
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
