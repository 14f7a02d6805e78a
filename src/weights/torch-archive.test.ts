/** PyTorch files that are cut, changed, or claim what is not so: each is explained, none is unpacked without bounds. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeFileAtomic } from '../base/files.ts';
import { contents, dict, floats, refusal, tensor, text, zip } from './testing.ts';
import { openTorchFile } from './torch-file.ts';

const fixtures = resolve(import.meta.dirname, '../../test/fixtures/torch');
const folder = mkdtempSync(join(tmpdir(), 'w2ner-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'model.pt');

describe('a damaged archive', () => {
  const whole = readFileSync(join(fixtures, 'zip-float32.pt'));
  const legacy = readFileSync(join(fixtures, 'legacy-float32.pt'));

  test.each([
    ['zip', whole],
    ['legacy', legacy],
  ])('%s that ends anywhere', async (_, bytes) => {
    for (let size = 0; size < bytes.length; size += 7) {
      expect(await refusal(path, bytes.subarray(0, size)), `${size} bytes`).toMatchObject({
        code: 'E_WEIGHTS',
      });
    }
    const { message } = await refusal(path, legacy.subarray(0, -1));
    expect(message).toMatch(/tensor ".+" needs storage ".+" of \d+ bytes, (?:got \d+|which is not)/);
  });

  test('with any bit changed is read or explained', async () => {
    for (const bytes of [whole, legacy]) {
      for (let at = 0; at < bytes.length; at += 5) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 1 << (at % 8);
        writeFileSync(path, changed);
        const read = openTorchFile(path).then(contents);
        await read.catch((error) => expect(error, `byte ${at}`).toMatchObject({ name: 'UserError' }));
      }
    }
  });

  const pickle = Buffer.from(dict(text('w'), tensor()), 'latin1');
  const archive = zip({ 'm/data.pkl': pickle });
  const locator = Buffer.from('PK\x06\x07\0\0\0\0\0\0\0\0\0\0\x80\0\x01\0\0\0', 'latin1');
  const beyond = Buffer.concat([archive.subarray(0, -22), locator, archive.subarray(-22)]);

  test.each<[string, Buffer, RegExp]>([
    ['no pickle', zip({ 'm/data/0': floats }), /0 records \*\/data.pkl/],
    ['two pickles', zip({ 'm/data.pkl': pickle, 'n/data.pkl': pickle }), /2 records/],
    [
      'no storage',
      zip({ 'm/data.pkl': pickle }),
      /"w" needs storage "0" of 24 bytes, which is not in the file/,
    ],
    ['a way out', zip({ '../data.pkl': pickle }), /invalid relative path/],
    [
      'another byte order',
      zip({ 'm/data.pkl': pickle, 'm/byteorder': Buffer.from('big') }),
      /byte order "big"/,
    ],
    [
      'a bomb',
      zip({ 'm/data.pkl': Buffer.alloc(50 << 20) }, { deflate: true }),
      /"m\/data.pkl" grows from \d+ to 52428800 bytes/,
    ],
    [
      'a storage that unpacks to more than said',
      zip(
        { 'm/data.pkl': pickle, 'm/data/0': Buffer.alloc(1 << 20) },
        { deflate: true, claim: { 'm/data/0': 24 } },
      ),
      /"m\/data\/0" cannot be unpacked/,
    ],
    [
      'a storage that unpacks to less than said',
      zip(
        { 'm/data.pkl': pickle, 'm/data/0': Buffer.alloc(8) },
        { deflate: true, claim: { 'm/data/0': 24 } },
      ),
      /"m\/data\/0" cannot be unpacked \(8 bytes instead of 24\)/,
    ],
    [
      'two sizes',
      zip({ 'm/data.pkl': pickle, 'm/data/0': floats }, { claim: { 'm/data/0': 32 } }),
      /size mismatch|two sizes/,
    ],
    ['a list beyond all numbers', beyond, /something is said to lie at byte 36028797018963\d+ of \d+/],
  ])('with %s is explained', async (_, bytes, message) => {
    writeFileAtomic(path, bytes);
    const error = await openTorchFile(path)
      .then((store) => store.read('w'))
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'UserError',
      code: 'E_WEIGHTS',
      message: expect.stringMatching(message),
    });
  });

  test('that is compressed is read', async () => {
    writeFileAtomic(path, zip({ 'm/data.pkl': pickle, 'm/data/0': floats }, { deflate: true }));
    expect(contents(await openTorchFile(path))).toEqual({ w: { shape: [2, 3], data: [0, 0, 0, 0, 0, 0] } });
  });
});
