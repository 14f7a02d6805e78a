/** A model of multilingual BERT's size, against the original's way in PyTorch: speed, memory, import: `npx tsx bench/bert.ts`. */
import { copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportModel } from '../src/convert/export-model.ts';
import { quantizeModel } from '../src/convert/quantize-model.ts';
import { cutBatches } from '../src/data/batches.ts';
import { createFeeder } from '../src/data/feeder.ts';
import { encodeGrid } from '../src/data/relation-grid.ts';
import type { Example } from '../src/data/types.ts';
import type { TensorData } from '../src/onnx/dtype.ts';
import { type ModelDescription, modelFiles } from '../src/weights/model-description.ts';
import { readModelFolder } from '../src/weights/model-folder.ts';
import { writeSafetensors } from '../src/weights/safetensors.ts';
import { withFolder } from './common/batch-file.ts';
import { runNode } from './common/child.ts';
import { describeMachine } from './common/machine.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { dataFile, firstExamples, present, repository } from './common/paths.ts';
import { pytorchRuns, runPytorch } from './common/pytorch.ts';
import { median, readResults, rounded, writeResult } from './common/results.ts';
import {
  multilingualBert,
  PIECE_LETTERS,
  syntheticModel,
  writeSyntheticEncoder,
  writeSyntheticModel,
} from './common/synthetic-bert.ts';

/** Sentences in a batch of the original's, when it is used and when it is trained. */
const [USE_BATCH, TRAIN_BATCH] = [8, 12];

/** Operations of the encoder's products for one piece: two for each weight of its layers. */
const OPERATIONS = 2 * 12 * (4 * 768 * 768 + 2 * 768 * 3072);

await runMain(async () => {
  const options = readOptions('A BERT-based model: use, int8, fine-tuning, import; ours and PyTorch.', {
    data: ['', 'sentences to tag; without it seed/w2ner_dev.json'],
    train: ['', 'sentences to fine-tune on; without it seed/w2ner_train.json'],
    config: ['', "the original's settings; without it seed/guidelines_ru.json"],
    letters: [PIECE_LETTERS, 'letters in a word piece'],
    parts: ['use,int8,training,import', 'what to measure, separated by commas'],
    passes: [2, 'passes over the sentences; the median counts'],
    threads: [2, 'processor threads of each side'],
    'training-steps': [0, 'steps of our epoch; 0: all'],
    'pytorch-steps': [6, 'training steps of PyTorch, of which two are not timed'],
    'pytorch-threads': [[], "PyTorch's threads instead; may be repeated"],
    python: ['', 'a Python that has torch'],
    blas: [[], 'folder of another BLAS to run PyTorch with as well; may be repeated'],
    'no-pytorch': [false, 'only ours'],
    out: ['', 'result file; without it bench/results/bert.json and the README'],
  });
  const machine = describeMachine();
  const parts = options.parts.split(',');
  const devPath = options.data || dataFile('seed/w2ner_dev.json');
  const trainPath = options.train || dataFile('seed/w2ner_train.json');
  const settings = JSON.parse(
    readFileSync(options.config || dataFile('seed/guidelines_ru.json'), 'utf8'),
  ) as object;
  const [dev, train] = [devPath, trainPath].map(readShort) as [Example[], Example[]];
  await withFolder(async (folder) => {
    const encoder = join(folder, 'encoder');
    writeSyntheticEncoder(
      encoder,
      [...dev, ...train].map(({ words }) => words),
      options.letters,
    );
    const model = syntheticModel(settings, encoder);
    const float = join(folder, 'float32');
    writeSyntheticModel(float, model);
    say(`model of ${megabytes(join(float, modelFiles.weights))} MB`);
    const bench: Bench = { folder, float, model, dev, train, devPath, trainPath, options };
    // Parts may be measured one at a time: those of before stay.
    const name = options.letters === PIECE_LETTERS ? 'bert' : `bert-letters-${options.letters}`;
    const result: Record<string, unknown> = options.out === '' ? earlierParts(name) : {};
    const measures = { use: measureUse, int8: measureInt8, training: measureTraining, import: measureImport };
    for (const [part, measure] of Object.entries(measures)) {
      if (!parts.includes(part)) continue;
      const { date, commit, load_before } = describeMachine();
      result[part] = { measured: { date, commit, load_before }, ...(await measure(bench)) };
    }
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    const { threads, passes, letters } = options;
    writeResult({ name, machine, settings: { threads, passes, letters, parts }, ...result }, options.out);
  });
});

/** The sentences of a file that fit one grid. */
function readShort(path: string): Example[] {
  return firstExamples(path, 0).filter(({ words }) => words.length <= 96);
}

/** The parts that the result file holds. */
function earlierParts(result: string): Record<string, unknown> {
  const { name: _, machine: _machine, settings: _settings, ...parts } = readResults().get(result) ?? {};
  return parts;
}

interface Bench {
  readonly folder: string;
  readonly float: string;
  readonly model: ModelDescription;
  readonly dev: readonly Example[];
  readonly train: readonly Example[];
  readonly devPath: string;
  readonly trainPath: string;
  readonly options: Parameters<typeof pytorchRuns>[0] & {
    readonly passes: number;
    readonly 'training-steps': number;
    readonly 'pytorch-steps': number;
  };
}

function megabytes(path: string): number {
  return Math.round(statSync(path).size / 1e6);
}

/** Runs `bench/bert-ours.ts` and reads what it measured. */
async function runOurs<T>(
  { folder, options }: Bench,
  mode: 'inference' | 'profile' | 'training',
  model: string,
  data: string,
  count: number,
): Promise<T & { readonly peak_mb: number }> {
  const out = join(folder, 'ours.json');
  const script = join(repository, 'bench/bert-ours.ts');
  const args = ['--import', 'tsx', script, mode, model, data, out, String(options.threads), String(count)];
  const { peakMegabytes } = await runNode(args, join(folder, 'peak'));
  return { ...(JSON.parse(readFileSync(out, 'utf8')) as T), peak_mb: Math.round(peakMegabytes!) };
}

interface Inference {
  readonly load_seconds: number;
  readonly seconds: readonly number[];
}

async function ourUse(bench: Bench, model: string) {
  const { dev, devPath, options } = bench;
  const used = await runOurs<Inference>(bench, 'inference', model, devPath, options.passes);
  const profile = await runOurs<{ products_share: number; pieces_per_sentence: number; padding: number }>(
    bench,
    'profile',
    model,
    devPath,
    1,
  );
  return {
    sentences_per_second: rounded(dev.length / median(used.seconds)),
    load_seconds: rounded(used.load_seconds, 3),
    peak_mb: used.peak_mb,
    model_mb: megabytes(join(model, modelFiles.weights)),
    products_share: rounded(profile.products_share, 3),
    pieces_per_sentence: rounded(profile.pieces_per_sentence, 3),
    padding: rounded(profile.padding, 3),
  };
}

async function measureUse(bench: Bench) {
  say('use, float32');
  const ours = await ourUse(bench, bench.float);
  const pytorch = [];
  const orders = { 'as in the file': bench.dev, 'by length': byLength(bench.dev) };
  for (const run of pytorchRuns(bench.options)) {
    for (const [order, examples] of Object.entries(orders)) {
      const inFolder = join(bench.folder, 'pytorch');
      await writePytorchFolder(bench, inFolder, chunks(examples, USE_BATCH), false);
      type Used = { seconds: number[]; sentences_per_second: number; peak_rss_mb: number };
      const theirs = await runPytorch<Used>('bert-inference', inFolder, { ...run, warmup: 1, passes: 1 });
      pytorch.push({
        order,
        library: theirs.library,
        sentences_per_second: rounded(theirs.sentences_per_second),
        peak_mb: Math.round(theirs.peak_rss_mb),
        ours_times: rounded(ours.sentences_per_second / theirs.sentences_per_second, 3),
      });
      say(`  PyTorch, ${order}: ${theirs.sentences_per_second.toFixed(1)} sentences/s`);
    }
  }
  return { sentences: bench.dev.length, ours, pytorch };
}

async function measureInt8(bench: Bench) {
  const results: Record<string, unknown> = {};
  for (const bits of [7, 8] as const) {
    say(`use, int8 of ${bits} bits`);
    const out = join(bench.folder, `int8-${bits}`);
    const started = performance.now();
    quantizeModel({ model: bench.float, out, bits });
    const seconds = (performance.now() - started) / 1000;
    results[`bits_${bits}`] = { quantize_seconds: rounded(seconds, 3), ...(await ourUse(bench, out)) };
    rmSync(out, { recursive: true });
  }
  return results;
}

async function measureTraining(bench: Bench) {
  say('training, all layers');
  const { train, trainPath, options } = bench;
  type Trained = { sentences: number; steps: number; padded_pieces: number; seconds: number };
  const ours = await runOurs<Trained>(bench, 'training', bench.float, trainPath, options['training-steps']);
  const pytorch = [];
  for (const run of pytorchRuns(options)) {
    const inFolder = join(bench.folder, 'pytorch');
    const steps = options['pytorch-steps'];
    await writePytorchFolder(bench, inFolder, chunks(train, TRAIN_BATCH).slice(0, steps), true);
    type Stepped = { seconds_per_sentence: number; peak_rss_mb: number };
    const theirs = await runPytorch<Stepped>('bert-training', inFolder, { ...run, warmup: 2, passes: 1 });
    const perEpoch = theirs.seconds_per_sentence * train.length;
    pytorch.push({
      library: theirs.library,
      seconds_per_sentence: rounded(theirs.seconds_per_sentence, 3),
      seconds_per_epoch_extrapolated: Math.round(perEpoch),
      peak_mb: Math.round(theirs.peak_rss_mb),
      times_ours: rounded(perEpoch / ((ours.seconds / ours.sentences) * train.length), 3),
    });
  }
  return {
    sentences: ours.sentences,
    steps: ours.steps,
    seconds: rounded(ours.seconds),
    seconds_per_epoch: rounded((ours.seconds / ours.sentences) * train.length),
    peak_mb: ours.peak_mb,
    // Forward, and twice as much backward.
    encoder_gflops: rounded((3 * OPERATIONS * ours.padded_pieces) / ours.seconds / 1e9, 3),
    pytorch,
  };
}

async function measureImport(bench: Bench) {
  const file = join(bench.folder, 'model.pt');
  await exportModel({ model: bench.float, to: 'pt', out: file });
  const encoder = join(bench.folder, 'import-encoder');
  mkdirSync(encoder);
  for (const name of ['config.json', 'vocab.txt', 'tokenizer_config.json']) {
    copyFileSync(join(bench.folder, 'encoder', name), join(encoder, name));
  }
  const labels = join(bench.float, modelFiles.labels);
  const out = join(bench.folder, 'imported');
  const config = join(bench.folder, 'guidelines_ru.json');
  copyFileSync(join(bench.float, modelFiles.config), config);
  const cli = present(join(repository, 'dist/cli/main.js'), 'build it with npm run build');
  const files = ['--config', config, '--encoder', encoder, '--labels', labels, '--out', out];
  const { seconds, peakMegabytes } = await runNode(
    [cli, 'import', file, ...files],
    join(bench.folder, 'peak'),
  );
  const size = megabytes(file);
  return { file_mb: size, seconds: rounded(seconds, 3), peak_mb: Math.round(peakMegabytes!) };
}

function byLength(examples: readonly Example[]): Example[] {
  return [...examples].sort((a, b) => a.words.length - b.words.length);
}

function chunks(examples: readonly Example[], sentences: number): Example[][] {
  return cutBatches(examples, { sentences, cells: Number.POSITIVE_INFINITY });
}

/** Weights and batches for `measure.py bert-*`; the weights are a link to ours. */
async function writePytorchFolder(
  { float, model }: Bench,
  folder: string,
  batches: readonly (readonly Example[])[],
  labelled: boolean,
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  linkSync(join(float, modelFiles.weights), join(folder, 'weights.safetensors'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(model.config));
  writeFileSync(join(folder, 'bert_config.json'), JSON.stringify(multilingualBert));
  const feeder = createFeeder({ config: model.config, encoder: readModelFolder(float).encoder });
  const tensors = new Map<string, TensorData>();
  for (const [n, batch] of batches.entries()) {
    const length = Math.max(...batch.map(({ words }) => words.length));
    const { pieces, piece_word: words } = feeder.feeds(batch, true);
    // Ours count a batch's words through, theirs begin anew in each sentence.
    const width = pieces!.shape[1]!;
    const own = Int32Array.from(words!.data as Int32Array, (word, k) =>
      word < 0 ? -1 : word - Math.floor(k / width) * length,
    );
    tensors.set(`${n}/pieces`, pieces!);
    tensors.set(`${n}/pieces_to_word`, { dtype: 'int32', shape: words!.shape, data: own });
    const lengths = Int32Array.from(batch, (example) => example.words.length);
    tensors.set(`${n}/lengths`, { dtype: 'int32', shape: [batch.length], data: lengths });
    if (!labelled) continue;
    const labels = new Uint8Array(batch.length * length * length);
    for (const [b, example] of batch.entries()) {
      const grid = encodeGrid([], example.words.length, model.labels);
      for (let row = 0; row < example.words.length; row++) {
        const start = row * example.words.length;
        labels.set(grid.subarray(start, start + example.words.length), (b * length + row) * length);
      }
    }
    tensors.set(`${n}/labels`, { dtype: 'uint8', shape: [batch.length, length, length], data: labels });
  }
  writeSafetensors(join(folder, 'batches.safetensors'), tensors);
}
