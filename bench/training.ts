/** Seconds per training epoch, ours and PyTorch's, on the same batches in one run: `npx tsx bench/training.ts`. */
import { createRandom } from '../src/base/random.ts';
import type { Config } from '../src/config/schema.ts';
import { bucketBatches } from '../src/data/batches.ts';
import type { LabelSet } from '../src/data/labels.ts';
import type { TensorData } from '../src/onnx/dtype.ts';
import { createTrainer } from '../src/train/w2ner-trainer.ts';
import { withFolder, writeBatches } from './common/batch-file.ts';
import { agrees, compareWithPytorch, comparisonBatches } from './common/compare.ts';
import { describeMachine } from './common/machine.ts';
import { type Labelled, labelledItems, measuredConfig } from './common/model-config.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { dataFile, firstExamples } from './common/paths.ts';
import { type PytorchLibrary, pytorchRuns, runPytorch } from './common/pytorch.ts';
import { median, rounded, writeResult } from './common/results.ts';
import { freshTraining, trainOn } from './common/train-step.ts';

/** One side's epochs. */
interface Epochs {
  readonly seconds: readonly number[];
  /** Mean loss of each epoch: both sides learn alike. */
  readonly losses: readonly number[];
}

await runMain(async () => {
  const options = readOptions('Seconds per training epoch, ours and PyTorch on the same batches.', {
    config: ['', 'settings; without it those of --model'],
    model: ['guidelines-ru-keywords', 'shipped model or model folder whose settings are used'],
    set: [[], 'replaces a setting, key=value; may be repeated'],
    data: ['', 'annotated sentences; without it seed/w2ner_train.json'],
    sentences: [0, 'only the first so many; 0: all'],
    threads: [2, 'processor threads of each side'],
    warmup: [10, 'batches before the clock starts'],
    epochs: [2, 'epochs measured; the median counts'],
    'pytorch-threads': [[], "PyTorch's threads instead; may be repeated; without it 1, and --threads"],
    python: ['', 'a Python that has torch'],
    blas: [[], 'folder of another BLAS to run PyTorch with as well; may be repeated'],
    'no-pytorch': [false, 'only ours'],
    out: ['', 'result file; without it bench/results/training.json and the README'],
  });
  const machine = describeMachine();
  const config = measuredConfig(options.config, options.model, options.set);
  const examples = firstExamples(options.data || dataFile('seed/w2ner_train.json'), options.sentences);
  const { items, labels } = labelledItems(examples, config);
  const { batch_size: size, max_cells: cells, seed } = config;
  const batches = bucketBatches(items, { sentences: size, cells }, createRandom(seed + 1));
  say(`${items.length} sentences in ${batches.length} batches`);
  const ours = await measureOurs(config, labels, batches, options);
  const pytorch = [];
  for (const run of pytorchRuns(options)) {
    const start = ours.parameters;
    const agreement = await compareWithPytorch(config, labels, start, comparisonBatches(items, 6), run);
    if (!agrees(agreement)) say('WARNING: PyTorch computes something else; see bench/check.ts');
    const theirs = await withFolder((folder) => {
      writeBatches(folder, config, start, batches);
      return runPytorch<Epochs>('training', folder, {
        ...run,
        warmup: options.warmup,
        passes: options.epochs,
      });
    });
    pytorch.push(describePytorch(theirs, ours, agreement.max_training_loss_difference));
  }
  const parameters = [...ours.parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
  const { threads, warmup, epochs } = options;
  const settings = { threads, warmup, epochs, sentences: items.length, batches: batches.length, parameters };
  const result = {
    name: 'training',
    machine,
    settings: { ...settings, config },
    ours: summary(ours),
    pytorch,
  };
  process.stdout.write(`${JSON.stringify({ ours: result.ours, pytorch }, null, 2)}\n`);
  writeResult(result, options.out);
});

function summary({ seconds, losses }: Epochs) {
  return {
    seconds_per_epoch: rounded(median(seconds)),
    epochs: seconds.map((value) => rounded(value)),
    losses: losses.map((value) => rounded(value)),
  };
}

function describePytorch(
  theirs: Epochs & { readonly library: PytorchLibrary },
  ours: Epochs,
  difference: number,
) {
  return {
    library: theirs.library,
    ...summary(theirs),
    times_ours: rounded(median(theirs.seconds) / median(ours.seconds), 3),
    max_training_loss_difference: difference,
  };
}

/** Trains from the seed's starting values, which are given back as they were. */
async function measureOurs(
  config: Config,
  labels: LabelSet,
  batches: readonly (readonly Labelled[])[],
  options: { readonly threads: number; readonly warmup: number; readonly epochs: number },
): Promise<Epochs & { readonly parameters: ReadonlyMap<string, TensorData> }> {
  const trainer = await createTrainer(freshTraining(config, labels, options.threads));
  const parameters = new Map(
    [...trainer.parameters].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );
  try {
    for (const batch of batches.slice(0, options.warmup)) await trainOn(trainer, batch);
    const seconds: number[] = [];
    const losses: number[] = [];
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const started = performance.now();
      let total = 0;
      for (const batch of batches) total += (await trainOn(trainer, batch)).loss;
      seconds.push((performance.now() - started) / 1000);
      losses.push(total / batches.length);
      say(`  our epoch: ${seconds.at(-1)!.toFixed(1)} s, loss ${losses.at(-1)!.toFixed(4)}`);
    }
    return { seconds, losses, parameters };
  } finally {
    await trainer.release();
  }
}
