/** A model folder: everything that using a model needs, readable by people and by other programs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { checkConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type LabelSet, labelSetFromJson } from '../data/labels.ts';
import type { ParameterSpec } from '../model/build.ts';
import type { DType, TensorData } from '../onnx/dtype.ts';
import type { ExternalParameters } from '../onnx/serialize.ts';
import { type EncoderFolder, readEncoderFolder, writeEncoderFiles } from './encoder-folder.ts';
import { safetensorsPlaces, writeSafetensors } from './safetensors.ts';
import type { StoredDType, TensorStore } from './tensor-store.ts';

/** File names inside the folder. */
export const modelFiles = {
  config: 'config.json',
  labels: 'labels.json',
  weights: 'model.safetensors',
  metrics: 'metrics.json',
  card: 'README.md',
} as const;

/** The folder inside a model folder that holds the description and the tokenizer of its BERT encoder. */
export const ENCODER_FOLDER = 'encoder';

/** What a model is, without its numbers. */
export interface ModelDescription {
  readonly config: Config;
  readonly labels: LabelSet;
  /** Absent for the compact encoder, which needs no files. */
  readonly encoder?: EncoderFolder | undefined;
}

/** A model as it lies on disk; the weights stay there. */
export interface StoredModel extends ModelDescription {
  readonly folder: string;
  /** Path of the weights file. */
  readonly weights: string;
}

/** Writes config, labels, encoder files and weights; each file whole or not at all. */
export function writeModelFolder(
  folder: string,
  model: ModelDescription,
  tensors: ReadonlyMap<string, TensorData>,
): void {
  writeModelDescription(folder, model);
  writeSafetensors(join(folder, modelFiles.weights), tensors, { format: 'w2ner' });
}

/** Writes everything but the weights. */
export function writeModelDescription(folder: string, model: ModelDescription): void {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  writeFileAtomic(join(folder, modelFiles.config), json(model.config));
  writeFileAtomic(join(folder, modelFiles.labels), json(model.labels.toJSON()));
  if (model.encoder !== undefined) writeEncoderFiles(join(folder, ENCODER_FOLDER), model.encoder);
}

/** @throws UserError `E_MODEL` when the folder or a file is missing or broken, `E_ENCODER` for broken encoder files */
export function readModelFolder(folder: string): StoredModel {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UserError({ code: 'E_MODEL', where: folder, message: 'is not a model folder' });
  }
  const needed = [modelFiles.config, modelFiles.labels, modelFiles.weights];
  const missing = needed.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    const hint = `a model folder holds ${needed.join(', ')}; train one with "w2ner train --out ${folder}"`;
    throw new UserError({ code: 'E_MODEL', where: folder, message: `lacks ${missing.join(', ')}`, hint });
  }
  const path = join(folder, modelFiles.config);
  const settings = readJson(path);
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new UserError({ code: 'E_MODEL', where: path, message: 'is no JSON object' });
  }
  const config = checkConfig(settings, path);
  const labelsPath = join(folder, modelFiles.labels);
  return {
    folder,
    config,
    labels: labelSetFromJson(readJson(labelsPath), labelsPath),
    encoder: config.encoder === 'bert' ? readEncoderFolder(join(folder, ENCODER_FOLDER)) : undefined,
    weights: join(folder, modelFiles.weights),
  };
}

/** The weights of a model folder, to be left in their file by whoever runs the model. */
export function externalParameters(model: StoredModel): ExternalParameters {
  return {
    folder: resolve(model.folder),
    file: modelFiles.weights,
    places: safetensorsPlaces(model.weights),
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError({
      code: 'E_MODEL',
      where: path,
      message: `is not readable JSON (${errorMessage(error)})`,
    });
  }
}

/** How many differing tensors an error names. */
const MAX_NAMED = 10;

/** Tensors of a state dict that W2NER does not use but keeps, so that the original can load the model again. */
const KEPT = /^bert\.(?:pooler\.|embeddings\.(?:position_ids|token_type_ids)$)/;

/** Whether a tensor is kept although no graph reads it. */
export function isKeptTensor(name: string): boolean {
  return KEPT.test(name);
}

/**
 * Checks that a file's tensors are those that the graph declares, and finite; reads one at a time.
 * @param options.convert whether other floating-point types will do
 * @throws UserError `E_WEIGHTS` naming at most ten tensors and counting the rest
 */
export function checkTensors(
  specs: ReadonlyMap<string, ParameterSpec>,
  store: TensorStore,
  options: { readonly convert?: boolean; readonly hint?: string } = {},
): void {
  const problems: string[] = [];
  const notFinite: string[] = [];
  const checkFinite = (name: string): void => {
    if (!isFiniteTensor(store.read(name)))
      notFinite.push(`tensor "${name}" holds values that are not finite`);
  };
  for (const [name, { shape, dtype }] of specs) {
    const entry = store.entries.get(name);
    if (entry === undefined) problems.push(`tensor "${name}" [${shape}] is missing`);
    else if (entry.shape.join() !== shape.join()) {
      problems.push(`tensor "${name}" is [${entry.shape}], model expects [${shape}]`);
    } else if (!fits(entry.dtype, dtype ?? 'float32', options.convert === true)) {
      problems.push(`tensor "${name}" is ${entry.dtype}, model expects ${dtype ?? 'float32'}`);
    } else checkFinite(name);
  }
  for (const name of store.entries.keys()) {
    if (specs.has(name)) continue;
    if (isKeptTensor(name)) checkFinite(name);
    else problems.push(`tensor "${name}" is not part of the model`);
  }
  const hint =
    problems.length === 0
      ? 'the training diverged, or the file is damaged'
      : (options.hint ??
        'config.json and model.safetensors belong together: were they mixed from two models?');
  problems.push(...notFinite);
  if (problems.length === 0) return;
  const rest = problems.length - MAX_NAMED;
  const message = problems.slice(0, MAX_NAMED).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
  throw new UserError({ code: 'E_WEIGHTS', where: store.where, message, hint });
}

/** Whether a stored type is the one wanted, or becomes it when read. */
function fits(stored: StoredDType, wanted: DType, convert: boolean): boolean {
  return (
    stored === wanted ||
    (convert && wanted === 'float32' && ['float16', 'bfloat16', 'float64'].includes(stored))
  );
}

/** Whether no number is infinite or NaN: zero times any other number is zero. */
export function isFiniteTensor({ dtype, data }: TensorData): boolean {
  if (dtype !== 'float32') return true;
  const values = data as Float32Array;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0;
}
