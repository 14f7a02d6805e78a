/** Training a W2NER model from annotated sentences: validate, train epoch by epoch, keep the best, write the model folder. */
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { createRandom, type Random, restoreRandom } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import { type BatchItem, type BatchLimits, bucketBatches, lossFeeds } from '../data/batches.ts';
import type { Feeder } from '../data/feeder.ts';
import { scoreEntities } from '../evaluate/scores.ts';
import { groups } from '../predict/batches.ts';
import { createTagger } from '../predict/w2ner-tagger.ts';
import type { Device } from '../runtime/devices.ts';
import type { Glossary } from '../text/glossary.ts';
import type { DownloadProgress } from '../weights/download-encoder.ts';
import type { ModelDescription } from '../weights/model-description.ts';
import { externalParameters, readModelFolder } from '../weights/model-folder.ts';
import { warmupFactor } from './adamw.ts';
import { BrokenSteps } from './broken-steps.ts';
import { checkNewRun, checkpointPath, type Progress, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { TrainEvent, TrainResult } from './events.ts';
import { fingerprintOf } from './fingerprint.ts';
import { finishModel, unfitted } from './finish.ts';
import { openTrainLog } from './log.ts';
import { copyModel, saveModel } from './save-model.ts';
import { prepareStart, type Start } from './start.ts';
import { readTrainingData, type TrainingData } from './training-data.ts';
import { longestSentence, trainingItems } from './training-items.ts';
import type { Trainer } from './training-step.ts';
import { createTrainer } from './w2ner-trainer.ts';
import { runWarnings } from './warnings.ts';

/** What to train on, and where the model goes. */
export interface TrainOptions {
  readonly config: Config;
  /** Paths of data files in the training format; several training files are read as one. */
  readonly train: string | readonly string[];
  readonly dev: string;
  readonly test?: string;
  /** The model folder to write. */
  readonly out: string;
  /** Continue the run whose checkpoint is in `out`. */
  readonly resume?: boolean;
  /** What to start from: a weights file as `pretrain` writes it, or a model folder to train further. */
  readonly init?: string;
  /** The configuration file, beside which the encoder that `bert_name` names may lie. */
  readonly configPath?: string;
  /** What words stand for, for the compact encoder; absent, the one of the model in `init`, where it has one. */
  readonly glossary?: Glossary;
  /** Whether a BERT encoder that is not on this machine may be fetched from its hub. */
  readonly download?: boolean;
  readonly threads?: number;
  readonly device?: Device;
  /** Ends the run after the current step, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** A checkpoint is written at least this often within long epochs. */
const CHECKPOINT_SECONDS = 120;

/**
 * Trains a model. The folder then holds the best epoch's model, `last/` the last epoch's model and the checkpoint, and
 * `train-log.jsonl` every step. Same data, settings, seed, machine and threads: same losses.
 * @throws UserError for bad data (every bad row is listed), an unusable checkpoint, or a diverging run
 */
export async function trainModel(given: TrainOptions): Promise<TrainResult> {
  // Settings that come from a model folder carry how that model's scores are read: this one's are fitted at the end.
  // A model whose words are int8 trains as a float32 one.
  const weights = given.config.weights === 'int8_words' ? ('float32' as const) : given.config.weights;
  const config = { ...given.config, ...unfitted, weights };
  const options = { ...given, config };
  const { out } = options;
  const data = readTrainingData(options, (message) => options.onEvent?.({ kind: 'warning', message }));
  const path = checkpointPath(out);
  if (options.resume !== true) checkNewRun(out);
  const onNotice = (message: string): void => options.onEvent?.({ kind: 'notice', message });
  const onDownload = (progress: DownloadProgress): void =>
    options.onEvent?.({ kind: 'download', ...progress });
  const start = await prepareStart({ ...options, onDownload }, data.labels);
  const run = { ...data, labels: start.labels };
  // A model that is trained further keeps its encoder, whatever the configuration calls it.
  const named = start.bertName === undefined ? config : { ...config, bert_name: start.bertName };
  const noise = createRandom(config.seed);
  const { threads, device } = options;
  const trainer = await createTrainer({
    config,
    start,
    random: noise,
    soft: data.soft,
    onNotice,
    ...(threads === undefined ? {} : { threads }),
    ...(device === undefined ? {} : { device }),
  });
  // What `auto` chose is told where it is chosen.
  if (device !== 'auto' && trainer.device !== 'cpu') onNotice(`computing on ${trainer.device}`);
  try {
    return await new Run({ ...options, config: named }, run, start, trainer, noise).train(path);
  } finally {
    await trainer.release();
  }
}

/** One training run from its first or its resumed step to its end. */
class Run {
  readonly #options: TrainOptions;
  readonly #data: TrainingData;
  readonly #trainer: Trainer;
  readonly #noise: Random;
  readonly #start: Start;
  readonly #limits: BatchLimits;
  readonly #items: readonly BatchItem[];
  readonly #fingerprint: string;
  #emit: (event: TrainEvent) => void;
  #progress: Progress;
  readonly #broken = new BrokenSteps();
  /** Milliseconds that writing the model and its checkpoint took last. */
  #saving = 0;

  constructor(
    options: TrainOptions,
    data: TrainingData,
    start: Start,
    trainer: Trainer & { readonly feeder: Feeder },
    noise: Random,
  ) {
    const { config } = options;
    this.#options = options;
    this.#data = data;
    this.#start = start;
    this.#trainer = trainer;
    this.#noise = noise;
    this.#limits = { sentences: config.batch_size, cells: config.max_cells, pieces: config.max_pieces };
    this.#emit = options.onEvent ?? (() => {});
    this.#fingerprint = fingerprintOf(config, data, start);
    const longest = longestSentence(config);
    this.#items = trainingItems(data, config, trainer.feeder);
    if (this.#items.length === 0) {
      const message = `every sentence is longer than ${longest} words`;
      const hint = 'raise "max_cells": a sentence of L words needs L²';
      throw new UserError({ code: 'E_DATA', where: [options.train].flat().join(', '), message, hint });
    }
    this.#progress = {
      fingerprint: this.#fingerprint,
      epoch: 0,
      batch: 0,
      step: 0,
      lossSum: 0,
      orderState: createRandom(config.seed + 1).state(),
      noiseState: noise.state(),
      bestF1: 0,
      bestEpoch: -1,
      seconds: 0,
    };
  }

  async train(path: string): Promise<TrainResult> {
    const { config, out, resume } = this.#options;
    if (resume === true) {
      this.#progress = readCheckpoint(path, this.#fingerprint, this.#trainer.optimizer);
      this.#noise.restore(this.#progress.noiseState);
    }
    const log = openTrainLog(join(out, 'train-log.jsonl'), this.#progress.step);
    const listener = this.#emit;
    this.#emit = (event) => {
      log.write(event);
      listener(event);
    };
    this.#announce();
    while (this.#progress.epoch < config.epochs && !this.#patienceIsOver()) {
      if (await this.#epoch(path)) continue;
      log.flush();
      const { bestEpoch, bestF1, step: steps } = this.#progress;
      return { folder: out, bestEpoch, bestF1, steps, aborted: true };
    }
    const { bestEpoch, bestF1, step } = this.#progress;
    const seconds = this.#progress.seconds;
    const { epochs, seed } = config;
    const reports = await finishModel({
      ...this.#options,
      data: this.#data,
      metrics: { epochs, best_epoch: bestEpoch + 1, seed, seconds: Math.round(seconds) },
      origin: origin(this.#options),
      history: `Best of ${epochs} epochs: ${bestEpoch + 1}; seed ${seed}; ${Math.round(seconds)} s. All settings are in \`config.json\`, all scores in \`metrics.json\`.`,
    });
    this.#emit({ kind: 'end', folder: out, seconds, bestEpoch });
    log.flush();
    return { folder: out, bestEpoch, bestF1, steps: step, aborted: false, ...reports };
  }

  /** Whether as many epochs as `patience` says went by without a better one. */
  #patienceIsOver(): boolean {
    const { patience } = this.#options.config;
    const { epoch, bestEpoch, step } = this.#progress;
    if (patience === 0 || epoch - 1 - bestEpoch < patience) return false;
    this.#emit({ kind: 'stopped', reason: 'patience', epoch, step });
    return true;
  }

  #announce(): void {
    const { config } = this.#options;
    const { train, dev, labels } = this.#data;
    const skipped = train.length - this.#items.length;
    for (const message of runWarnings(config, labels, skipped, this.#start.glossary)) {
      this.#emit({ kind: 'warning', message });
    }
    this.#emit({
      kind: 'start',
      sentences: train.length,
      devSentences: dev.length,
      parameters: [...this.#trainer.parameters.values()].reduce((sum, { data }) => sum + data.length, 0),
      trained: [...this.#trainer.optimizer.slots.values()].reduce((sum, slot) => sum + slot.mean.length, 0),
      labels: labels.types,
      epochs: config.epochs,
      batches: this.#stepsPerEpoch(),
      seed: config.seed,
      resumedAt: this.#progress.step,
    });
  }

  /** Steps differ by one or two from epoch to epoch where a limit cuts batches; the first epoch's count plans the rates. */
  #stepsPerEpoch(): number {
    return this.#stepsOf(createRandom(this.#options.config.seed + 1)).length;
  }

  /** The batches of each step of an epoch. */
  #stepsOf(order: Random): BatchItem[][][] {
    return [...groups(bucketBatches(this.#items, this.#limits, order), this.#options.config.accumulate)];
  }

  /** @returns false when the signal ended it */
  async #epoch(path: string): Promise<boolean> {
    const { config, signal } = this.#options;
    const order = restoreRandom(this.#progress.orderState);
    const batches = this.#stepsOf(order);
    const steps = this.#stepsPerEpoch() * config.epochs;
    const before = this.#progress.seconds;
    const began = performance.now();
    const elapsed = (): number => before + (performance.now() - began) / 1000;
    let saved = performance.now();
    let sentences = 0;
    const first = this.#progress.batch;
    for (let batch = first; batch < batches.length; batch++) {
      if (signal?.aborted) {
        this.#advance({ seconds: elapsed() });
        this.#save(path);
        const { epoch, step } = this.#progress;
        this.#emit({ kind: 'stopped', reason: 'aborted', epoch, step });
        return false;
      }
      const { step } = this.#progress;
      const factor = warmupFactor(step, config.warm_factor * steps, steps);
      const { loss, gradientNorm } = await this.#trainer.step(
        batches[batch]!,
        (items) =>
          lossFeeds(items, {
            scores: config.relation_scores,
            size: this.#data.labels.size,
            soft: this.#data.soft,
          }),
        factor,
      );
      const warning = this.#broken.check(step + 1, loss, gradientNorm);
      if (warning !== undefined) this.#emit({ kind: 'warning', message: warning });
      sentences += batches[batch]!.reduce((sum, items) => sum + items.length, 0);
      this.#advance({
        batch: batch + 1,
        step: step + 1,
        lossSum: this.#progress.lossSum + (Number.isFinite(loss) ? loss : 0),
      });
      const spent = (performance.now() - began) / 1000;
      const perStep = spent / (batch + 1 - first);
      this.#emit({
        kind: 'step',
        epoch: this.#progress.epoch + 1,
        step: step + 1,
        steps,
        loss,
        gradientNorm,
        learningRate: config.learning_rate * factor,
        sentencesPerSecond: sentences / spent,
        secondsLeft: Math.max(0, steps - step - 1) * perStep,
      });
      if (performance.now() - saved > this.#checkpointPause()) {
        this.#advance({ seconds: elapsed() });
        this.#save(path);
        saved = performance.now();
      }
    }
    const loss = this.#progress.lossSum / batches.length;
    const last = this.#saveLast();
    const dev = await this.#evaluate(last);
    this.#complete(dev, loss, order, elapsed(), (performance.now() - began) / 1000);
    this.#saveCheckpoint(path);
    return true;
  }

  #advance(change: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...change, noiseState: this.#noise.state() };
  }

  #complete(
    dev: { precision: number; recall: number; f1: number },
    loss: number,
    order: Random,
    seconds: number,
    epochSeconds: number,
  ): void {
    const { config, out } = this.#options;
    const { epoch, bestF1, bestEpoch } = this.#progress;
    const best = bestEpoch < 0 || dev.f1 > bestF1;
    if (best) copyModel(join(out, 'last'), out, this.#description());
    this.#advance({
      epoch: epoch + 1,
      batch: 0,
      lossSum: 0,
      orderState: order.state(),
      seconds,
      ...(best ? { bestF1: dev.f1, bestEpoch: epoch } : {}),
    });
    this.#emit({
      kind: 'epoch',
      epoch: epoch + 1,
      epochs: config.epochs,
      loss,
      seconds: epochSeconds,
      dev,
      best,
    });
    if (epoch + 1 === config.epochs && this.#progress.bestF1 === 0) {
      const message =
        'no entity of the dev data was found in any epoch: train longer ("epochs"), check that train and dev use the same types, and look at the loss in train-log.jsonl';
      this.#emit({ kind: 'warning', message });
    }
  }

  /** What the model is, for its folder. */
  #description(): ModelDescription {
    const { config } = this.#options;
    return {
      config,
      labels: this.#data.labels,
      encoder: this.#start.encoder,
      glossary: this.#start.glossary,
    };
  }

  /** Milliseconds between checkpoints: writing them takes a few percent of the time, however large the model is. */
  #checkpointPause(): number {
    return Math.max(CHECKPOINT_SECONDS * 1000, this.#saving * 30);
  }

  #save(path: string): void {
    this.#saveLast();
    this.#saveCheckpoint(path);
  }

  /** Writes the model as it is now. @returns its folder */
  #saveLast(): string {
    const folder = join(this.#options.out, 'last');
    const began = performance.now();
    this.#trainer.optimizer.settle();
    saveModel(folder, this.#description(), this.#trainer.parameters, this.#start.kept);
    this.#saving = performance.now() - began;
    return folder;
  }

  #saveCheckpoint(path: string): void {
    const began = performance.now();
    writeCheckpoint(path, this.#progress, this.#trainer.optimizer);
    this.#saving += performance.now() - began;
    this.#emit({ kind: 'checkpoint', folder: dirname(path), step: this.#progress.step });
  }

  /** Scores on the dev data of the model in a folder, which stays on disk while it is run. */
  async #evaluate(folder: string): Promise<{ precision: number; recall: number; f1: number }> {
    const { dev } = this.#data;
    const model = readModelFolder(folder);
    const { threads } = this.#options;
    const tagger = await createTagger(
      folder,
      { ...model, parameters: externalParameters(model) },
      { device: this.#trainer.device, ...(threads === undefined ? {} : { threads }) },
    );
    try {
      const found = await tagger.tag(dev.map(({ words }) => words));
      return scoreEntities(
        dev.map(({ entities }) => entities),
        found,
      ).micro;
    } finally {
      await tagger.dispose();
    }
  }
}

/** What the training began with. */
function origin({ config, init }: TrainOptions): string {
  if (init !== undefined) return `from the weights of ${basename(init)}`;
  return config.encoder === 'bert' ? `from the encoder ${basename(config.bert_name!)}` : 'from scratch';
}
