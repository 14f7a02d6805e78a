/** Training runs on small made-up data: it learns, it repeats, it resumes exactly, it always leaves a model. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../config/check.ts';
import { quantizeModel } from '../convert/quantize-model.ts';
import { loadModel } from '../predict/load.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import { warmupFactor } from './adamw.ts';
import type { TrainEvent } from './events.ts';
import { makeData, smallSettings } from './testing.ts';
import { trainModel } from './train.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-train-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, data: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(data));
  return path;
};

const train = write('train.json', makeData(60, 1));
const dev = write('dev.json', makeData(20, 2));

const config = checkConfig(smallSettings);

async function run(out: string, extra: Partial<Parameters<typeof trainModel>[0]> = {}) {
  const events: TrainEvent[] = [];
  const onEvent = (event: TrainEvent) => {
    events.push(event);
    extra.onEvent?.(event);
  };
  const result = await trainModel({
    config,
    train,
    dev,
    out: join(folder, out),
    threads: 1,
    ...extra,
    onEvent,
  });
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
  return { result, events, losses };
}

const weights = (out: string): Float32Array[] =>
  [...readSafetensors(join(folder, out, 'last', 'model.safetensors')).tensors.values()].map(
    (t) => t.data as Float32Array,
  );

describe('a training run', () => {
  test('learns flat, nested and discontinuous entities, and its folder can be used alone', async () => {
    const { result, events } = await run('whole', { test: dev });
    expect(result.bestF1).toBeGreaterThan(0.9);
    expect(events.at(-1)!.kind).toBe('end');
    expect(result.test!.discontinuous.f1).toBeGreaterThan(0.9);
    for (const name of ['config.json', 'labels.json', 'metrics.json', 'README.md', 'train-log.jsonl']) {
      expect(existsSync(join(folder, 'whole', name)), name).toBe(true);
    }
    const tagger = await loadModel(join(folder, 'whole'));
    const [found] = await tagger.tag([['назначить', '40', 'мг', 'цисплатин', 'или', 'сироп']]);
    expect(found!.map(({ type, words }) => `${type} ${words}`)).toEqual([
      'DOSAGE 1,2',
      'COURSE 1,2,5',
      'DRUG 3',
    ]);
    await tagger.dispose();
  });

  test('gives the same losses and weights again, and after being stopped and resumed anywhere', async () => {
    const short = checkConfig({ ...config, epochs: 3 });
    const whole = await run('a', { config: short });
    const stop = new AbortController();
    const first = await run('b', {
      config: short,
      signal: stop.signal,
      onEvent: (event) => event.kind === 'step' && event.step === 14 && stop.abort(),
    });
    expect(first.result.aborted).toBe(true);
    expect(first.losses).toEqual(whole.losses.slice(0, 14));
    const second = await run('b', { config: short, resume: true });
    expect(second.losses).toEqual(whole.losses.slice(14));
    expect(weights('b')).toEqual(weights('a'));
    const logged = readFileSync(join(folder, 'b', 'train-log.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const steps = logged.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'step');
    expect(steps.map(({ loss }) => loss)).toEqual(whole.losses);
  });

  test('reads scores the same way when it is resumed after its end', async () => {
    // With gaps in the annotation, so that some of what is found counts as wrong.
    const sparse = makeData(60, 3).map((row, k) => (k % 3 > 0 ? row : { ...row, ner: [] }));
    const more = { config: checkConfig({ ...config, epochs: 20 }), dev: write('sparse.json', sparse) };
    await run('scores', more);
    const scale = (): unknown[] => {
      const settings = JSON.parse(readFileSync(join(folder, 'scores', 'config.json'), 'utf8'));
      return [settings.score_slope, settings.score_intercept, settings.none_offset, settings.gate_threshold];
    };
    const fitted = scale();
    expect(fitted[1]).not.toBe(0);
    expect(fitted[3]).toBeLessThan(0);
    const { tensors } = readSafetensors(join(folder, 'scores', 'model.safetensors'));
    expect(tensors.get('gate.weight')!.data.some((value) => value !== 0)).toBe(true);
    const tagger = await loadModel(join(folder, 'scores'));
    expect(tagger.types.length).toBeGreaterThan(0);
    await tagger.dispose();
    await run('scores', { ...more, resume: true });
    expect(scale()).toEqual(fitted);
  });

  test('goes on from a model with int8 words, which finds what the float32 one finds', async () => {
    const learnt = { config: checkConfig({ ...config, epochs: 12 }) };
    const first = await run('plain', learnt);
    const small = join(folder, 'small');
    const { quantized } = quantizeModel({ model: join(folder, 'plain'), out: small, wordsOnly: true });
    expect(quantized).toBe(5);
    const tagger = await loadModel(small);
    const examples = makeData(20, 2);
    const found = await tagger.tag(examples.map(({ sentence }) => sentence));
    await tagger.dispose();
    expect(first.result.bestF1).toBeGreaterThan(0.3);
    expect(found.flat().length).toBeGreaterThan(0.3 * examples.flatMap(({ ner }) => ner).length);
    const settings = JSON.parse(readFileSync(join(small, 'config.json'), 'utf8'));
    expect(settings.weights).toBe('int8_words');
    const { result } = await run('further', { config: checkConfig({ ...settings, epochs: 1 }), init: small });
    expect(result.bestF1).toBeGreaterThan(0.8 * first.result.bestF1);
    expect(JSON.parse(readFileSync(join(folder, 'further', 'config.json'), 'utf8')).weights).toBe('float32');
  });

  test('leaves a usable model at F1 = 0, with a warning', async () => {
    const { result, events } = await run('zero', {
      config: checkConfig({ ...config, epochs: 1, learning_rate: 1e-9 }),
    });
    expect(result.bestF1).toBe(0);
    expect(
      events.some((event) => event.kind === 'warning' && event.message.includes('no entity of the dev data')),
    ).toBe(true);
    const tagger = await loadModel(join(folder, 'zero'));
    expect((await tagger.tag([['боли'], []])).length).toBe(2);
    await tagger.dispose();
  });

  test('does not write over another run, and resumes only its own', async () => {
    await expect(run('zero')).rejects.toThrow(/already holds a training run/);
    await expect(run('a', { resume: true })).rejects.toThrow(/other data or settings/);
    await expect(run('nothing', { resume: true })).rejects.toThrow(/no checkpoint/);
  });

  test('says that every sentence is too long', async () => {
    const small = checkConfig({ ...config, max_cells: 9 });
    await expect(run('long', { config: small })).rejects.toMatchObject({
      code: 'E_DATA',
      message: expect.stringMatching(/train\.json: every sentence is longer than 3 words/),
    });
  });

  test('lists every bad row of every file before anything is computed', async () => {
    const bad = write('bad.json', [
      { sentence: ['a'], ner: [{ type: 'T', index: [3] }] },
      { sentence: [], ner: [] },
    ]);
    await expect(run('bad', { train: bad })).rejects.toThrow(
      /bad\.json record 1[ :][\s\S]*bad\.json record 2[ :]/,
    );
    expect(existsSync(join(folder, 'bad'))).toBe(false);
  });
});

test('the rate rises to 1 and falls to 0 linearly', () => {
  expect([0, 5, 10, 55, 100].map((step) => warmupFactor(step, 10, 100))).toEqual([0, 0.5, 1, 0.5, 0]);
});
