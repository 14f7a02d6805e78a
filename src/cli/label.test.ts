/** `w2ner label` and what becomes of its file, with small models at random; `w2ner pretrain` from given weights. */
import { existsSync, mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { checkConfig } from '../config/check.ts';
import { createLabelSet } from '../data/labels.ts';
import type { LabelledSentence } from '../predict/label.ts';
import { drawParameters, tinySizes } from '../predict/testing.ts';
import type { TrainOptions } from '../train/train.ts';
import { writeModelFolder } from '../weights/model-folder.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
});
afterEach(() => place.remove());

/** A model with values at random, large enough that pairs differ. @param none score of "no relation" */
function makeModel(name: string, types: readonly string[], seed: number, none = 0, change: object = {}) {
  const model = { config: checkConfig({ ...tinySizes, ...change }), labels: createLabelSet(types) };
  const parameters = drawParameters(model, seed);
  (parameters.get('predictor.linear.bias')!.data as Float32Array)[0]! += none;
  writeModelFolder(place.path(name), model, parameters);
  return place.path(name);
}

const text = [
  'Больному назначен метформин утром и вечером.',
  'Больному назначен аспирин один раз в день.',
  'Больному назначена диета с ограничением соли.',
  'Осмотр проводится врачом один раз в месяц.',
  'Метформин отменить.',
].join('\n\n');

describe('label', () => {
  const label = (models: readonly string[], ...more: string[]) => {
    const document = place.write('схема.txt', text);
    const given = models.flatMap((model) => ['--model', model]);
    return cli(['label', document, ...given, '--out', place.path('out.json'), '--threads', '1', ...more]);
  };

  it('writes what several models hold likely, which validate and train take', async () => {
    const models = [makeModel('a', ['DRUG', 'DOSAGE'], 1), makeModel('b', ['dosage', 'drug'], 2)];
    const { code, stdout, stderr } = await label(models);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const sentences: LabelledSentence[] = JSON.parse(place.read('out.json'));
    const entities = sentences.flatMap(({ ner }) => ner);
    expect(entities.length).toBeGreaterThan(0);
    expect(stdout).toContain(`${sentences.length} sentences with ${entities.length} entit`);
    expect(stdout).toMatch(
      /^4 distinct sentences of 4 to 80 words, 4 drawn; left out: \d without entities$/m,
    );
    for (const { sentence, cells, source_file } of sentences) {
      expect(source_file).toBe('схема.txt');
      expect(cells.length).toBeGreaterThan(sentence.length);
      for (const [, , name] of cells) expect(['<suc>', 'DRUG', 'DOSAGE']).toContain(name);
    }
    const checked = await cli(['validate', place.path('out.json')]);
    expect(checked.stdout).toMatch(/1 file: no problem\n$/);
    const one = await label(models.slice(0, 1));
    expect(one.code).toBe(0);
    expect(JSON.parse(place.read('out.json'))).not.toEqual(sentences);
  });

  it('writes to standard output with --out -, the summary to standard error', async () => {
    const model = makeModel('a', ['DRUG', 'DOSAGE'], 1);
    const document = place.write('схема.txt', text);
    const { code, stdout, stderr } = await cli([
      'label',
      document,
      '--model',
      model,
      '--out',
      '-',
      '--threads',
      '1',
    ]);
    expect(code).toBe(0);
    const sentences: LabelledSentence[] = JSON.parse(stdout);
    expect(stderr).toMatch(
      new RegExp(`^${sentences.length} sentences? with .* written to standard output\\n`),
    );
    expect(existsSync('-')).toBe(false);
  });

  it('draws as many sentences as asked', async () => {
    const model = makeModel('a', ['DRUG', 'DOSAGE'], 1);
    const { code, stdout } = await label([model], '--sentences', '2', '--empty-share', '1', '--seed', '3');
    expect(code).toBe(0);
    expect(JSON.parse(place.read('out.json'))).toHaveLength(2);
    expect(stdout).toContain('4 distinct sentences of 4 to 80 words, 2 drawn; left out: 0 without entities');
  });

  it('labels the other documents when one cannot be read, exit code 2', async () => {
    const models = [makeModel('a', ['DRUG', 'DOSAGE'], 1)];
    const broken = place.write('broken.pdf', 'not a PDF');
    const { code, stdout, stderr } = await label(models, broken);
    expect(code).toBe(2);
    expect(stdout).toContain('4 distinct sentences');
    expect(stderr).toContain('broken.pdf');
  });

  it.each<[string, (first: string) => string, RegExp]>([
    [
      'other types',
      () => makeModel('b', ['DRUG', 'SURGERY'], 2),
      /b: has the types drug, surgery, .*a has dosage, drug\n {2}hint: give models of one label set/,
    ],
    [
      'labels that do not compete',
      () => makeModel('b', ['DRUG', 'DOSAGE'], 2, 0, { relation_scores: 'independent' }),
      /b: "relation_scores" is "independent"/,
    ],
    ['no weights', (first) => `${first}-not-there`, /is neither a folder nor a shipped model/],
  ])('refuses a model with %s', async (_, other, message) => {
    const first = makeModel('a', ['DRUG', 'DOSAGE'], 1);
    const { code, stderr } = await label([first, other(first)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(place.path('out.json'))).toBe(false);
  });

  it('writes nothing where nothing is found, or nothing is there to read', async () => {
    const blind = makeModel('a', ['DRUG', 'DOSAGE'], 1, 100);
    const { code, stderr } = await label([blind]);
    expect(code).toBe(2);
    expect(stderr).toContain('out.json: nothing to write: 4 sentences drawn, 4 without entities');
    expect(existsSync(place.path('out.json'))).toBe(false);
    const labelOnly = (document: string) =>
      cli(['label', document, '--model', blind, '--out', place.path('out.json')]);
    mkdirSync(place.path('empty'));
    expect((await labelOnly(place.path('empty'))).code).toBe(2);
    const unread = await labelOnly(place.write('broken.pdf', 'not a PDF'));
    expect(unread.code).toBe(2);
    expect(unread.stderr).toMatch(/broken\.pdf.*\n[\s\S]*nothing to write: 0 sentences drawn/);
  });
});

describe('train', () => {
  it('takes several training files, in the order given', async () => {
    let given: TrainOptions | undefined;
    const config = place.write('config.json', '{}');
    const files = ['--train', 'annotated.json', '--train', 'labelled.json', '--dev', 'dev.json'];
    const { code } = await cli(['train', '--config', config, ...files, '--out', place.path('model')], {
      trainModel: async (options) => {
        given = options;
        return { folder: options.out, bestEpoch: 0, bestF1: 0, steps: 1, aborted: false };
      },
    });
    expect(code).toBe(0);
    expect(given).toMatchObject({ train: ['annotated.json', 'labelled.json'], dev: 'dev.json' });
  });
});

describe('pretrain', () => {
  const pretrain = (...more: string[]) => {
    const words = 'врач назначил больному препарат и повторный осмотр через неделю после выписки'.split(' ');
    const config = place.write('config.json', JSON.stringify({ ...tinySizes, learning_rate: 1e-12 }));
    const line = Array.from({ length: 40 }, (_, k) => words[k % words.length]).join(' ');
    const corpus = place.write('text.txt', Array(256).fill(line).join('\n'));
    const files = ['--text', corpus, '--out', place.path('out.safetensors'), '--threads', '1'];
    return cli(['pretrain', '--config', config, ...files, ...more]);
  };

  it('reads on from given weights', async () => {
    expect((await pretrain('--set', 'seed=1')).code).toBe(0);
    const { tensors } = readSafetensors(place.path('out.safetensors'));
    const bias = new Float32Array(tinySizes.bert_hid_size).fill(0.25);
    tensors.set('compact.projection.bias', { dtype: 'float32', shape: [bias.length], data: bias });
    writeSafetensors(place.path('init.safetensors'), tensors);
    const { code, stdout } = await pretrain('--set', 'seed=2', '--init', place.path('init.safetensors'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^10,240 words in 8 steps, loss \d\.\d{3}: .*out\.safetensors\n$/);
    const again = readSafetensors(place.path('out.safetensors')).tensors;
    expect(again.get('compact.projection.bias')!.data).toEqual(bias);
  });

  it('refuses weights of another shape', async () => {
    expect((await pretrain()).code).toBe(0);
    const init = ['--init', place.path('out.safetensors')];
    const { code, stderr } = await pretrain(...init, '--set', 'lstm_hid_size=16');
    expect(code).toBe(2);
    expect(stderr).toMatch(/out\.safetensors: tensor "encoder\.\S+" is float32\[16(,8)?\], model expects/);
    expect(stderr).toContain('hint: pre-train with the same configuration');
  });
});
