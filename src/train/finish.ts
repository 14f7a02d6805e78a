/** The end of a training run: full scores of the best model, and the card that goes with it. */
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import type { Config } from '../config/schema.ts';
import type { Example } from '../data/types.ts';
import { fitScores } from '../evaluate/fit-scores.ts';
import type { EvaluationReport } from '../evaluate/report.ts';
import { evaluateTagger } from '../predict/evaluate.ts';
import type { Tagger } from '../predict/types.ts';
import { createTagger } from '../predict/w2ner-tagger.ts';
import type { Device } from '../runtime/devices.ts';
import {
  externalParameters,
  modelFiles,
  readModelFolder,
  writeModelDescription,
} from '../weights/model-folder.ts';
import { modelCard } from './model-card.ts';
import type { TrainingData } from './training-data.ts';

interface Finished {
  readonly config: Config;
  readonly out: string;
  readonly train: string;
  readonly dev: string;
  readonly test?: string;
  readonly init?: string;
  readonly threads?: number;
  readonly device?: Device;
  readonly data: TrainingData;
  readonly bestEpoch: number;
  readonly seconds: number;
}

function openTagger({ out, threads, device }: Finished, change: Partial<Config> = {}): Promise<Tagger> {
  const model = readModelFolder(out);
  const described = { ...model, config: { ...model.config, ...change } };
  const parameters = externalParameters(model);
  const options = {
    ...(threads === undefined ? {} : { threads }),
    ...(device === undefined ? {} : { device }),
  };
  return createTagger(out, { ...described, parameters }, options);
}

/** Fits on the dev data how the model's scores are to be read, and writes it into its settings. @returns whether it could */
async function calibrateModel(run: Finished): Promise<boolean> {
  // A run that was resumed after its end has a reading already: it is fitted anew, not on top.
  const tagger = await openTagger(run, { score_slope: 1, score_intercept: 0 });
  const found = await tagger.tag(run.data.dev.map(({ words }) => words)).finally(() => tagger.dispose());
  const scale = fitScores(
    run.data.dev.map(({ entities }) => entities),
    found,
  );
  if (scale === undefined) return false;
  const model = readModelFolder(run.out);
  const config = { ...model.config, score_slope: scale.slope, score_intercept: scale.intercept };
  writeModelDescription(run.out, { ...model, config });
  return true;
}

/** Calibrates and evaluates the best model as it lies on disk, and writes `metrics.json` and the model card. */
export async function finishModel(
  run: Finished,
): Promise<{ dev: EvaluationReport; test?: EvaluationReport }> {
  const fitted = await calibrateModel(run);
  const tagger = await openTagger(run);
  const report = (examples: readonly Example[]): Promise<EvaluationReport> =>
    evaluateTagger(tagger, examples, { training: run.data.train });
  try {
    const dev = await report(run.data.dev);
    const test = run.data.test === undefined ? undefined : await report(run.data.test);
    const training = {
      sentences: run.data.train.length,
      epochs: run.config.epochs,
      best_epoch: run.bestEpoch + 1,
      seed: run.config.seed,
      seconds: Math.round(run.seconds),
      scores_calibrated: fitted ? 1 : 0,
    };
    const metrics = { training, dev, ...(test === undefined ? {} : { test }) };
    writeFileAtomic(join(run.out, modelFiles.metrics), `${JSON.stringify(metrics, null, 2)}\n`);
    writeFileAtomic(
      join(run.out, modelFiles.card),
      modelCard({ ...run, reports: { dev, ...(test === undefined ? {} : { test }) } }),
    );
    return { dev, ...(test === undefined ? {} : { test }) };
  } finally {
    await tagger.dispose();
  }
}
