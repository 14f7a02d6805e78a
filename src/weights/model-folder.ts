/** A model folder: everything that using a model needs, readable by people and by other programs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { checkConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type LabelSet, labelSetFromJson } from '../data/labels.ts';
import type { ParameterSpec } from '../model/build.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** File names inside the folder. */
export const modelFiles = {
  config: 'config.json',
  labels: 'labels.json',
  weights: 'model.safetensors',
  metrics: 'metrics.json',
  card: 'README.md',
} as const;

/** A model as it lies on disk. */
export interface StoredModel {
  readonly config: Config;
  readonly labels: LabelSet;
  readonly tensors: ReadonlyMap<string, TensorData>;
}

/** Writes config, labels and weights; each file whole or not at all. */
export function writeModelFolder(folder: string, model: StoredModel): void {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  writeFileAtomic(join(folder, modelFiles.config), json(model.config));
  writeFileAtomic(join(folder, modelFiles.labels), json(model.labels.toJSON()));
  writeSafetensors(join(folder, modelFiles.weights), model.tensors, { format: 'w2ner' });
}

/** @throws UserError `E_MODEL` when the folder or a file is missing or broken, `E_WEIGHTS` for damaged weights */
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
  const config = readJson(join(folder, modelFiles.config));
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new UserError({
      code: 'E_MODEL',
      where: join(folder, modelFiles.config),
      message: 'is no JSON object',
    });
  }
  const labelsPath = join(folder, modelFiles.labels);
  return {
    config: checkConfig(config, join(folder, modelFiles.config)),
    labels: labelSetFromJson(readJson(labelsPath), labelsPath),
    tensors: readSafetensors(join(folder, modelFiles.weights)).tensors,
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

/**
 * Checks that the tensors are those that the graph declares, and finite.
 * @throws UserError `E_WEIGHTS` naming at most ten tensors and counting the rest
 */
export function checkTensors(
  specs: ReadonlyMap<string, ParameterSpec>,
  tensors: ReadonlyMap<string, TensorData>,
  where: string,
): void {
  const problems: string[] = [];
  for (const [name, { shape }] of specs) {
    const tensor = tensors.get(name);
    if (tensor === undefined) problems.push(`tensor "${name}" [${shape}] is missing`);
    else if (tensor.shape.join() !== shape.join()) {
      problems.push(`tensor "${name}" is [${tensor.shape}], model expects [${shape}]`);
    } else if (tensor.dtype !== 'float32') {
      problems.push(`tensor "${name}" is ${tensor.dtype}, model expects float32`);
    } else if ((tensor.data as Float32Array).some((value) => !Number.isFinite(value))) {
      problems.push(`tensor "${name}" holds values that are not finite`);
    }
  }
  for (const name of tensors.keys())
    if (!specs.has(name)) problems.push(`tensor "${name}" is not part of the model`);
  if (problems.length === 0) return;
  const rest = problems.length - MAX_NAMED;
  const message = problems.slice(0, MAX_NAMED).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
  const hint = 'config.json and model.safetensors belong together: were they mixed from two models?';
  throw new UserError({ code: 'E_WEIGHTS', where, message, hint });
}
