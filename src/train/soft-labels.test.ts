/** Training on what models hold likely: from the documents that they label to a model that learnt it, and on several files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../config/check.ts';
import { readExamples } from '../data/examples.ts';
import type { LabelChance } from '../data/types.ts';
import { documentFromString } from '../document/from-string.ts';
import { type LabelledSentence, labelDocuments } from '../predict/label.ts';
import { loadCommittee } from '../predict/load-committee.ts';
import { findSources } from '../predict/sources.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import type { TrainEvent } from './events.ts';
import { makeData, smallSettings, type TrainingRow } from './testing.ts';
import { type TrainOptions, trainModel } from './train.ts';
import { readTrainingData } from './training-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-soft-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, data: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(data));
  return path;
};

const annotatedRows = makeData(60, 1);
const annotated = write('annotated.json', annotatedRows);
const dev = write('dev.json', makeData(20, 2));

const config = checkConfig({ ...smallSettings, epochs: 14 });

/** Trains in a folder of its own. */
async function run(name: string, options: Partial<TrainOptions> & Pick<TrainOptions, 'train'>) {
  const losses: number[] = [];
  const out = join(folder, name);
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === 'step') losses.push(event.loss);
    options.onEvent?.(event);
  };
  const result = await trainModel({ config, dev, out, threads: 1, ...options, onEvent });
  return { out, result, losses };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

let labelled: string;
let sentences: readonly LabelledSentence[];
beforeAll(async () => {
  const teachers: string[] = [];
  for (const seed of [1, 2]) {
    const { out } = await run(`teacher-${seed}`, { train: annotated, config: { ...config, seed } });
    teachers.push(out);
  }
  const text = makeData(80, 3)
    .map(({ sentence }) => sentence.join(' '))
    .join('\n\n');
  const committee = await loadCommittee(teachers, { threads: 1 });
  const { sources } = findSources([documentFromString('документ.txt', text, 'text')]);
  ({ sentences } = await labelDocuments(sources, { committee }));
  await committee.release();
  labelled = write('labelled.json', sentences);
});

/** The relations of entities as cells with a probability of 1; of two at one pair the later. */
function certainCells({ ner }: TrainingRow): LabelChance[] {
  const cells = new Map<string, LabelChance>();
  const add = (row: number, column: number, label: string): void => {
    cells.set(`${row} ${column}`, [row, column, label, 1]);
  };
  for (const { type, index } of ner) {
    for (let k = 1; k < index.length; k++) add(index[k - 1]!, index[k]!, '<suc>');
    add(index.at(-1)!, index[0]!, type);
  }
  return [...cells.values()];
}

describe('what models label', () => {
  test('is read back as it was written', () => {
    const examples = readExamples(labelled);
    expect(examples.length).toBeGreaterThan(60);
    expect(examples).toEqual(
      sentences.map(({ sentence, ner, cells }) => ({
        words: sentence,
        entities: ner.map(({ type, index }) => ({ type, words: index })),
        chances: cells,
        document: 'документ.txt',
      })),
    );
    const unsure = sentences.flatMap(({ cells }) => cells).filter(([, , , chance]) => chance < 0.9);
    expect(unsure.length).toBeGreaterThan(20);
  });

  test('is learnt, alone and beside annotation', async () => {
    const alone = await run('alone', { train: labelled });
    expect(alone.result.bestF1).toBeGreaterThan(0.8);
    const both = await run('both', { train: [annotated, labelled] });
    expect(both.result.bestF1).toBeGreaterThan(0.9);
    const perEpoch = both.losses.length / config.epochs;
    expect(mean(both.losses.slice(-perEpoch))).toBeLessThan(0.2 * mean(both.losses.slice(0, perEpoch)));
    const card = readFileSync(join(both.out, 'README.md'), 'utf8');
    expect(card).toContain(`Trained on annotated.json, labelled.json: ${60 + sentences.length} sentences`);
  });

  test('counts by its probabilities, not by its entities', async () => {
    const once = { ...config, epochs: 1 };
    const bare = write(
      'bare.json',
      sentences.map(({ cells: _, ...row }) => row),
    );
    const soft = await run('soft', { train: labelled, config: once });
    const hard = await run('hard', { train: bare, config: once });
    expect(soft.losses.length).toBe(hard.losses.length);
    for (const [step, loss] of soft.losses.entries()) expect(loss).not.toBe(hard.losses[step]);
    // Probabilities of 1 say no more than entities do.
    const certain = sentences.map((row) => ({ ...row, cells: certainCells(row) }));
    const sure = await run('sure', { train: write('sure.json', certain), config: once });
    expect(sure.losses).toEqual(hard.losses);
  });

  test('gives the same losses and weights after a stop, and is part of what a run is resumed with', async () => {
    const short = { config: { ...config, epochs: 2 }, train: [annotated, labelled] };
    const whole = await run('whole', short);
    const stop = new AbortController();
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === 'step' && event.step === 17) stop.abort();
    };
    const first = await run('stopped', { ...short, signal: stop.signal, onEvent });
    expect(first.result.aborted).toBe(true);
    const other = sentences.map((row, i) => (i > 0 ? row : { ...row, cells: row.cells.slice(1) }));
    const changed = { ...short, train: [annotated, write('other.json', other)], resume: true };
    await expect(run('stopped', changed)).rejects.toMatchObject({ code: 'E_RESUME' });
    const second = await run('stopped', { ...short, resume: true });
    expect(first.losses.length).toBe(17);
    expect([...first.losses, ...second.losses]).toEqual(whole.losses);
    const weights = (out: string) => readSafetensors(join(out, 'last', 'model.safetensors')).tensors;
    expect(weights(second.out)).toEqual(weights(whole.out));
  });

  test('does not go into the word list that a model is compared with', async () => {
    const wrong = makeData(100, 4).map(({ sentence, ner }) => ({
      sentence,
      ner: ner.map(({ index }) => ({ type: 'COURSE', index })),
      cells: [],
    }));
    const lexiconOf = async (name: string, train: readonly string[]): Promise<number> => {
      const { result } = await run(name, { train, config: { ...config, epochs: 1 } });
      return result.dev!.lexicon!.micro.f1;
    };
    const without = await lexiconOf('lexicon-1', [annotated]);
    expect(await lexiconOf('lexicon-2', [annotated, write('wrong.json', wrong)])).toBe(without);
    const asAnnotation = write(
      'annotation.json',
      wrong.map(({ cells: _, ...row }) => row),
    );
    expect(await lexiconOf('lexicon-3', [annotated, asAnnotation])).not.toBe(without);
  });

  test('needs labels that compete', async () => {
    const independent = checkConfig({ ...config, relation_scores: 'independent' });
    const refused = run('independent', { train: [annotated, labelled], config: independent });
    await expect(refused).rejects.toMatchObject({
      name: 'UserError',
      code: 'E_CONFIG_VALUE',
      message: expect.stringContaining('the training data has "cells" of labels that compete'),
    });
    const { losses } = await run('independent', {
      train: annotated,
      config: { ...independent, epochs: 1 },
    });
    expect(losses.length).toBe(10);
  });
});

describe('several training files', () => {
  const read = (train: string | readonly string[]) => readTrainingData({ config, train, dev });

  test('are one after the other, with the types in the order of first sight', () => {
    const more = write('more.json', [
      { sentence: ['КТ', 'таза'], ner: [{ type: 'SURGERY', index: [0] }] },
      { sentence: ['боль'], ner: [], cells: [[0, 0, 'SYMPTOM', 0.4]] },
    ]);
    const [first, second] = [readExamples(annotated), readExamples(more)];
    const data = read([annotated, more]);
    expect(data.train).toEqual([...first, ...second]);
    expect(data.labels.types).toEqual(['DOSAGE', 'DRUG', 'COURSE', 'SURGERY', 'SYMPTOM']);
    expect(data.dev).toEqual(readExamples(dev));
    expect(data.soft).toBe(true);
    const turned = read([more, annotated]);
    expect(turned.train).toEqual([...second, ...first]);
    expect(turned.labels.types).toEqual(['SURGERY', 'SYMPTOM', 'DOSAGE', 'DRUG', 'COURSE']);
    expect(read(annotated).train).toEqual(first);
    expect(read(annotated).soft).toBe(false);
  });

  test('give the losses of one file that holds them all', async () => {
    const parts = [0, 25].map((start, i) =>
      write(`part${i}.json`, annotatedRows.slice(start, i === 0 ? 25 : undefined)),
    );
    const once = { ...config, epochs: 1 };
    const whole = await run('one-file', { train: annotated, config: once });
    expect((await run('two-files', { train: parts, config: once })).losses).toEqual(whole.losses);
    const turned = await run('turned', { train: [...parts].reverse(), config: once });
    expect(turned.losses).not.toEqual(whole.losses);
  });

  test('may hold no entity, if another does; bad rows of all of them are listed', () => {
    const empty = write('empty.json', [{ sentence: ['боль'], ner: [] }]);
    expect(read([empty, annotated]).train.length).toBe(61);
    expect(() => read([empty, empty])).toThrow(
      expect.objectContaining({ code: 'E_DATA', where: `${empty}, ${empty}` }),
    );
    const bad = ['bad1.json', 'bad2.json'].map((name, i) =>
      write(name, [{ sentence: ['а'], ner: [], cells: [[0, i + 1, 'X', 1]] }]),
    );
    expect(() => read([bad[0]!, annotated, bad[1]!])).toThrow(
      /bad1\.json record 1 \.cells\[0\][\s\S]*bad2\.json record 1 \.cells\[0\]/,
    );
  });
});
