/** `w2ner train`, `evaluate`, `validate` and `info`: what they print, and what they refuse. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, collector, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { configSchema } from '../config/schema.ts';
import { createLabelSet } from '../data/labels.ts';
import type { EvaluationReport } from '../evaluate/report.ts';
import type { TrainOptions } from '../train/train.ts';
import { writeModelFolder } from '../weights/model-folder.ts';
import { processContext } from './context.ts';

const gold = [
  { sentence: ['Цитарабин', '100', 'мг', '/', 'м2'], ner: [{ type: 'DRUG', index: [0] }] },
  {
    sentence: ['Ритуксимаб', 'и', 'метотрексат'],
    ner: [0, 2].map((word) => ({ type: 'drug', index: [word] })),
  },
  {
    sentence: ['КТ', 'и', 'МРТ', 'органов', 'малого', 'таза'],
    ner: [{ type: 'SURGERY', index: [0, 3, 4, 5] }],
  },
];

let place: Workplace;
let data: string;
beforeEach(() => {
  place = createWorkplace();
  data = place.write('data.json', JSON.stringify(gold));
});
afterEach(() => place.remove());

describe('evaluate', () => {
  it('prints one JSON object', async () => {
    const { code, stdout, stderr } = await cli(['evaluate', '--data', data, '--train', data, '--json']);
    expect(code).toBe(0);
    const report: EvaluationReport = JSON.parse(stdout);
    expect(report.micro).toMatchObject({ correct: 2, predicted: 5, support: 4, precision: 0.4, recall: 0.5 });
    expect(report.macro.f1).toBeGreaterThan(0);
    expect(Object.keys(report.per_type)).toContain('DRUG');
    expect(report.sentences_per_second).toBeGreaterThan(0);
    expect(report.lexicon?.micro.f1).toBeGreaterThan(0.8);
    expect(stderr).toBe('warning: the model does not know these types of the data: SURGERY\n');
  });

  it('prints tables, the lexicon beside the model', async () => {
    const { stdout } = await cli(['evaluate', '--data', data, '--train', data, '--bootstrap', '20']);
    expect(stdout).toMatch(/^Type +Gold +Found +Correct +Precision +Recall +F1 +Lexicon F1$/m);
    expect(stdout).toMatch(/^Micro +4 +5 +2 +0\.400 +0\.500 +0\.444 +0\.\d{3}$/m);
    expect(stdout).toMatch(/interval 0\.\d{3} to 0\.\d{3} \(bootstrap, 20 resamples\)/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    const alone = await cli(['evaluate', '--data', data, '--bootstrap', '0']);
    expect(alone.stdout).not.toMatch(/exicon|interval/);
  });

  it('refuses data without annotations', async () => {
    const bare = place.write('bare.json', '[{"sentence": ["а"]}]');
    const { code, stderr } = await cli(['evaluate', '--data', bare]);
    expect(code).toBe(2);
    expect(stderr).toContain('bare.json record 1 .ner');
  });
});

describe('validate', () => {
  it('counts what files hold and share', async () => {
    const { code, stdout } = await cli([
      'validate',
      data,
      place.write('second.jsonl', JSON.stringify(gold[0])),
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Sentences +3 +1 +4$/m);
    expect(stdout).toMatch(/^DRUG +3 +1 +4 +80\.0 %$/m);
    expect(stdout).toMatch(/1 sentence of second\.jsonl also stands in data\.json/);
    expect(stdout).toMatch(/2 files: no problem\n$/);
  });

  it('lists every problem of every file, exit code 2', async () => {
    const bad = place.write(
      'bad.json',
      JSON.stringify([
        ...gold,
        { sentence: ['а'], ner: [{ type: 'X', index: [1] }] },
        { sentence: [], ner: [] },
        7,
      ]),
    );
    const { code, stdout } = await cli(['validate', bad, place.path('нет.json')]);
    expect(code).toBe(2);
    expect(stdout).toContain('bad.json record 4 .ner[0]: word index 1 is outside the sentence (1 words)');
    expect(stdout).toContain('bad.json record 5 .sentence: the sentence is empty');
    expect(stdout).toContain('bad.json record 6: a record must be an object');
    expect(stdout).toContain('нет.json: there is no such file');
    expect(stdout).toMatch(/2 files: 4 problems\n$/);
    const json = await cli(['validate', bad, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: false, problems: [{ record: 3 }, {}, {}] });
  });
});

describe('train', () => {
  const argv = (...more: string[]) => {
    const config = place.write('config.json', '{"epochs": 7}');
    return [
      'train',
      '--config',
      config,
      '--train',
      data,
      '--dev',
      data,
      '--out',
      place.path('model'),
      ...more,
    ];
  };

  it('passes settings on and shows what happens', async () => {
    let given: TrainOptions | undefined;
    const dev = { precision: 0.5, recall: 0.25, f1: 0.3333 };
    const { code, stdout, stderr } = await cli(argv('--set', 'batch_size=3', '--epochs', '2', '--resume'), {
      trainModel: async (options) => {
        given = options;
        options.onEvent?.({ kind: 'warning', message: 'few sentences' });
        options.onEvent?.({ kind: 'epoch', epoch: 1, epochs: 2, loss: 0.5, seconds: 3, dev, best: true });
        return { folder: options.out, bestEpoch: 0, bestF1: 0.3333, steps: 2, aborted: false };
      },
    });
    expect(code).toBe(0);
    expect(given).toMatchObject({ resume: true, config: { batch_size: 3, epochs: 2 } });
    expect(stderr).toBe('warning: few sentences\n');
    expect(stdout).toMatch(/^epoch 1\/2 {2}loss 0\.5000 {2}dev F1 0\.3333 .* best$/m);
    expect(stdout).toMatch(/The model of epoch 1 is in .*model\n$/);
  });

  it('keeps lines whole beside the bar of a terminal', async () => {
    const stderr = collector(true);
    await cli(argv(), {
      stderr,
      trainModel: async ({ out, onEvent }) => {
        onEvent?.({ kind: 'warning', message: 'few sentences' });
        return { folder: out, bestEpoch: 0, bestF1: 0, steps: 0, aborted: false };
      },
    });
    expect(stderr.text).toContain('\u001b[2Kwarning: few sentences\n');
  });

  it('tells how to go on after Ctrl-C', async () => {
    const trainModel = async () => ({ folder: 'm', bestEpoch: 0, bestF1: 0, steps: 12, aborted: true });
    const { code, stderr } = await cli(argv(), { trainModel });
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /^Stopped after step 12; .*\n {2}hint: the same command with --resume continues there\n$/,
    );
  });

  it('refuses settings that do not exist and missing options', async () => {
    const wrong = await cli(argv('--set', 'epoch=1'));
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "epochs"?') });
    const missing = await cli(['train', '--config', 'x.json']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(
      /^error: required option '--train <file>' not specified\n {2}hint: w2ner train --help/,
    );
  });
});

describe('info and broken models', () => {
  it('refuses what is no model', async () => {
    const unknown = await cli(['info', '--model', 'guidelines-en']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(
      /"guidelines-en" is neither a folder nor a shipped model\n {2}hint: shipped models/,
    );
    expect((await cli(['info'])).code).toBe(0);
  });

  it('takes the model as argument or option', async () => {
    const [byArgument, byOption, both] = await Promise.all([
      cli(['info', 'guidelines-ru']),
      cli(['info', '--model', 'guidelines-ru']),
      cli(['info', 'guidelines-ru', '--model', 'guidelines-ru']),
    ]);
    expect(byArgument).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^guidelines-ru\n[\s\S]*^Types /m),
    });
    expect([byOption, both]).toEqual([byArgument, byArgument]);
    expect((await cli(['info'])).stdout).toMatch(/More about one: w2ner info guidelines-ru\n$/);
    const two = await cli(['info', 'guidelines-ru', '--model', 'guidelines-ru-keywords']);
    expect(two.code).toBe(2);
    expect(two.stderr).toContain('got the models "guidelines-ru" and "guidelines-ru-keywords", expected one');
  });

  it('names the broken file of a model folder', async () => {
    const { loadModel } = processContext(new AbortController().signal);
    const document = place.write('a.md', 'Слово.');
    const folder = place.path('model');
    const out = place.path('out.json');
    const attempt = () => cli(['extract', document, '--model', folder, '--out', out], { loadModel });
    mkdirSync(folder);
    expect(await attempt()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('lacks config.json, labels.json'),
    });
    const tensor = { dtype: 'float32' as const, shape: [64], data: new Float32Array(64) };
    const model = { config: configSchema.parse({}), labels: createLabelSet(['DRUG']) };
    writeModelFolder(folder, model, new Map([['stray', tensor]]));
    expect(await attempt()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('model.safetensors: tensor "'),
    });
    const weights = join('model', 'model.safetensors');
    place.write(weights, readFileSync(place.path(weights)).subarray(0, 100));
    expect(await attempt()).toMatchObject({ code: 2, stderr: expect.stringContaining('model.safetensors') });
    place.write(join('model', 'labels.json'), '["<pad>"');
    expect(await attempt()).toMatchObject({ code: 2, stderr: expect.stringContaining('labels.json') });
    expect(() => place.read('out.json')).toThrow('ENOENT');
  });
});
