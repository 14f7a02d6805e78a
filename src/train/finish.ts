/** The end of making a model: what is fitted on dev, its full scores, and the card that goes with it. */
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import type { Config } from '../config/schema.ts';
import type { Example, ScoredEntity } from '../data/types.ts';
import { fitScores } from '../evaluate/fit-scores.ts';
import type { EvaluationReport } from '../evaluate/report.ts';
import { scoreEntities } from '../evaluate/scores.ts';
import { GATE_BIAS, GATE_WEIGHT } from '../model/gate.ts';
import { evaluateTagger } from '../predict/evaluate.ts';
import type { Tagger } from '../predict/types.ts';
import { createTagger } from '../predict/w2ner-tagger.ts';
import type { Device } from '../runtime/devices.ts';
import { modelFiles } from '../weights/model-description.ts';
import {
  externalParameters,
  readModelFolder,
  type StoredModel,
  writeModelDescription,
  writeModelFolder,
} from '../weights/model-folder.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import { fitGate } from './fit-gate.ts';
import { modelCard } from './model-card.ts';
import type { TrainingData } from './training-data.ts';

interface Finished {
  readonly config: Config;
  readonly out: string;
  readonly train: string | readonly string[];
  readonly dev: string;
  readonly test?: string;
  readonly threads?: number;
  readonly device?: Device;
  readonly data: TrainingData;
  /** How it was made, for `metrics.json`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How it was made, for the card: what it began with, and a paragraph. */
  readonly origin: string;
  readonly history: string;
}

function openTagger(run: Finished, change: Partial<Config> = {}): Promise<Tagger> {
  const model = readModelFolder(run.out);
  const described = { ...model, config: { ...model.config, ...change } };
  return createTagger(run.out, { ...described, parameters: externalParameters(model) }, sessionOf(run));
}

const sessionOf = ({ threads, device }: Finished) => ({
  ...(threads === undefined ? {} : { threads }),
  ...(device === undefined ? {} : { device }),
});

/** The settings that are fitted when a run ends, as they stand before. */
export const unfitted = {
  none_offset: 0,
  gate_threshold: null,
  score_slope: 1,
  score_intercept: 0,
} as const;

/** Tried against "no relation": a model that is unsure between types leaves an entity out although something is there. */
const OFFSETS = [0, -0.25, 0.25, -0.5, 0.5, -0.75, -1];
/** Between offsets whose F1 is no further apart than this, dev decides nothing: the one nearest to 0 stays. */
const OFFSET_MARGIN = 0.002;

async function tagDev(run: Finished, change: Partial<Config>): Promise<ScoredEntity[][]> {
  // A run that was resumed after its end has fitted settings already: they are fitted anew, not on top.
  const tagger = await openTagger(run, { ...unfitted, ...change });
  return tagger.tag(run.data.dev.map(({ words }) => words)).finally(() => tagger.dispose());
}

/**
 * Fits on the dev data where entities begin to count, how their scores are to be read, and which words the grid can do
 * without, and writes all three into the model. @returns whether scores could be fitted
 */
async function calibrateModel(run: Finished): Promise<boolean> {
  const gold = run.data.dev.map(({ entities }) => entities);
  const tried: { offset: number; found: ScoredEntity[][]; f1: number }[] = [];
  for (const offset of OFFSETS) {
    const found = await tagDev(run, { none_offset: offset });
    tried.push({ offset, found, f1: scoreEntities(gold, found).micro.f1 });
  }
  const most = Math.max(...tried.map(({ f1 }) => f1));
  const { offset, found } = tried.find(({ f1 }) => f1 >= most - OFFSET_MARGIN)!;
  const scale = fitScores(gold, found);
  const model = readModelFolder(run.out);
  const { slope, intercept } = scale ?? { slope: 1, intercept: 0 };
  const config = { ...model.config, none_offset: offset, score_slope: slope, score_intercept: intercept };
  await writeWithGate(run, { ...model, config }, found);
  return scale !== undefined;
}

/** Writes the settings, and for the compact encoder the gate; a BERT takes so long that its grid hardly matters. */
async function writeWithGate(
  run: Finished,
  model: StoredModel,
  found: readonly (readonly ScoredEntity[])[],
): Promise<void> {
  const ungated = { ...model, config: { ...model.config, gate_threshold: null } };
  const { train, dev } = run.data;
  const gate =
    model.encoder === undefined
      ? await fitGate(
          { ...ungated, parameters: externalParameters(model) },
          train,
          dev,
          found,
          sessionOf(run),
        )
      : undefined;
  if (gate === undefined) {
    writeModelDescription(run.out, ungated);
    return;
  }
  const { weight, bias, threshold } = gate;
  const { tensors } = readSafetensors(model.weights);
  tensors.set(GATE_WEIGHT, { dtype: 'float32', shape: [weight.length], data: weight });
  tensors.set(GATE_BIAS, { dtype: 'float32', shape: [1], data: Float32Array.of(bias) });
  writeModelFolder(run.out, { ...model, config: { ...model.config, gate_threshold: threshold } }, tensors);
}

/** What a lexicon is read off: annotation, where some sentences have it and others were labelled by models. */
function annotatedOf(train: readonly Example[]): readonly Example[] {
  const annotated = train.filter(({ chances }) => chances === undefined);
  return annotated.length === 0 ? train : annotated;
}

/** Calibrates and evaluates the best model as it lies on disk, and writes `metrics.json` and the model card. */
export async function finishModel(
  run: Finished,
): Promise<{ dev: EvaluationReport; test?: EvaluationReport }> {
  const fitted = await calibrateModel(run);
  const tagger = await openTagger(run);
  const report = (examples: readonly Example[]): Promise<EvaluationReport> =>
    evaluateTagger(tagger, examples, { training: annotatedOf(run.data.train) });
  try {
    const dev = await report(run.data.dev);
    const test = run.data.test === undefined ? undefined : await report(run.data.test);
    const training = {
      sentences: run.data.train.length,
      ...run.metrics,
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
