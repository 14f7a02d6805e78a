/** Loads a model by the name of a shipped one or from a folder. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import { typeKey } from '../data/labels.ts';
import { type Glossary, mergeGlossaries } from '../text/glossary.ts';
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
 * @throws UserError `E_MODEL_NAME`, `E_MODEL`, `E_WEIGHTS`, `E_CONFIG_KEY`, `E_CONFIG_VALUE`, `E_LABELS`,
 *   `E_GLOSSARY`
 */
export async function loadModel(nameOrFolder: string, options: TaggerOptions = {}): Promise<Tagger> {
  const model = openModel(findModel(nameOrFolder));
  return createTagger(nameOrFolder, withGlossary(nameOrFolder, model, options.glossary), options);
}

/** Of a type whose names it has never seen marked, a model cannot know what the mark means. */
function checkTypes(name: string, own: Glossary, added: Glossary): void {
  const known = Object.keys(own.terms);
  const isKnown = (type: string): boolean => known.some((other) => typeKey(other) === typeKey(type));
  const unknown = Object.keys(added.terms).filter((type) => !isKnown(type));
  if (unknown.length === 0) return;
  const message = `was not trained with names of ${unknown.join(', ')}`;
  const hint =
    known.length === 0
      ? 'it was with abbreviations only: give --glossary'
      : `it was with names of ${known.join(', ')}`;
  throw new UserError({ code: 'E_GLOSSARY', where: name, message, hint });
}

/** The model with a user's glossary beside its own. @throws UserError `E_GLOSSARY` for a model that reads none */
function withGlossary(name: string, model: TaggerModel, added: Glossary | undefined): TaggerModel {
  if (added === undefined) return model;
  if (model.glossary !== undefined) {
    checkTypes(name, model.glossary, added);
    return { ...model, glossary: mergeGlossaries(model.glossary, added) };
  }
  throw new UserError({
    code: 'E_GLOSSARY',
    where: name,
    message: 'was trained without a glossary and can read none',
    hint: 'train a model with --glossary or --terms',
  });
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
