/** The models that are served, described from their folders before any process has loaded them. */
import { readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { findModel } from '../predict/load.ts';
import { modelFiles } from '../weights/model-description.ts';
import { readModelFolder } from '../weights/model-folder.ts';
import type { ServedModel } from './analyst.ts';

/**
 * Describes models; the first is the default.
 * @param namesOrFolders shipped models' names, or model folders, which are called as their last part
 * @throws UserError `E_MODEL_NAME`, `E_MODEL`, `E_CONFIG_KEY`, `E_LABELS`, and `E_MODEL` for two of one name
 */
export function describeModels(namesOrFolders: readonly string[]): ServedModel[] {
  const models = namesOrFolders.map((nameOrFolder, i): ServedModel => {
    const folder = resolve(findModel(nameOrFolder));
    const { labels, weights, glossary } = readModelFolder(folder);
    return {
      name: basename(folder),
      folder,
      types: labels.types,
      readsMeanings: glossary !== undefined,
      default: i === 0,
      bytes: statSync(weights).size,
      f1: devF1(folder),
    };
  });
  const twice = models.find(({ name }, i) => models.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) {
    throw new UserError({
      code: 'E_MODEL',
      where: '--model',
      message: `two models are called "${twice.name}"`,
      hint: 'requests name models by the last part of their folder: rename one',
    });
  }
  return models;
}

/** Strict micro F1 on the model's dev data, where its folder tells it. */
function devF1(folder: string): number | null {
  try {
    const metrics = JSON.parse(readFileSync(join(folder, modelFiles.metrics), 'utf8')) as {
      readonly dev?: { readonly micro?: { readonly f1?: unknown } };
    };
    const f1 = metrics.dev?.micro?.f1;
    return typeof f1 === 'number' ? f1 : null;
  } catch {
    return null; // a model works without its metrics
  }
}
