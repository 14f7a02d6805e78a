/** A model folder: everything that using a model needs, readable by people and by other programs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { labelSetFromJson } from '../data/labels.ts';
import type { TensorData } from '../onnx/dtype.ts';
import type { ExternalParameters } from '../onnx/serialize.ts';
import { type Glossary, glossaryFromJson } from '../text/glossary.ts';
import { readEncoderFolder, writeEncoderFiles } from './encoder-folder.ts';
import { checkSettings, type ModelDescription, modelFiles } from './model-description.ts';
import { safetensorsPlaces, writeSafetensors } from './safetensors.ts';

/** The folder inside a model folder that holds the description and the tokenizer of its BERT encoder. */
export const ENCODER_FOLDER = 'encoder';

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
  if (model.glossary !== undefined) writeFileAtomic(join(folder, modelFiles.glossary), json(model.glossary));
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
  const config = checkSettings(readJson(path), path);
  const labelsPath = join(folder, modelFiles.labels);
  return {
    folder,
    config,
    labels: labelSetFromJson(readJson(labelsPath), labelsPath),
    encoder: config.encoder === 'bert' ? readEncoderFolder(join(folder, ENCODER_FOLDER)) : undefined,
    glossary: readGlossary(join(folder, modelFiles.glossary)),
    weights: join(folder, modelFiles.weights),
  };
}

const readGlossary = (path: string): Glossary | undefined =>
  existsSync(path) ? glossaryFromJson(readJson(path), path) : undefined;

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
