/**
 * One model of several that were trained further from the same weights: the mean of their weights (model soups, Wortsman et al.
 * 2022, https://proceedings.mlr.press/v162/wortsman22a.html). It costs no more than one of them to run.
 */
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../base/errors.ts';
import { checkNewFolder } from '../convert/new-folder.ts';
import type { EvaluationReport } from '../evaluate/report.ts';
import { GATE_BIAS, GATE_WEIGHT } from '../model/gate.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { findModel } from '../predict/load.ts';
import type { Device } from '../runtime/devices.ts';
import { readModelFolder, type StoredModel, writeModelFolder } from '../weights/model-folder.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import { finishModel, unfitted } from './finish.ts';
import { readTrainingData } from './training-data.ts';

/** What to average, and what the mean is fitted on. */
export interface AverageOptions {
  /** Model folders of one shape and label set, two or more. */
  readonly models: readonly string[];
  /** Annotated sentences: the lexicon baseline is read off them, and the gate learns from them. */
  readonly train: string | readonly string[];
  /** Annotated sentences on which `none_offset`, the gate and the reading of scores are fitted. */
  readonly dev: string;
  /** The model folder to write. */
  readonly out: string;
  readonly threads?: number;
  readonly device?: Device;
  /** Told of each data file whose annotations did not all come through as they are. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Averages models, fits the mean, and writes it with its scores and card as `train` does.
 * @throws UserError `E_MODEL` for fewer than two, quantised ones, or other settings; `E_LABELS` for other types; `E_WEIGHTS` for
 *   other shapes; `E_OUT` when `out` holds something; those of the data. Nothing is left in `out` then.
 */
export async function averageModels(options: AverageOptions): Promise<EvaluationReport> {
  const { models, train, dev, out, onWarning } = options;
  if (models.length < 2) {
    const message = `got ${models.length === 1 ? 'one model' : 'no model'}, expected two or more`;
    throw new UserError({ code: 'E_MODEL', where: models[0] ?? '', message });
  }
  const stored = models.map((name) => readModelFolder(findModel(name)));
  const first = stored[0]!;
  for (const model of stored) checkLike(model, first);
  checkNewFolder(out);
  const data = readTrainingData({ config: first.config, train, dev }, onWarning);
  const mean = meanOf(stored);
  const config = { ...first.config, ...unfitted };
  const names = models.map((path) => basename(path)).join(', ');
  try {
    writeModelFolder(out, { ...first, config }, mean);
    const { dev: report } = await finishModel({
      ...options,
      config,
      data,
      metrics: { averaged: models.length },
      origin: `as the mean of the weights of ${names}`,
      history: `The mean of the weights of ${models.length} models that were trained by themselves: ${names}. All settings are in \`config.json\`, all scores in \`metrics.json\`.`,
    });
    return report;
  } catch (error) {
    rmSync(out, { recursive: true, force: true }); // it was new or empty
    throw error;
  }
}

/** Settings that no shape of a tensor shows, and that change what its numbers mean. */
const SETTINGS = [
  'encoder',
  'ngram_min',
  'ngram_max',
  'dilation',
  'relation_scores',
  'transformer_heads',
  'use_bert_last_4_layers',
] as const;

function checkLike({ folder, config, labels, glossary }: StoredModel, first: StoredModel): void {
  if (config.weights !== 'float32') {
    const hint = 'average models as training leaves them, and quantise the mean';
    throw new UserError({ code: 'E_MODEL', where: folder, message: 'has int8 weights', hint });
  }
  for (const key of SETTINGS) {
    const [own, other] = [config[key], first.config[key]].map((value) => JSON.stringify(value));
    if (own === other) continue;
    const message = `has "${key}" ${own}, ${first.folder} has ${other}`;
    throw new UserError({
      code: 'E_MODEL',
      where: folder,
      message,
      hint: 'average models of one configuration',
    });
  }
  if (JSON.stringify(glossary) !== JSON.stringify(first.glossary)) {
    const message = `has another glossary than ${first.folder}`;
    const hint = 'average models that were trained with one glossary';
    throw new UserError({ code: 'E_MODEL', where: folder, message, hint });
  }
  const types = labels.types.join(', ');
  if (types === first.labels.types.join(', ')) return;
  const message = `has the types ${types}, ${first.folder} has ${first.labels.types.join(', ')}`;
  throw new UserError({ code: 'E_LABELS', where: folder, message });
}

/** The mean of all tensors but the gate's, which is fitted anew. Models are read one after the other. */
function meanOf(models: readonly StoredModel[]): Map<string, TensorData> {
  const mean = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [k, { folder, weights }] of models.entries()) {
    const { tensors } = readSafetensors(weights);
    for (const name of [GATE_WEIGHT, GATE_BIAS]) tensors.delete(name);
    if (k > 0 && tensors.size !== mean.size) throw otherShape(folder, `${tensors.size} tensors`, models[0]!);
    for (const [name, { shape, data, dtype }] of tensors) {
      if (k === 0) mean.set(name, { shape, data: new Float32Array(data.length) });
      const sum = mean.get(name);
      if (dtype !== 'float32' || sum === undefined || sum.shape.join() !== shape.join()) {
        throw otherShape(folder, `${name} ${dtype}[${shape.join(', ')}]`, models[0]!);
      }
      for (let i = 0; i < sum.data.length; i++) sum.data[i]! += (data as Float32Array)[i]! / models.length;
    }
  }
  return new Map([...mean].map(([name, { shape, data }]) => [name, { dtype: 'float32', shape, data }]));
}

function otherShape(folder: string, found: string, first: StoredModel): UserError {
  const message = `has ${found}, unlike ${first.folder}`;
  const hint = 'average models of one configuration';
  return new UserError({ code: 'E_WEIGHTS', where: folder, message, hint });
}
