/** Sentences per second from words to entities, ours and PyTorch's to the grid, in one run: `npx tsx bench/inference.ts`. */
import { basename } from 'node:path';
import { cutBatches } from '../src/data/batches.ts';
import type { Example } from '../src/data/types.ts';
import { findModel } from '../src/predict/load.ts';
import { createTagger } from '../src/predict/w2ner-tagger.ts';
import { externalParameters, readModelFolder, type StoredModel } from '../src/weights/model-folder.ts';
import { withFolder, writeBatches } from './common/batch-file.ts';
import { describeMachine } from './common/machine.ts';
import { floatWeights } from './common/model-config.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { dataFile, firstExamples } from './common/paths.ts';
import { type PytorchLibrary, pytorchRuns, runPytorch } from './common/pytorch.ts';
import { median, rounded, writeResult } from './common/results.ts';

/** Longest sentence given to both sides: longer ones run in windows with us, and not at all with PyTorch. */
const LONGEST = 96;

await runMain(async () => {
  const options = readOptions('Words to entities, ours and PyTorch: sentences per second.', {
    model: [[], 'shipped models or model folders; without it both shipped ones, each on its data'],
    data: ['', 'sentences; without it the dev set of each model'],
    sentences: [0, 'only the first so many; 0: all'],
    threads: [2, 'processor threads of each side'],
    passes: [5, 'passes over the sentences measured, after one that is not; the median counts'],
    batch: [32, "sentences in PyTorch's batches; they are sorted by length"],
    'pytorch-threads': [[], "PyTorch's threads instead; may be repeated; without it 1, and --threads"],
    python: ['', 'a Python that has torch'],
    blas: [[], 'folder of another BLAS to run PyTorch with as well; may be repeated'],
    'no-pytorch': [false, 'only ours'],
    out: ['', 'result file; without it bench/results/inference.json and the README'],
  });
  const machine = describeMachine();
  const { threads, passes, batch, sentences } = options;
  const models = options.model.length > 0 ? options.model : ['guidelines-ru', 'guidelines-ru-keywords'];
  const sets = [];
  for (const name of models) {
    const set = name.includes('keywords') ? 'seed/w2ner_dev.json' : 'guidelines/dev.json';
    const path = options.data || dataFile(set);
    const examples = firstExamples(path, sentences).filter(({ words }) => words.length <= LONGEST);
    const model = readModelFolder(findModel(name));
    say(`${basename(name)}: ${examples.length} sentences`);
    const ours = await measureOurs(model, examples, threads, passes);
    const pytorch = [];
    for (const run of pytorchRuns(options)) {
      const theirs = await withFolder((folder) => {
        writeBatches(folder, model.config, floatWeights(model), sortedBatches(examples, batch));
        return runPytorch<Measured>('inference', folder, { ...run, passes });
      });
      pytorch.push(describePytorch(theirs, ours, examples.length));
    }
    const words = examples.reduce((sum, example) => sum + example.words.length, 0);
    sets.push({
      model: basename(name),
      data: options.data === '' ? set : basename(path),
      sentences: examples.length,
      words_per_sentence: rounded(words / examples.length, 3),
      ours: { sentences_per_second: rate(examples.length, ours.seconds), entities: ours.entities },
      pytorch,
    });
  }
  process.stdout.write(`${JSON.stringify(sets, null, 2)}\n`);
  writeResult({ name: 'inference', machine, settings: { threads, passes, batch }, sets }, options.out);
});

interface Measured {
  /** Of each pass over all sentences. */
  readonly seconds: readonly number[];
}

function rate(sentences: number, seconds: readonly number[]): number {
  return rounded(sentences / median(seconds));
}

function describePytorch(
  theirs: Measured & { readonly library: PytorchLibrary },
  ours: Measured,
  sentences: number,
) {
  return {
    library: theirs.library,
    sentences_per_second: rate(sentences, theirs.seconds),
    ours_times: rounded(median(theirs.seconds) / median(ours.seconds), 3),
  };
}

function sortedBatches(examples: readonly Example[], size: number): Example[][] {
  return cutBatches(
    [...examples].sort((a, b) => a.words.length - b.words.length),
    { sentences: size, cells: size * 40 * 40 },
  );
}

/** The tagger, in groups as evaluation gives them; no answer is reused, but words already met keep their features. */
async function measureOurs(
  model: StoredModel,
  examples: readonly Example[],
  threads: number,
  passes: number,
): Promise<Measured & { readonly entities: number }> {
  const tagger = await createTagger(
    'bench',
    { ...model, parameters: externalParameters(model) },
    { threads },
  );
  const sentences = examples.map(({ words }) => words);
  const seconds: number[] = [];
  let entities = 0;
  try {
    for (let pass = 0; pass <= passes; pass++) {
      const started = performance.now();
      const found = await tagger.tag(sentences);
      seconds.push((performance.now() - started) / 1000);
      entities = found.reduce((sum, list) => sum + list.length, 0);
    }
  } finally {
    await tagger.dispose();
  }
  return { seconds: seconds.slice(1), entities };
}
