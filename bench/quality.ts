/** Trains a configuration with several seeds and compares it with the lexicon: `npx tsx bench/quality.ts --name keywords`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../src/base/errors.ts';
import type { Config } from '../src/config/schema.ts';
import type { EvaluationReport } from '../src/evaluate/report.ts';
import type { Scores } from '../src/evaluate/scores.ts';
import type { TrainEvent } from '../src/train/events.ts';
import { trainModel } from '../src/train/train.ts';
import { withFolder } from './common/batch-file.ts';
import { describeMachine } from './common/machine.ts';
import { measuredConfig } from './common/model-config.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { dataFile } from './common/paths.ts';
import { median, rounded, writeResult } from './common/results.ts';

/** Where the settings and the data of a named benchmark come from, and the F1 to reach. */
const presets: Readonly<Record<string, { model: string; train: string; dev: string; target: number }>> = {
  keywords: {
    model: 'guidelines-ru-keywords',
    train: 'seed/w2ner_train.json',
    dev: 'seed/w2ner_dev.json',
    target: 0.98,
  },
  guidelines: {
    model: 'guidelines-ru',
    train: 'guidelines/train.json',
    dev: 'guidelines/dev.json',
    target: 0.532,
  },
};

type EpochEvent = Extract<TrainEvent, { kind: 'epoch' }>;

await runMain(async () => {
  const options = readOptions('Dev F1 over several seeds, beside the lexicon baseline.', {
    name: ['keywords', `${Object.keys(presets).join(' or ')}, or any name with --config, --train and --dev`],
    config: ['', "settings; without it the named benchmark's shipped model's"],
    set: [[], 'replaces a setting, key=value; may be repeated'],
    train: ['', 'sentences to learn from'],
    dev: ['', 'sentences to score'],
    init: ['', 'weights to start from, as `w2ner train --init`'],
    seeds: ['1,2,3', 'seeds, one run each'],
    target: [-1, 'F1 whose time is measured; without it that of the named benchmark'],
    threads: [2, 'processor threads'],
    runs: ['', 'folders of finished runs, separated by commas, to be recorded instead of new ones'],
    keep: ['', 'folder that keeps the models, as seed-N; without it they are thrown away'],
    out: ['', 'result file; without it bench/results/quality-NAME.json and the README'],
  });
  const preset = presets[options.name];
  if (preset === undefined && [options.config, options.train, options.dev].includes('')) {
    const message = `"${options.name}" is none of ${Object.keys(presets).join(', ')}`;
    const hint = 'give --config, --train and --dev for benchmarks of your own';
    throw new UserError({ code: 'E_OPTION', where: '--name', message, hint });
  }
  const machine = describeMachine();
  const config = measuredConfig(options.config, preset?.model ?? '', options.set);
  const data = {
    train: options.train || dataFile(preset!.train),
    dev: options.dev || dataFile(preset!.dev),
  };
  const target = options.target >= 0 ? options.target : (preset?.target ?? 0);
  const finished = options.runs.split(',').filter((folder) => folder !== '');
  const seeds = finished.length > 0 ? [] : options.seeds.split(',').map(Number);
  const runs = [];
  let lexicon: Scores | undefined;
  for (const folder of finished) {
    const run = readRun(folder, target);
    lexicon ??= run.lexicon;
    runs.push(run.row);
    say(`${folder}: F1 ${run.row.f1}`);
  }
  for (const seed of seeds) {
    const run = await withFolder((folder) =>
      trainOnce(
        { ...config, seed },
        {
          ...options,
          ...data,
          out: options.keep === '' ? join(folder, 'model') : join(options.keep, `seed-${seed}`),
        },
        target,
      ),
    );
    lexicon ??= run.lexicon;
    runs.push(run.row);
    say(`seed ${seed}: F1 ${run.row.f1} in ${run.row.train_seconds} s`);
  }
  const result = {
    name: `quality-${options.name}`,
    ...(finished.length === 0
      ? { machine }
      : {
          note: 'Recorded from finished runs of `w2ner train`; their commit and load were not recorded.',
          machine: { ...machine, commit: null, load_before: null },
        }),
    settings: { threads: options.threads, target, config },
    median_f1: median(runs.map(({ f1 }) => f1)),
    lexicon_f1: lexicon === undefined ? null : rounded(lexicon.f1),
    median_seconds: median(runs.map(({ train_seconds }) => train_seconds)),
    runs,
  };
  process.stdout.write(`${JSON.stringify({ ...result, settings: undefined }, null, 2)}\n`);
  writeResult(result, options.out);
});

/** One training run with its best epoch on the dev data, as the model folder holds it. */
async function trainOnce(
  config: Config,
  files: {
    readonly train: string;
    readonly dev: string;
    readonly out: string;
    readonly init: string;
    readonly threads: number;
  },
  target: number,
) {
  const epochs: EpochEvent[] = [];
  const started = performance.now();
  const { train, dev, out, init, threads } = files;
  const result = await trainModel({
    ...{ config, train, dev, out, threads },
    ...(init === '' ? {} : { init }),
    onEvent: (event) => {
      if (event.kind !== 'epoch') return;
      epochs.push(event);
      say(`  epoch ${event.epoch}: loss ${event.loss.toFixed(4)}, dev F1 ${event.dev.f1.toFixed(4)}`);
    },
  });
  const seconds = (performance.now() - started) / 1000;
  return describeRun(config.seed, result.dev!, epochs, result.bestEpoch + 1, seconds, target);
}

/** The same of a run that is done, from what it left in its folder. */
function readRun(folder: string, target: number) {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const { training, dev } = JSON.parse(read('metrics.json')) as {
    training: { seed: number; best_epoch: number; seconds: number };
    dev: EvaluationReport;
  };
  const events = read('train-log.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TrainEvent);
  const epochs = events.filter((event): event is EpochEvent => event.kind === 'epoch');
  return describeRun(training.seed, dev, epochs, training.best_epoch, training.seconds, target);
}

function describeRun(
  seed: number,
  report: EvaluationReport,
  epochs: readonly EpochEvent[],
  bestEpoch: number,
  seconds: number,
  target: number,
) {
  const reached = epochs.findIndex((epoch) => epoch.dev.f1 >= target);
  const until = epochs.slice(0, reached + 1).reduce((sum, epoch) => sum + epoch.seconds, 0);
  const row = {
    seed,
    f1: rounded(report.micro.f1),
    precision: rounded(report.micro.precision),
    recall: rounded(report.micro.recall),
    macro_f1: rounded(report.macro.f1),
    nested_f1: rounded(report.nested.f1),
    discontinuous_f1: rounded(report.discontinuous.f1),
    calibration_error: rounded(report.calibration?.ece ?? Number.NaN),
    best_epoch: bestEpoch,
    epochs: epochs.length,
    /** Epochs with their scoring, from the first to the last. */
    train_seconds: rounded(seconds, 3),
    /** Until the end of the first epoch that reached the target; null when none did. */
    seconds_to_target: reached < 0 ? null : rounded(until, 3),
  };
  return { row, lexicon: report.lexicon?.micro };
}
