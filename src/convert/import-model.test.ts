/** Models of the original as model folders: the same entities; what does not fit is refused, and nothing is written. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../base/errors.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { loadModel } from '../predict/load.ts';
import { openWeights } from '../weights/open-weights.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import { writeTorchFile } from '../weights/torch-write.ts';
import { type ImportOptions, importModel } from './import-model.ts';
import type { ConvertProgress } from './progress.ts';
import { expectedOf, makeEncoder, originals } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2ner-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(path(name), content);
  return path(name);
};

const fixture = originals[0]!;

/** The import of our fixture, parts of it replaced. */
const options = (changes: Partial<ImportOptions> = {}): ImportOptions => ({
  model: fixture.model,
  config: fixture.config,
  encoder: makeEncoder(fixture, path('encoder')),
  labels: fixture.expected,
  out: path('out'),
  ...changes,
});

/** What an import was refused with; nothing may be left of it. */
async function refusal(changes: Partial<ImportOptions>): Promise<UserError> {
  const error = await importModel(options(changes)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  if (changes.out === undefined) expect(existsSync(path('out'))).toBe(false);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  return error as UserError;
}

/** The fixture's weights with some of them replaced, or taken away. */
async function changedWeights(changes: Readonly<Record<string, TensorData | undefined>>): Promise<string> {
  const store = await openWeights(fixture.model);
  const tensors = new Map([...store.entries.keys()].map((name) => [name, store.read(name)]));
  store.close();
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor === undefined) tensors.delete(name);
    else tensors.set(name, tensor);
  }
  const sources = [...tensors].map(([name, tensor]) => ({ name, ...tensor, read: () => tensor }));
  writeTorchFile(path('changed.pt'), sources);
  return path('changed.pt');
}

const zeros = (...shape: number[]): TensorData => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'float32', shape, data: new Float32Array(size) };
};

describe.each(originals)('$name', (model) => {
  test.skipIf(!model.present)('finds what the original finds', async () => {
    const { labels, single } = expectedOf(model);
    const progress: ConvertProgress[] = [];
    const result = await importModel({
      model: model.model,
      config: model.config,
      encoder: makeEncoder(model, path('encoder')),
      labels: model.expected,
      out: path('out'),
      onProgress: (state) => progress.push(state),
    });
    expect(result.types.map((type) => type.toLowerCase())).toEqual(labels.slice(2));
    expect(progress[0]).toMatchObject({ step: 'checking' });
    expect(progress.at(-1)).toEqual({ step: 'writing', fraction: 1 });
    const tagger = await loadModel(path('out'));
    const found = await tagger.tag(single.map(({ sentence }) => sentence));
    for (const [i, { decoded }] of single.entries()) {
      const own = found[i]!.map(({ words, type }) => `${words.join()} ${type.toLowerCase()}`);
      const expected = decoded.map(([words, label]) => `${words.join()} ${labels[label]}`);
      expect(own.sort()).toEqual(expected.sort());
    }
    await tagger.dispose();
  });
});

test('tensors that no graph reads are kept as they are', async () => {
  const ids: TensorData = { dtype: 'int64', shape: [1, 64], data: new BigInt64Array(64).fill(7n) };
  const model = await changedWeights({ 'bert.embeddings.position_ids': ids });
  await importModel(options({ model }));
  const { tensors } = readSafetensors(join(path('out'), 'model.safetensors'));
  expect(tensors.get('bert.embeddings.position_ids')).toEqual(ids);
  const tagger = await loadModel(path('out'), { threads: 1 });
  await tagger.dispose();
});

describe('labels', () => {
  test('known types are shown as the data has them, others as they are listed', async () => {
    const labels = write(
      'labels.json',
      '["<pad>", "<suc>", "drug", "severity/stage", "Procedure / test", "gene"]',
    );
    const { types } = await importModel(options({ labels }));
    expect(types).toEqual(['DRUG', 'SEVERITY/STAGE', 'Procedure / test', 'gene']);
    const card = readFileSync(join(path('out'), 'README.md'), 'utf8');
    expect(card).toMatch(/imported from model\.pt\.\n/);
    expect(card).toContain('- SEVERITY/STAGE');
  });

  test('come from data in the order of the original: train, dev, test', async () => {
    const data = (name: string, ...types: string[]): string =>
      write(name, JSON.stringify([{ sentence: ['а'], ner: types.map((type) => ({ type, index: [0] })) }]));
    const { labels: _, ...rest } = options();
    const { types } = await importModel({
      ...rest,
      train: data('train.json', 'Gene', 'DRUG'),
      dev: data('dev.json', 'drug', 'CELL'),
      test: data('test.json', 'RNA', 'gene'),
    });
    expect(types).toEqual(['Gene', 'DRUG', 'CELL', 'RNA']);
  });

  test.each([
    ['not JSON', '["<pad>"', 'E_LABELS', /labels\.json: is not readable JSON/],
    ['no list', '{"types": []}', 'E_LABELS', /must be a list/],
    ['without the first two', '["drug", "dosage"]', 'E_LABELS', /must begin with "<pad>", "<suc>"/],
    ['one type twice', '["<pad>", "<suc>", "drug", "DRUG"]', 'E_LABELS', /one type twice/],
  ])('%s', async (_, text, code, message) => {
    const error = await refusal({ labels: write('labels.json', text) });
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test('another number than the model has', async () => {
    const error = await refusal({ labels: write('labels.json', '["<pad>", "<suc>", "drug"]') });
    expect(error.message).toMatch(/"predictor\.biaffine\.weight" is \[6,13,13\], model expects \[3,13,13\]/);
    expect(error.hint).toMatch(/^the checkpoint has 6 labels, got 3 \(<pad>, <suc> and 1 types\)/);
  });

  test('two sources, or none', async () => {
    const both = await refusal({ train: 'train.json' });
    expect(both).toMatchObject({ code: 'E_OPTION', where: '--labels' });
    const { labels: _, ...none } = options();
    await expect(importModel(none)).rejects.toMatchObject({ code: 'E_OPTION', where: '--train' });
    await expect(importModel({ ...none, dev: 'dev.json' })).rejects.toThrow(/without --train/);
  });
});

describe('weights that are refused', () => {
  test('missing, of another shape, unknown: all named, ten at most', async () => {
    const model = await changedWeights({
      'cln.beta': undefined,
      'reg_embs.weight': zeros(4, 8),
      stray: zeros(1),
    });
    const error = await refusal({ model });
    expect(error.code).toBe('E_WEIGHTS');
    expect(error.message).toMatch(/"reg_embs\.weight" is \[4,8\], model expects \[3,8\]/);
    expect(error.message).toMatch(/"cln\.beta" \[16\] is missing/);
    expect(error.message).toMatch(/"stray" is not part of the model/);
    const store = await openWeights(fixture.model);
    const all = Object.fromEntries([...store.entries.keys()].map((name) => [name, undefined]));
    store.close();
    const empty = await refusal({
      model: await changedWeights({ ...all, 'bert.pooler.dense.bias': zeros(24) }),
    });
    expect(empty.message).toMatch(/^(?:[^;]* is missing; ){10}and \d+ more$/);
    expect(empty.hint).toMatch(/encoder alone/);
  });

  test('values that are not finite', async () => {
    const beta = zeros(16);
    beta.data[3] = Number.NaN;
    const error = await refusal({ model: await changedWeights({ 'cln.beta': beta }) });
    expect(error.message).toMatch(/"cln\.beta" holds values that are not finite/);
    expect(error.hint).toMatch(/diverged/);
    const pooler = zeros(24);
    pooler.data[0] = Number.NaN; // no graph reads it, but the original would
    const kept = await refusal({ model: await changedWeights({ 'bert.pooler.dense.bias': pooler }) });
    expect(kept.message).toMatch(/"bert\.pooler\.dense\.bias" holds values that are not finite/);
  });

  test('half copied, and no state dict', async () => {
    const whole = readFileSync(fixture.model);
    const half = await refusal({ model: write('half.pt', whole.subarray(0, whole.length / 2)) });
    expect(half.code).toBe('E_WEIGHTS');
    // A pickle that calls os.system.
    const bytes = Buffer.from('\x80\x02cos\nsystem\nX\x04\0\0\0echo\x85R.', 'latin1');
    expect((await refusal({ model: write('evil.pt', bytes) })).code).toBe('E_PICKLE');
  });
});

describe('what does not belong together', () => {
  const withConfig = (changes: object): string => {
    const settings = { ...JSON.parse(readFileSync(fixture.config, 'utf8')), ...changes };
    return write('config.json', JSON.stringify(settings));
  };

  test('a configuration without BERT', async () => {
    const error = await refusal({ config: withConfig({ bert_name: undefined }) });
    expect(error.message).toMatch(/config\.json: "bert_name" is missing, models of the original have/);
    const compact = await refusal({ config: withConfig({ encoder: 'compact' }) });
    expect(compact.message).toMatch(/"encoder" is "compact"/);
  });

  test('another width, another vocabulary', async () => {
    const wide = await refusal({ config: withConfig({ bert_hid_size: 32 }) });
    expect(wide.message).toMatch(/"bert_hid_size" is 32, "hidden_size" of .*encoder is 24/);
    const encoder = makeEncoder(fixture, path('larger'));
    const description = JSON.parse(readFileSync(join(encoder, 'config.json'), 'utf8'));
    writeFileSync(join(encoder, 'config.json'), JSON.stringify({ ...description, vocab_size: 200 }));
    const error = await refusal({ encoder });
    expect(error.message).toMatch(/word_embeddings\.weight" is \[134,24\], model expects \[200,24\]/);
    expect(error.hint).toMatch(/^bert_name is "encoder".* another vocabulary of 134/);
  });

  test('a tokenizer that is larger than the vocabulary', async () => {
    const encoder = makeEncoder(fixture, path('small'));
    const description = JSON.parse(readFileSync(join(encoder, 'config.json'), 'utf8'));
    writeFileSync(join(encoder, 'config.json'), JSON.stringify({ ...description, vocab_size: 100 }));
    expect(await refusal({ encoder })).toMatchObject({ code: 'E_ENCODER' });
  });

  test('an encoder that is not there', async () => {
    expect(await refusal({ encoder: path('nowhere') })).toMatchObject({ code: 'E_ENCODER_MISSING' });
  });

  test('a folder that holds a model, or anything', async () => {
    await importModel(options({ out: path('model') }));
    const model = await refusal({ out: path('model') });
    expect(model).toMatchObject({ code: 'E_OUT', message: expect.stringContaining('already holds a model') });
    mkdirSync(path('notes'));
    copyFileSync(fixture.config, join(path('notes'), 'notes.txt'));
    expect((await refusal({ out: path('notes') })).message).toMatch(/other files/);
    expect((await refusal({ out: fixture.config })).message).toMatch(/is a file/);
    expect(await refusal({ out: join(fixture.config, 'model') })).toMatchObject({ code: 'E_OUT' });
    mkdirSync(path('empty'));
    await importModel(options({ out: path('empty') }));
    expect(readdirSync(path('empty')).sort()).toEqual(
      ['README.md', 'config.json', 'encoder', 'labels.json', 'model.safetensors'].sort(),
    );
  });
});
