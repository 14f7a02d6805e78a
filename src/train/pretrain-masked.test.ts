/** Pre-training by hidden words: which are asked for, that hidden ones cannot be seen, that it learns, and what a model takes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import { batchFeeds, FeatureCache } from '../data/batches.ts';
import { describeMaskedLanguageModel } from '../model/masked-language-model.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { createSession } from '../runtime/session.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import { maskWords } from './masked-words.ts';
import { chooseObjective, readText } from './objectives.ts';
import { parameterGroups } from './parameter-groups.ts';
import { pretrain } from './pretrain.ts';
import { trainModel } from './train.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-masked-'));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = {
  ngram_buckets: 128,
  ngram_emb_size: 8,
  bert_hid_size: 16,
  lstm_hid_size: 16,
  conv_hid_size: 4,
  biaffine_size: 4,
  ffnn_hid_size: 4,
  dilation: [1],
  learning_rate: 0.01,
  emb_dropout: 0,
  out_dropout: 0,
  word_dropout: 0,
  transformer_layers: 2,
  transformer_heads: 2,
  transformer_ffn_size: 32,
};
const config = checkConfig(settings);

describe('of the words of a batch', () => {
  const name = (k: number): string => `слово${'абвгдежзик'[Math.floor(k / 10) % 10]}${'лмнопрстуф'[k % 10]}`;
  const vocabulary = new Map(Array.from({ length: 100 }, (_, k) => [name(k), k]));
  const random = createRandom(9);
  const sample = (): number => random.below(100);
  const batch = Array.from({ length: 4000 }, (_, b) =>
    Array.from({ length: [2, 7, 20, 40][b % 4]! }, (_, i) =>
      i % 5 === 4 ? 'редкое' : name(random.below(100)),
    ),
  );
  const masked = maskWords(batch, { vocabulary, sampleSize: 30, sample }, createRandom(1));
  const length = 40;

  test('15 % are asked for, one at least, and none that is not in the vocabulary', () => {
    const counts = batch.map(() => 0);
    for (const place of masked.asked) counts[Math.floor(place / length)]! += 1;
    const expected: Readonly<Record<number, number>> = { 2: 1, 7: 1, 20: 3, 40: 6 };
    expect(counts).toEqual(batch.map((words) => expected[words.length]));
    expect(new Set(masked.asked).size).toBe(masked.asked.length);
    const ids = [...masked.answers].map((answer) => masked.candidates[answer]);
    const asked = [...masked.asked].map((place) => batch[Math.floor(place / length)]![place % length]!);
    expect(asked).not.toContain('редкое');
    expect(ids).toEqual(asked.map((word) => vocabulary.get(word)));
    expect(new Set(masked.candidates).size).toBe(masked.candidates.length);
  });

  test('80 % of those are hidden, 10 % replaced and 10 % left; the others stay', () => {
    const share = { hidden: 0, replaced: 0, left: 0 };
    const asked = new Set(masked.asked);
    for (const [b, words] of batch.entries()) {
      for (const [i, word] of words.entries()) {
        const place = b * length + i;
        const seen = masked.sentences[b]![i]!;
        if (!asked.has(place)) expect([seen, masked.hidden[place]]).toEqual([word, 0]);
        else if (masked.hidden[place] === 1) share.hidden += 1;
        else share[seen === word ? 'left' : 'replaced'] += 1;
      }
    }
    expect(share.hidden / asked.size).toBeCloseTo(0.8, 1.7);
    // A word may be replaced by itself.
    expect(share.replaced / asked.size).toBeCloseTo(0.1, 1.7);
    expect(share.left / asked.size).toBeCloseTo(0.1, 1.7);
    expect(masked.hidden.reduce((sum, v) => sum + v, 0)).toBe(share.hidden);
  });
});

test('a hidden word does not reach the loss by its spelling, a seen one does', async () => {
  const { build, loss } = describeMaskedLanguageModel(config, 3);
  build.graph.output('loss', loss);
  const parameters = initializeParameters(build.parameters, createRandom(2));
  parameters.get('lm.mask')!.data.fill(0.3);
  const session = await createSession(build.graph, parameters, { threads: 1 });
  const vector = (values: readonly number[]): TensorData => ({
    dtype: 'int32',
    shape: [values.length],
    data: Int32Array.from(values),
  });
  const lossOf = async (word: string, hidden: number): Promise<number> => {
    const items = [{ words: ['пациентам', word, 'назначают'] }, { words: ['боль'] }];
    const { loss } = await session.run({
      ...batchFeeds(items, new FeatureCache(config), true),
      candidates: vector([0, 1, 2]),
      asked: vector([1]),
      answers: vector([2]),
      hidden: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(0, hidden, 0, 0, 0, 0) },
    });
    return Number(loss!.data[0]);
  };
  const [one, other] = [await lossOf('аспирин', 1), await lossOf('морфин', 1)];
  expect(one).toBeGreaterThan(0.1);
  expect(one).toBe(other);
  expect(await lossOf('аспирин', 0)).not.toBeCloseTo(await lossOf('морфин', 0), 4);
  await session.release();
});

describe('a batch without a word that can be asked for is passed over', () => {
  const corpus = { sentences: [], vocabulary: new Map([['да', 0]]), counts: [5], words: 0 };
  test.each([
    ['hidden words', config],
    ['neighbours', checkConfig({ ...settings, transformer_layers: 0 })],
  ])('%s', (_, own) => {
    const { ask } = chooseObjective(own, corpus, createRandom(1));
    expect(ask([['нет', 'нет', 'нет', 'нет']])).toBeUndefined();
    expect(ask([['да', 'нет', 'нет', 'да']])!.feeds.candidates!.shape).toEqual([1]);
  });
});

describe('pre-training by hidden words', () => {
  const cycle = ['альфа', 'Бета', 'гамма', 'дельта', 'эпсилон', 'дзета', 'эта', 'тета', 'йота', 'каппа'];
  /** Lines in which every word names its neighbours. */
  const makeLine = (start: number): string =>
    Array.from({ length: 24 }, (_, k) => cycle[(start + k) % cycle.length]!).join(' ');
  const text = join(folder, 'text.txt');
  writeFileSync(text, Array.from({ length: 440 }, (_, line) => makeLine(7 * line)).join('\n'));
  const out = join(folder, 'start.safetensors');

  test('lowers its loss, and repeats exactly', async () => {
    const run = async (path: string): Promise<number[]> => {
      const losses: number[] = [];
      const options = { config, text: [text], out: path, passes: 20, threads: 1 };
      const result = await pretrain({ ...options, onProgress: ({ loss }) => losses.push(loss) });
      expect(result).toEqual({ steps: 20 * 14, words: 20 * 440 * 24, loss: losses.at(-1) });
      return losses;
    };
    const losses = await run(out);
    expect(losses[0]).toBeGreaterThan(2);
    expect(losses.at(-1)).toBeLessThan(0.6 * losses[0]!);
    const again = join(folder, 'again.safetensors');
    expect(await run(again)).toEqual(losses);
    expect(readSafetensors(again)).toEqual(readSafetensors(out));
  });

  test('gives encoder and transformer, which a model starts from', async () => {
    const data = join(folder, 'data.json');
    const example = { sentence: ['альфа', 'бета', 'гамма'], ner: [{ type: 'T', index: [1] }] };
    writeFileSync(data, JSON.stringify([example]));
    const start = (name: string, change: object) =>
      trainModel({
        config: checkConfig({ ...settings, epochs: 1, learning_rate: 1e-12, ...change }),
        ...{ train: data, dev: data, init: out, out: join(folder, name), threads: 1 },
      });
    await start('started', {});
    const { tensors } = readSafetensors(out);
    const model = readSafetensors(join(folder, 'started', 'model.safetensors')).tensors;
    const parts = [...tensors.keys()].map((name) => name.split('.')[0]);
    expect(new Set(parts)).toEqual(new Set(['compact', 'transformer']));
    expect(parts.filter((part) => part === 'transformer').length).toBe(3 + 2 * 16);
    for (const [name, { data }] of tensors) {
      const own = model.get(name)!.data as Float32Array;
      const worst = Math.max(...own.map((value, k) => Math.abs(value - (data as Float32Array)[k]!)));
      expect(worst, name).toBeLessThan(1e-6);
    }
    await expect(start('other', { transformer_ffn_size: 12 })).rejects.toMatchObject({
      code: 'E_INIT',
      message: expect.stringContaining('"transformer.layer.0.feed_forward.inner.weight" is float32[32,16]'),
    });
    await expect(
      trainModel({
        config: checkConfig({ ...settings, transformer_heads: 4 }),
        ...{ train: data, dev: data, init: join(folder, 'started'), out: join(folder, 'heads') },
      }),
    ).rejects.toMatchObject({ code: 'E_INIT', message: expect.stringContaining('"transformer_heads" is 4') });
  });

  test('reads longer sentences than a BiLSTM does', () => {
    const long = join(folder, 'long.txt');
    writeFileSync(long, 'слово '.repeat(10_100));
    const longest = (layers: number): number => {
      const own = checkConfig({ ...settings, transformer_layers: layers });
      const corpus = readText(own, [long], Number.POSITIVE_INFINITY);
      return Math.max(...corpus.sentences.map((words) => words.length));
    };
    expect([longest(0), longest(1)]).toEqual([48, 96]);
  });
});

test('the transformer has the learning rate of the first BiLSTM', () => {
  const rates = { learning_rate: 0.1, lstm_learning_rate: 0.2, encoder_learning_rate: 0.3 };
  const rateOf = parameterGroups(checkConfig({ ...settings, ...rates }));
  expect(rateOf('transformer.layer.0.attention.query.weight').learningRate).toBe(0.2);
  expect(rateOf('transformer.position.weight')).toEqual(rateOf('encoder.weight_ih_l0'));
});
