/** `w2ner quantize`: what it prints and writes, and what it refuses. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';

const model = 'guidelines-ru-keywords';
let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
});
afterEach(() => place.remove());

test('makes a smaller model', async () => {
  const { code, stdout } = await cli(['quantize', model, '--out', place.path('small')]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/float32 +5\.2 MB\nint8 +1\.6 MB/);
  expect(stdout).toMatch(/8 tensors quantised in .*small\nNext: w2ner evaluate/);
  expect(JSON.parse(place.read('small/config.json'))).toMatchObject({ weights: 'int8' });
});

test('of words only', async () => {
  const { code, stdout } = await cli(['quantize', model, '--words-only', '--out', place.path('small')]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/5 tensors quantised in /);
  expect(JSON.parse(place.read('small/config.json'))).toMatchObject({ weights: 'int8_words' });
  expect(place.read('small/README.md')).not.toContain('cannot be trained');
});

test('with data compares scores and speed, and keeps them in metrics.json', async () => {
  const data = place.write('dev.json', '[{"sentence":["Риск","есть"],"ner":[{"type":"DRUG","index":[0]}]}]');
  const { code, stdout } = await cli([
    'quantize',
    model,
    '--out',
    place.path('small'),
    '--data',
    data,
    '--bits',
    '8',
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Weights +Size +Micro F1 +Sentences\/s/);
  expect(JSON.parse(place.read('small/metrics.json'))).toMatchObject({
    quantized: {
      bits: 8,
      from: model,
      float32: { f1: expect.any(Number) },
      int8: { f1: expect.any(Number) },
    },
    dev: { sentences: 1 },
  });
});

test.each([
  ['no such model', ['nothing'], /neither a folder nor a shipped model/],
  ['bits that there are not', [model, '--bits', '4'], /--bits: got 4, expected 7 or 8/],
  ['data that is not there', [model, '--data', 'missing.json'], /missing\.json/],
])('%s: an error, and nothing is written', async (_, args, message) => {
  const out = place.path('small');
  const { code, stderr } = await cli(['quantize', ...args, '--out', out]);
  expect([code, existsSync(out)]).toEqual([2, false]);
  expect(stderr).toMatch(message);
});
