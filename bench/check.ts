/** Checks that the PyTorch model of the benchmarks computes what ours does: `npx tsx bench/check.ts`. */
import { createRandom } from '../src/base/random.ts';
import { findModel } from '../src/predict/load.ts';
import { declaredParameters } from '../src/predict/model-graphs.ts';
import { initializeParameters } from '../src/weights/initialize.ts';
import { readModelFolder } from '../src/weights/model-folder.ts';
import { agrees, compareWithPytorch, comparisonBatches, TOLERANCE } from './common/compare.ts';
import { floatWeights, labelledItems, measuredConfig } from './common/model-config.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { dataFile, firstExamples } from './common/paths.ts';

await runMain(async () => {
  const options = readOptions('Compares our scores, losses and training steps with PyTorch.', {
    config: ['', 'settings; without it those of --model'],
    model: ['guidelines-ru-keywords', 'shipped model or model folder whose settings are used'],
    set: [[], 'replaces a setting, key=value; may be repeated'],
    trained: [false, "start from --model's weights and labels; without it fresh weights"],
    data: ['', 'annotated sentences; without it seed/w2ner_train.json'],
    sentences: [40, 'how many of them'],
    threads: [2, 'processor threads'],
    python: ['', 'a Python that has torch'],
    blas: ['', 'folder of a BLAS for PyTorch'],
  });
  // PyTorch's model is the one that is trained: what is fitted to its scores afterwards it does not have
  const config = { ...measuredConfig(options.config, options.model, options.set), none_offset: 0 };
  const examples = firstExamples(options.data || dataFile('seed/w2ner_train.json'), options.sentences);
  const stored = options.trained ? readModelFolder(findModel(options.model)) : undefined;
  const { items, labels } = labelledItems(examples, config, stored?.labels);
  const specs = declaredParameters({ config, labels });
  const parameters =
    stored === undefined ? initializeParameters(specs, createRandom(config.seed)) : floatWeights(stored);
  const { threads, python, blas } = options;
  const comparison = await compareWithPytorch(
    config,
    labels,
    parameters,
    comparisonBatches(items, Math.ceil(items.length / 5)),
    { threads, python, libraries: blas },
  );
  process.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
  const good = agrees(comparison);
  say(good ? 'the same' : `DIFFERENT: more than ${TOLERANCE}`);
  if (!good) process.exitCode = 1;
});
