/** Pre-training on plain text: the encoder, with the transformer or else the BiLSTM, learns the language before the entities. */
import { UserError } from '../base/errors.ts';
import { createRandom } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import { bucketBatches } from '../data/batches.ts';
import { createFeeder } from '../data/feeder.ts';
import { LANGUAGE_MODEL } from '../model/language-model.ts';
import { readFitting } from '../weights/read-fitting.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import { warmupFactor } from './adamw.ts';
import { chooseObjective, readText } from './objectives.ts';
import { createGraphTrainer } from './training-step.ts';

export interface PretrainOptions {
  /** Shapes, dropouts, learning rate and seed; those of the model that will start from the result. */
  readonly config: Config;
  /** Text files, a paragraph a line. */
  readonly text: readonly string[];
  /** The weights file to write. */
  readonly out: string;
  /** Passes over the text. */
  readonly passes?: number;
  /** Most words read. */
  readonly maxWords?: number;
  /** Weights to read on from: what an earlier run wrote, or a model's. */
  readonly init?: string;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PretrainProgress) => void;
}

export interface PretrainProgress {
  readonly step: number;
  readonly steps: number;
  /** Running mean over about a hundred steps. */
  readonly loss: number;
  readonly wordsPerSecond: number;
}

/** What a run came to. */
export interface PretrainResult {
  readonly steps: number;
  /** Words read, repeated ones included. */
  readonly words: number;
  /** Running mean over about a hundred steps. */
  readonly loss: number;
}

const BATCH = 32;

function diverged(step: number, loss: number): UserError {
  const hint =
    'lower the learning rates: --set learning_rate=… --set encoder_learning_rate=… --set lstm_learning_rate=…';
  return new UserError({ code: 'E_DIVERGED', where: `step ${step}`, message: `the loss is ${loss}`, hint });
}

/**
 * Trains the language model and writes the tensors that a W2NER model can start from (`train --init`).
 * @throws UserError for a BERT encoder, when there is too little text, `init` does not fit, or the file cannot be written
 */
export async function pretrain(options: PretrainOptions): Promise<PretrainResult> {
  const { config, passes = 1 } = options;
  if (config.encoder !== 'compact') {
    const message = '"bert_name" is given, but a BERT encoder is trained on text already';
    const hint = 'pretrain is for the compact encoder: w2ner train starts from the BERT itself';
    throw new UserError({ code: 'E_CONFIG_VALUE', where: 'config', message, hint });
  }
  const corpus = readText(config, options.text, options.maxWords ?? Number.POSITIVE_INFINITY);
  const random = createRandom(config.seed);
  const objective = chooseObjective(config, corpus, random);
  const { build, loss } = objective.model;
  const trainer = await createGraphTrainer(build, loss, {
    config,
    ...(options.init === undefined ? {} : { start: await readFitting(options.init, build.parameters) }),
    feeder: createFeeder({ config }),
    random,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  const limits = { sentences: BATCH, cells: Number.POSITIVE_INFINITY };
  const items = corpus.sentences.map((words) => ({ words }));
  const perPass = Math.ceil(items.length / BATCH);
  const steps = perPass * passes;
  const start = performance.now();
  let [step, words, mean] = [0, 0, 0];
  try {
    for (let pass = 0; pass < passes; pass++) {
      for (const batch of bucketBatches(items, limits, random)) {
        if (options.signal?.aborted) break;
        const question = objective.ask(batch.map((item) => item.words));
        if (question === undefined) continue;
        const read = question.sentences.map((words) => ({ words }));
        const result = await trainer.step(
          [read],
          () => question.feeds,
          warmupFactor(step, 0.02 * steps, steps),
        );
        if (!Number.isFinite(result.loss)) throw diverged(step + 1, result.loss);
        step += 1;
        words += batch.reduce((sum, item) => sum + item.words.length, 0);
        mean += (result.loss - mean) / Math.min(step, 100);
        const wordsPerSecond = words / ((performance.now() - start) / 1000);
        options.onProgress?.({ step, steps, loss: mean, wordsPerSecond });
      }
    }
    if (step === 0) return { steps: 0, words: 0, loss: mean }; // stopped before anything was learnt: no file
    const kept = [...trainer.parameters].filter(([name]) => !name.startsWith(LANGUAGE_MODEL));
    writeSafetensors(options.out, new Map(kept), { format: 'w2ner-pretrained', steps: String(step) });
    return { steps: step, words, loss: mean };
  } finally {
    await trainer.release();
  }
}
