/** PyTorch files: what real PyTorch wrote is read as it is, and nothing that is not a plain state dict is opened. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeFileAtomic } from '../base/files.ts';
import { openSafetensors } from './safetensors.ts';
import {
  contents,
  dict,
  refusal,
  storage,
  type TensorContents,
  tensor,
  text,
  withPickle,
} from './testing.ts';
import { openTorchFile } from './torch-file.ts';

const fixtures = resolve(import.meta.dirname, '../../test/fixtures/torch');
const reference = resolve(import.meta.dirname, '../../../shared/reference');
const folder = mkdtempSync(join(tmpdir(), 'w2ner-torch-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Expected = Record<string, TensorContents>;
const expected: Expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8'));

test.each(Object.keys(expected))('%s is read as PyTorch wrote it', async (name) => {
  const wanted = Object.entries(expected[name]!).map(([key, { shape, data }]) => [
    key,
    { shape, data: data.map(Number) },
  ]);
  const got = contents(await openTorchFile(join(fixtures, `${name}.pt`)));
  expect(got).toEqual(Object.fromEntries(wanted));
  expect(Object.keys(got)).toEqual(Object.keys(expected[name]!));
});

test('types are those of the file, numbers are read as float32 or whole', async () => {
  const store = await openTorchFile(join(fixtures, 'legacy-types.pt'));
  const types = Object.keys(expected['legacy-types']!);
  expect(types.map((name) => store.entries.get(name)?.dtype)).toEqual(types);
  expect(types.map((name) => store.read(name).dtype)).toEqual([
    'float32',
    'float32',
    'int32',
    'int8',
    'uint8',
    'bool',
  ]);
  store.close();
  expect(() => store.read('int32')).toThrow(/is read after it was closed/);
  expect(() => store.read('none')).toThrow(/has no tensor "none"/);
});

describe.skipIf(!existsSync(reference))('the reference', () => {
  test('BERT as PyTorch file and as safetensors is the same', async () => {
    const torch = await openTorchFile(join(reference, 'tiny-bert/pytorch_model.bin'));
    const safe = openSafetensors(join(reference, 'tiny-bert/model.safetensors'));
    expect([...torch.entries.keys()].sort()).toEqual([...safe.entries.keys()].sort());
    for (const name of torch.entries.keys()) expect(torch.read(name), name).toEqual(safe.read(name));
  });

  test('a whole model', async () => {
    const store = await openTorchFile(join(reference, 'w2ner-last-layer/model.pt'));
    expect(store.entries.size).toBeGreaterThan(50);
    for (const name of store.entries.keys()) {
      expect((store.read(name).data as Float32Array).every?.((value) => Number.isFinite(Number(value)))).toBe(
        true,
      );
    }
  });
});

const path = join(folder, 'model.pt');

describe('a pickle that could do harm', () => {
  test.each<[string, string, RegExp]>([
    ['a system call', '\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.', /GLOBAL "os.system" is not allowed/],
    [
      'the same by stack',
      '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.',
      /STACK_GLOBAL "os.system" is not/,
    ],
    [
      'eval',
      dict(text('w'), 'c__builtin__\neval\nX\x01\0\0\x001\x85R'),
      /GLOBAL "__builtin__.eval" is not allowed/,
    ],
    [
      'a pickle in a pickle',
      'ctorch.storage\n_load_from_bytes\n.',
      /"torch.storage._load_from_bytes" is not/,
    ],
    [
      'a name from the object prototype',
      'c__proto__\nconstructor\n.',
      /GLOBAL "__proto__.constructor" is not/,
    ],
    ['an instance', '(ios\nsystem\n.', /INST "os.system" is not allowed/],
    ['an object', 'ccollections\nOrderedDict\n)\x81.', /NEWOBJ is not allowed/],
    ['an object by mark', '(ccollections\nOrderedDict\no.', /OBJ is not allowed/],
    ['an extension', '\x82\x01.', /EXT1 is not allowed/],
    ['a call of a type', 'ctorch\nFloatStorage\n)R.', /REDUCE "torch.FloatStorage" is not allowed/],
    ['a call of a text', `${text('os.system')})R.`, /REDUCE of something that is no name is not allowed/],
    [
      'the state of a name',
      'ccollections\nOrderedDict\n}b.',
      /BUILD of something else than a dict is not allowed/,
    ],
  ])('with %s is refused', async (_, pickle, message) => {
    const error = await refusal(path, withPickle(pickle));
    expect(error).toMatchObject({ code: 'E_PICKLE', message: expect.stringMatching(message) });
    expect(error.hint).toMatch(/not a plain state dict, and nothing in it was executed/);
    const bare = await refusal(path, Buffer.from(pickle, 'latin1'));
    expect(bare.code).toBe('E_PICKLE');
  });

  test('in a file of before 1.6 is refused', async () => {
    const legacy = readFileSync(join(fixtures, 'legacy-float32.pt')).toString('latin1');
    const changed = legacy.replace('ccollections\nOrderedDict\n', 'cos\nsystem\n');
    const error = await refusal(path, Buffer.from(changed, 'latin1'));
    expect(error).toMatchObject({ code: 'E_PICKLE', message: expect.stringMatching(/GLOBAL "os.system"/) });
  });
});

describe('a pickle that does not fit', () => {
  const w = text('w');
  const pairs = `](${Array.from({ length: 600 }, (_, k) => `M${String.fromCharCode(k % 256, k >> 8)}N\x86`).join('')}eq\x00`;
  test.each<[string, string, RegExp]>([
    ['no dict', 'K\x01.', /holds a number, expected a dict of tensors/],
    ['a list', ']q\x00h\x00a.', /holds a list/],
    ['a value that is no tensor', dict(text('epoch'), 'K\x01'), /"epoch" is a number, expected a tensor/],
    [
      'a dict in a dict',
      dict(text('model'), `}(${text('w')}Nu`),
      /"model" is a dict \(w\), expected a tensor/,
    ],
    ['a key that is no name', dict('K\x01', tensor()), /has a number as a key/],
    ['a key that would change the prototype', dict(text('__proto__'), '}'), /"__proto__" is a dict \(\)/],
    [
      'too many elements',
      dict(w, tensor('K\x01K\x02K\x03\x86K\x03K\x01\x86')),
      /"w" \[2,3\] reaches element 7 of a storage of 6/,
    ],
    ['wide strides', dict(w, tensor('K\x00K\x02K\x03\x86K\x04K\x01\x86')), /"w" \[2,3\] reaches element 7/],
    ['a negative offset', dict(w, tensor('J\xff\xff\xff\xffK\x01\x85K\x01\x85')), /"w" has no valid offset/],
    [
      'a negative size',
      dict(w, tensor('K\x00J\xff\xff\xff\xff\x85K\x01\x85')),
      /"w" has no valid offset, shape/,
    ],
    [
      'a negative stride',
      dict(w, tensor('K\x05K\x02\x85J\xff\xff\xff\xff\x85')),
      /"w" has no valid offset, shape/,
    ],
    ['a size in text', dict(w, tensor(`K\x00${text('2')}\x85K\x01\x85`)), /"w" has no valid offset, shape/],
    ['no strides', dict(w, tensor('K\x00K\x02\x85)')), /"w" has no valid offset, shape/],
    [
      'a huge size',
      dict(w, tensor('K\x00\x8a\x06\xff\xff\xff\xff\xff\x0f\x85K\x00\x85')),
      /"w" .* elements in a storage of 6/,
    ],
    [
      'a size beyond all numbers',
      dict(w, tensor(`K\x00\x8a\x0a${'\x7f'.repeat(10)}\x85K\x00\x85`)),
      /"w" has no valid/,
    ],
    [
      'sizes whose product is huge',
      dict(w, tensor(`K\x00(${'J\xff\xff\xff\x7f'.repeat(4)}t(${'K\x00'.repeat(4)}t`)),
      /"w" .* elements in/,
    ],
    [
      'many axes',
      dict(w, tensor(`K\x00(${'K\x01'.repeat(33)}t(${'K\x00'.repeat(33)}t`)),
      /"w" has no valid offset, shape/,
    ],
    ['no storage', dict(w, tensor(undefined, 'N')), /"w" has no storage/],
    [
      'a storage larger than there is',
      dict(w, tensor(undefined, storage('K\x07'))),
      /"w" needs storage "0" of 28 bytes, got 24/,
    ],
    [
      'a storage of another type',
      dict(w, tensor(undefined, storage('K\x06', 'DoubleStorage'))),
      /"w" needs storage "0" of 48 bytes, got 24/,
    ],
    [
      'a storage that changes',
      dict(w, tensor(), text('v'), tensor(undefined, storage('K\x05'))),
      /storage "0" is described twice/,
    ],
    [
      'a type that is not read',
      dict(w, tensor(undefined, storage('K\x06', 'ShortStorage'))),
      /storage "0" is a torch.ShortStorage/,
    ],
    [
      'a storage without type',
      dict(w, tensor(undefined, `(${text('storage')}tQ`)),
      /names a storage without type/,
    ],
    [
      'arguments that do not fit',
      'ctorch._utils\n_rebuild_parameter\n)R.',
      /_rebuild_parameter does not take/,
    ],
    ['nothing on the stack', 'R.', /REDUCE at byte 1: nothing to take from the stack/],
    ['a pop through a mark', 'K\x01(\x85.', /TUPLE1 at byte 4: nothing to take/],
    ['no mark', 't.', /TUPLE at byte 1: no mark was set/],
    ['a memo that is empty', 'h\x07.', /BINGET at byte 2: nothing was stored as 7/],
    ['an unknown operation', '\xff.', /operation 255 at byte 1: no such operation/],
    ['a later protocol', '\x80\x09.', /protocol 9, expected at most 5/],
    ['an integer of megabytes', '\x8b\x00\x00\x10\x00.', /an integer of 1048576 bytes/],
    ['a text past the end', 'X\xff\xff\xff\x7fabc', /breaks off at byte/],
    ['a name without end', 'cos', /breaks off at byte 3/],
    ['no end', '\x80\x02}', /breaks off at byte 3/],
    [
      'a million tuples in each other',
      `)${'\x85'.repeat(1_000_000)}.`,
      /TUPLE1 at byte 20\d: nested deeper than 200/,
    ],
    ['a million marks', `${'('.repeat(1_000_000)}.`, /MARK at byte 201: nested deeper than 200/],
    [
      'a list that grows without end as text',
      `]q\x00(h\x00h\x00tq\x01${'h\x01h\x01\x86q\x01'.repeat(90)}0}h\x01Ns.`,
      /has a list as a key/,
    ],
    [
      'a long dict made again and again',
      `${pairs}${'ccollections\nOrderedDict\nh\x00\x85R'.repeat(9_000)}.`,
      /more than 4000000 values/,
    ],
    ['a dict that is its own key', '}q\x00h\x00h\x00s.', /has a dict \(…\) as a key/],
    ['millions of values', `(${'N'.repeat(5_000_000)}t.`, /more than 4000000 values/],
  ])('with %s is explained', async (_, pickle, message) => {
    const error = await refusal(path, withPickle(pickle));
    expect(error).toMatchObject({ code: 'E_WEIGHTS', message: expect.stringMatching(message) });
  });

  test('of Python 2, with pairs in place and parts of storages, is read', async () => {
    const view = `(${text('part')}K\x02K\x03t`;
    const part = `(${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}K\x06${view}tQ`;
    const old = `ctorch._utils\n_rebuild_tensor\n(${part}K\x01K\x02\x85K\x01\x85tR`;
    const pickle = `ccollections\nOrderedDict\n](](U\x01w${old}ee\x85R.`;
    const head = '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.M\xe9\x03.}.';
    const keys = `](${text('0')}e.`;
    const data = Buffer.from(new Float32Array([0, 1, 2, 3, 4, 5]).buffer);
    const count = Buffer.from([6, 0, 0, 0, 0, 0, 0, 0]);
    writeFileSync(path, Buffer.concat([Buffer.from(head + pickle + keys, 'latin1'), count, data]));
    expect(contents(await openTorchFile(path))).toEqual({ w: { shape: [2], data: [3, 4] } });
  });

  test('may hold itself, and repeat elements', async () => {
    const self = ']q\x00h\x00aq\x010';
    const repeated = tensor('K\x05K\x02K\x02\x86K\x00K\x00\x86');
    const data = Buffer.from(new Float32Array([0, 0, 0, 0, 0, 7]).buffer);
    writeFileAtomic(path, withPickle(`\x80\x02${self}}(${text('w')}${repeated}u.`, data));
    expect(contents(await openTorchFile(path))).toEqual({ w: { shape: [2, 2], data: [7, 7, 7, 7] } });
  });
});
