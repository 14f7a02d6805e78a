/** Pre-training: what is read, what is to be guessed, that it learns, and that a model can start from it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import { createSampler, guesses, readCorpus } from './corpus.ts';
import { pretrain } from './pretrain.ts';
import { trainModel } from './train.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-pretrain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** Lines in which every word names the next: guessing can be learnt. */
function makeText(lines: number): string {
  const random = createRandom(4);
  const cycle = ['альфа', 'Бета', 'гамма', 'дельта', 'эпсилон', 'дзета', 'эта', 'тета', 'йота', 'каппа'];
  return Array.from({ length: lines }, () => {
    const start = random.below(cycle.length);
    return Array.from({ length: 24 }, (_, k) => cycle[(start + k) % cycle.length]!).join(' ');
  }).join('\n');
}

const text = write('text.txt', makeText(440));
const settings = {
  ngram_buckets: 128,
  ngram_emb_size: 8,
  bert_hid_size: 8,
  lstm_hid_size: 16,
  conv_hid_size: 4,
  biaffine_size: 4,
  ffnn_hid_size: 4,
  dilation: [1],
  learning_rate: 0.03,
  emb_dropout: 0,
  out_dropout: 0,
  word_dropout: 0,
};
const config = checkConfig(settings);

describe('a corpus', () => {
  test('is the sentences of all files, with a vocabulary by frequency', () => {
    const corpus = readCorpus([text, text], 4, Number.POSITIVE_INFINITY);
    expect(corpus.words).toBe(2 * 440 * 24);
    expect(corpus.sentences.length).toBe(2 * 440);
    expect(corpus.vocabulary.size).toBe(4);
    expect([...corpus.vocabulary.keys()].every((word) => word === word.toLowerCase())).toBe(true);
    expect([...corpus.counts]).toEqual([...corpus.counts].sort((a, b) => b - a));
  });

  test('ends at the limit, cuts long sentences and leaves out short ones', () => {
    const long = write('long.txt', `раз два три\n${'слово '.repeat(10_100)}\n${'ещё '.repeat(500)}`);
    const corpus = readCorpus([long], 10, 10_080);
    expect(corpus.words).toBe(10_100);
    expect(Math.max(...corpus.sentences.map(({ length }) => length))).toBe(48);
    expect([...corpus.vocabulary.keys()]).toEqual(['слово']);
  });

  test.each<[string, string[], RegExp]>([
    [
      'too little text',
      [write('short.txt', 'Мало текста в этом файле.')],
      /6 words, expected at least 10,000/,
    ],
    ['a file that is not there', [join(folder, 'none.txt')], /none\.txt: cannot be read/],
    [
      'no word that repeats',
      [
        write(
          'odd.txt',
          Array.from({ length: 10_200 }, (_, k) =>
            k.toString(26).replace(/\d/g, (d) => 'qrstuvwxyz'[+d]!),
          ).join(' '),
        ),
      ],
      /no word three times/,
    ],
  ])('is not made of %s', (_, paths, message) => {
    expect(() => readCorpus(paths, 10, Number.POSITIVE_INFINITY)).toThrow(
      expect.objectContaining({
        name: 'UserError',
        code: 'E_CORPUS',
        message: expect.stringMatching(message),
      }),
    );
  });
});

test('a position is asked for the word after it and the word before it', () => {
  const vocabulary = new Map([
    ['а', 0],
    ['е', 1],
    ['в', 2],
  ]);
  const asked = guesses(
    [
      ['А', 'б', 'Ё'],
      ['в', 'а'],
    ],
    3,
    vocabulary,
    1,
    () => 2,
  );
  expect([...asked.candidates].sort()).toEqual([0, 1, 2]);
  const words = (targets: Int32Array): (string | undefined)[] =>
    Array.from(targets, (at) => (at < 0 ? undefined : [...vocabulary.keys()][asked.candidates[at]!]));
  expect(words(asked.next)).toEqual([undefined, 'е', undefined, 'а', undefined, undefined]);
  expect(words(asked.previous)).toEqual([undefined, 'а', undefined, undefined, 'в', undefined]);
  expect(new Set([...asked.next, ...asked.previous].filter((at) => at < 0))).toEqual(new Set([-100]));
});

test('samples follow the counts to the power 3/4, and end when there is nothing new', () => {
  const sample = createSampler([10_000, 16, 1], createRandom(2));
  const seen = [0, 0, 0];
  for (let k = 0; k < 20_000; k++) seen[sample()]! += 1;
  expect(seen[1]! / 20_000).toBeCloseTo(8 / 1009, 2);
  expect(seen[0]! / 20_000).toBeCloseTo(1000 / 1009, 2);
  const { candidates } = guesses([['а', 'а']], 2, new Map([['а', 0]]), 100, () => 0);
  expect([...candidates]).toEqual([0]);
});

describe('pre-training', () => {
  const out = join(folder, 'start.safetensors');

  test('lowers its loss, and repeats exactly', async () => {
    const run = async (path: string): Promise<number[]> => {
      const losses: number[] = [];
      const options = { config, text: [text], out: path, passes: 3, threads: 1 };
      const result = await pretrain({ ...options, onProgress: ({ loss }) => losses.push(loss) });
      expect(result).toEqual({ steps: 42, words: 3 * 440 * 24, loss: losses.at(-1) });
      return losses;
    };
    const losses = await run(out);
    expect(losses[0]).toBeGreaterThan(2);
    expect(losses.at(-1)).toBeLessThan(0.75 * losses[0]!);
    const again = join(folder, 'again.safetensors');
    expect(await run(again)).toEqual(losses);
    expect(readSafetensors(again)).toEqual(readSafetensors(out));
  });

  const data = write(
    'data.json',
    JSON.stringify([{ sentence: ['альфа', 'бета', 'гамма'], ner: [{ type: 'T', index: [1] }] }]),
  );
  const start = (name: string, init: string, change: object = {}) =>
    trainModel({
      config: checkConfig({ ...settings, epochs: 1, learning_rate: 1e-12, ...change }),
      train: data,
      dev: data,
      out: join(folder, name),
      init,
      threads: 1,
    });

  test('gives a file that a model starts from', async () => {
    await start('started', out);
    const { tensors } = readSafetensors(out);
    const model = readSafetensors(join(folder, 'started', 'model.safetensors')).tensors;
    expect([...tensors.keys()].every((name) => /^(compact|encoder)\./.test(name))).toBe(true);
    expect(tensors.size).toBe(13);
    for (const [name, { data }] of tensors) {
      const own = model.get(name)!.data as Float32Array;
      const worst = Math.max(...own.map((value, k) => Math.abs(value - (data as Float32Array)[k]!)));
      expect(worst, name).toBeLessThan(1e-6);
    }
  });

  test('gives nothing to a model of another shape, and other files are refused', async () => {
    const wide = start('wide', out, { lstm_hid_size: 20 });
    await expect(wide).rejects.toMatchObject({
      code: 'E_INIT',
      message: expect.stringMatching(
        /start\.safetensors: tensor "encoder\.\S+" is float32\[32(,8)?\], model expects float32\[40(,8)?\]/,
      ),
    });
    const stranger = join(folder, 'stranger.safetensors');
    const tensor: TensorData = { dtype: 'float32', shape: [1], data: new Float32Array(1) };
    writeSafetensors(stranger, new Map([['other', tensor]]));
    await expect(start('other', stranger)).rejects.toMatchObject({ code: 'E_INIT' });
    await expect(start('other', join(folder, 'none'))).rejects.toMatchObject({ code: 'E_WEIGHTS' });
  });

  describe('with weights to read on from', () => {
    /** Reads once. @returns the file's tensors, and the loss of every step */
    const readOn = async (name: string, init: string | undefined, change: object = {}, steps = 14) => {
      const path = join(folder, name);
      const stop = new AbortController();
      const means: number[] = [];
      await pretrain({
        config: checkConfig({ ...settings, ...change }),
        text: [text],
        out: path,
        ...(init === undefined ? {} : { init }),
        threads: 1,
        signal: stop.signal,
        onProgress: ({ step, loss }) => {
          means.push(loss);
          if (step === steps) stop.abort();
        },
      });
      const losses = means.map((mean, k) => (k + 1) * mean - k * (means[k - 1] ?? 0));
      return { tensors: readSafetensors(path).tensors, losses };
    };
    const worst = (a: ReadonlyMap<string, TensorData>, b: ReadonlyMap<string, TensorData>): number =>
      Math.max(
        ...[...a].flatMap(([name, { data }]) => {
          const other = b.get(name)!.data as Float32Array;
          return Array.from(data as Float32Array, (value, k) => Math.abs(value - other[k]!));
        }),
      );
    const given = () => readSafetensors(out).tensors;
    const still = { learning_rate: 1e-12 };

    test('starts from them', async () => {
      const [on, anew] = [
        await readOn('on.safetensors', out, still, 2),
        await readOn('anew.safetensors', undefined, still, 2),
      ];
      expect([...on.tensors.keys()]).toEqual([...given().keys()]);
      expect(worst(on.tensors, given())).toBeLessThan(1e-6);
      expect(worst(anew.tensors, given())).toBeGreaterThan(0.1);
    });

    test('takes them of a model too, and leaves the rest of it', async () => {
      await start('whole', out);
      const model = join(folder, 'whole', 'model.safetensors');
      expect(readSafetensors(model).tensors.size).toBeGreaterThan(13);
      const { tensors } = await readOn('of-model.safetensors', model, still, 2);
      expect([...tensors.keys()]).toEqual([...given().keys()]);
      expect(worst(tensors, given())).toBeLessThan(1e-6);
    });

    test('learns faster than anew, and moves them', async () => {
      const [on, anew] = [await readOn('b.safetensors', out), await readOn('c.safetensors', undefined)];
      expect(on.losses.length).toBe(14);
      expect(on.losses.at(-1)).toBeLessThan(0.8 * anew.losses.at(-1)!);
      expect(worst(on.tensors, given())).toBeGreaterThan(0.01);
    });

    test('refuses those of another shape, of nothing, and not finite ones', async () => {
      const error = (init: string, change: object = {}) => readOn('no.safetensors', init, change);
      await expect(error(out, { lstm_hid_size: 20 })).rejects.toMatchObject({
        code: 'E_INIT',
        message: expect.stringMatching(
          /start\.safetensors: tensor "encoder\.\S+" is float32\[32(,8)?\], model expects float32\[40(,8)?\]/,
        ),
      });
      await expect(error(out, { ngram_buckets: 64 })).rejects.toMatchObject({
        code: 'E_INIT',
        message: expect.stringContaining(
          'tensor "compact.table" is float32[128,8], model expects float32[64,8]',
        ),
      });
      const write = (name: string, tensors: ReadonlyMap<string, TensorData>): string => {
        writeSafetensors(join(folder, name), tensors);
        return join(folder, name);
      };
      const tensor: TensorData = { dtype: 'float32', shape: [1], data: new Float32Array(1) };
      await expect(error(write('odd.safetensors', new Map([['other', tensor]])))).rejects.toMatchObject({
        code: 'E_INIT',
        message: expect.stringContaining('holds no tensor of this model'),
      });
      const broken = given();
      broken.get('compact.norm.bias')!.data[3] = Number.NaN;
      await expect(error(write('nan.safetensors', broken))).rejects.toMatchObject({
        code: 'E_INIT',
        message: expect.stringContaining('"compact.norm.bias" holds values that are not finite'),
      });
      await expect(error(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_WEIGHTS' });
      expect(existsSync(join(folder, 'no.safetensors'))).toBe(false);
    });
  });

  test('is not for a BERT encoder', async () => {
    const bert = { ...config, encoder: 'bert' as const, bert_name: 'bert' };
    const out = join(folder, 'bert.safetensors');
    await expect(pretrain({ config: bert, text: [text], out })).rejects.toMatchObject({
      code: 'E_CONFIG_VALUE',
    });
  });

  test('ends early when asked, with what was learnt so far', async () => {
    const stop = new AbortController();
    const path = join(folder, 'early.safetensors');
    const result = await pretrain({
      config,
      text: [text],
      out: path,
      passes: 5,
      threads: 1,
      signal: stop.signal,
      onProgress: ({ step }) => step === 2 && stop.abort(),
    });
    expect(result.steps).toBe(2);
    expect(readSafetensors(path).metadata).toEqual({ format: 'w2ner-pretrained', steps: '2' });
  });
});
