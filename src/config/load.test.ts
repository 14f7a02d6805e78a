/** Settings: defaults, the original's keys, and errors that name the setting. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkConfig } from './check.ts';
import { loadConfig, parseOverrides } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (text: string): string => {
  const path = join(folder, 'my.json');
  writeFileSync(path, text);
  return path;
};

/** What was thrown, as its code, message and hint. */
function problemOf(work: () => unknown): { code: string; message: string; hint: string | undefined } {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ name: 'UserError' });
    const { code, message, hint } = error as { code: string; message: string; hint?: string };
    return { code, message, hint };
  }
  throw new Error('nothing was thrown');
}

/** Every setting of the original's configuration for these guidelines. */
const original = {
  dataset: 'guidelines_ru',
  save_path: './model.pt',
  predict_path: './output.json',
  dist_emb_size: 20,
  type_emb_size: 20,
  lstm_hid_size: 512,
  conv_hid_size: 96,
  bert_hid_size: 768,
  biaffine_size: 512,
  ffnn_hid_size: 288,
  dilation: [1, 2, 3],
  emb_dropout: 0.5,
  conv_dropout: 0.5,
  out_dropout: 0.33,
  epochs: 10,
  batch_size: 12,
  learning_rate: 1e-3,
  weight_decay: 0,
  clip_grad_norm: 5.0,
  bert_name: 'bert-base-multilingual-cased',
  bert_learning_rate: 5e-6,
  warm_factor: 0.1,
  use_bert_last_4_layers: true,
  seed: 123,
};

describe('a configuration', () => {
  test('is complete without any setting', () => {
    expect(checkConfig({})).toMatchObject({
      lstm_hid_size: 128,
      dilation: [1, 2, 3],
      encoder: 'compact',
      ngram_min: 3,
      ngram_max: 5,
      seed: 123,
    });
    expect(loadConfig(write('{}'))).toEqual(checkConfig({}));
  });

  test('takes every key of the original, and keeps its values', () => {
    expect(checkConfig(original)).toEqual({ ...checkConfig({}), encoder: 'bert', ...original });
  });

  test('read again is the same', () => {
    const config = checkConfig({ ...original, ngram_max: 6 });
    expect(checkConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test('may begin with a byte-order mark', () => {
    expect(loadConfig(write('\uFEFF{"epochs": 3}')).epochs).toBe(3);
  });
});

describe('overrides', () => {
  test('are JSON where they can be, otherwise strings; the last one stands', () => {
    const overrides = [
      'epochs=5',
      'dilation=[1,2]',
      'bert_name=a=b',
      'dataset="7"',
      'warm_factor=0',
      'epochs=6',
    ];
    expect(parseOverrides([...overrides, 'use_bert_last_4_layers=true'])).toEqual({
      epochs: 6,
      dilation: [1, 2],
      bert_name: 'a=b',
      dataset: '7',
      warm_factor: 0,
      use_bert_last_4_layers: true,
    });
  });

  test('replace what the file says', () => {
    const config = loadConfig(write('{"epochs": 3, "seed": 4}'), ['epochs=5']);
    expect([config.epochs, config.seed]).toEqual([5, 4]);
  });

  test.each(['epochs', '=5', ''])('need a name and a value: "%s"', (override) => {
    expect(problemOf(() => parseOverrides([override]))).toMatchObject({
      code: 'E_CONFIG_KEY',
      message: `--set: got "${override}", expected key=value`,
    });
  });

  test('of settings that do not exist are not blamed on the file', () => {
    expect(problemOf(() => loadConfig(write('{}'), ['epoch=5']))).toEqual({
      code: 'E_CONFIG_KEY',
      message: '--set: "epoch" is not a known setting',
      hint: 'did you mean "epochs"?',
    });
  });
});

describe('an error', () => {
  test('names the unknown setting and the nearest known one', () => {
    expect(problemOf(() => checkConfig({ conv_hid_szie: 3 }, 'my.json'))).toEqual({
      code: 'E_CONFIG_KEY',
      message: 'my.json: "conv_hid_szie" is not a known setting',
      hint: 'did you mean "conv_hid_size"?',
    });
    expect(problemOf(() => checkConfig({ something_else_entirely: 3 })).hint).toMatch(
      /^known settings: dist_emb/,
    );
  });

  test('names all unknown settings', () => {
    expect(problemOf(() => checkConfig({ epoch: 1, seed: 2, sed: 3 }, 'my.json'))).toEqual({
      code: 'E_CONFIG_KEY',
      message: 'my.json: "epoch", "sed" are not known settings',
      hint: 'did you mean "epochs", "seed"?',
    });
  });

  test.each<[object, string]>([
    [{ epochs: '5' }, '"epochs": got "5", expected a number'],
    [{ epochs: 0 }, '"epochs": got 0, '],
    [{ epochs: 1.5 }, '"epochs": got 1.5, expected an integer'],
    [{ epochs: null }, '"epochs": got null, '],
    [{ lstm_hid_size: 7 }, '"lstm_hid_size": got 7, must be even'],
    [{ emb_dropout: 1 }, '"emb_dropout": got 1, expected less than 1'],
    [{ emb_dropout: -0.1 }, '"emb_dropout": got -0.1, '],
    [{ learning_rate: 0 }, '"learning_rate": got 0, '],
    [{ dilation: [] }, '"dilation": got [], expected at least 1 item'],
    [{ dilation: [1, 0] }, '"dilation.1": got 0, expected more than 0'],
    [{ dilation: 2 }, '"dilation": got 2, '],
    [{ encoder: 'big' }, '"encoder": got "big", expected one of "compact", "bert"'],
    [{ seed: -1 }, '"seed": got -1, '],
    [{ ngram_buckets: 1 }, '"ngram_buckets": got 1, '],
    [{ ngram_min: 4, ngram_max: 3 }, '"ngram_max" (3) is below "ngram_min" (4)'],
    [{ transformer_layers: -1 }, '"transformer_layers": got -1, '],
    [{ transformer_heads: 0 }, '"transformer_heads": got 0, '],
    [{ transformer_ffn_size: 1.5 }, '"transformer_ffn_size": got 1.5, '],
    [
      { transformer_layers: 1, transformer_heads: 3 },
      '"bert_hid_size" (128) is not divisible by "transformer_heads" (3)',
    ],
  ])('names the value: %j', (settings, message) => {
    const problem = problemOf(() => checkConfig(settings, 'my.json'));
    expect(problem.code).toBe('E_CONFIG_VALUE');
    expect(problem.message.startsWith(`my.json: ${message}`), problem.message).toBe(true);
  });

  test('names every bad value', () => {
    const { message } = problemOf(() => checkConfig({ epochs: 0, seed: 'x', warm_factor: 2 }));
    expect(message.split('; ').length).toBe(3);
    for (const key of ['epochs', 'seed', 'warm_factor']) expect(message).toContain(`"${key}"`);
  });

  test.each<[string, RegExp]>([
    ['{"epochs": 3,}', /my\.json: is not JSON \(/],
    ['', /my\.json: is not JSON \(/],
    ['[1]', /my\.json: got no JSON object, expected \{"setting": value\}/],
    ['null', /my\.json: got no JSON object/],
  ])('says that a file is none: %s', (text, message) => {
    expect(problemOf(() => loadConfig(write(text)))).toMatchObject({
      code: 'E_CONFIG_FILE',
      message: expect.stringMatching(message),
    });
  });

  test('says that a file is not there', () => {
    expect(problemOf(() => loadConfig(join(folder, 'none.json')))).toMatchObject({
      code: 'E_CONFIG_FILE',
      message: expect.stringMatching(/none\.json: cannot be read \(ENOENT/),
    });
  });
});
