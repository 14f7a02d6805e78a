/** Loads a model by the name of a shipped one or from a folder. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import { checkTensors } from '../weights/check-tensors.ts';
import { modelFiles } from '../weights/model-description.ts';
import { externalParameters, readModelFolder } from '../weights/model-folder.ts';
import { openSafetensors } from '../weights/safetensors.ts';
import { declaredParameters, type TaggerModel } from './model-graphs.ts';
import type { Tagger } from './types.ts';
import { createTagger, type TaggerOptions } from './w2ner-tagger.ts';

/** Where the shipped models lie: beside `src` and `dist`. */
const shippedFolder = fileURLToPath(new URL('../../models', import.meta.url));

/** Names of the shipped models. */
export function shippedModels(): string[] {
  if (!existsSync(shippedFolder)) return [];
  return readdirSync(shippedFolder)
    .filter((name) => existsSync(join(shippedFolder, name, modelFiles.weights)))
    .sort();
}

/** The folder of a model: a path that exists, or a shipped model's name. @throws UserError `E_MODEL_NAME` */
export function findModel(nameOrFolder: string): string {
  const shipped = shippedModels();
  if (shipped.includes(nameOrFolder)) return join(shippedFolder, nameOrFolder);
  if (existsSync(nameOrFolder)) return nameOrFolder;
  throw new UserError({
    code: 'E_MODEL_NAME',
    message: `"${nameOrFolder}" is neither a folder nor a shipped model`,
    hint: `shipped models: ${shipped.join(', ') || 'none'}`,
  });
}

/**
 * Loads a model.
 * @param nameOrFolder a shipped model's name, or a model folder
 * @throws UserError `E_MODEL_NAME`, `E_MODEL`, `E_WEIGHTS`, `E_CONFIG_KEY`, `E_CONFIG_VALUE`, `E_LABELS`
 */
export async function loadModel(nameOrFolder: string, options: TaggerOptions = {}): Promise<Tagger> {
  return createTagger(nameOrFolder, openModel(findModel(nameOrFolder)), options);
}

/** A model folder checked, its weights left where they lie. @throws UserError as {@link loadModel} */
export function openModel(folder: string): TaggerModel {
  const model = readModelFolder(folder);
  const store = openSafetensors(model.weights);
  try {
    checkTensors(declaredParameters(model), store);
  } finally {
    store.close();
  }
  return { ...model, parameters: externalParameters(model) };
}
