/** The configuration that is measured, and the sentences of a data file as that configuration trains on them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { type LabelSet, labelSetOf } from '../../src/data/labels.ts';
import { encodeGrid } from '../../src/data/relation-grid.ts';
import type { Example } from '../../src/data/types.ts';
import { GATE_BIAS, GATE_WEIGHT } from '../../src/model/gate.ts';
import type { TensorData } from '../../src/onnx/dtype.ts';
import { withFloats } from '../../src/train/start.ts';
import type { StoredModel } from '../../src/weights/model-folder.ts';
import { readSafetensors } from '../../src/weights/safetensors.ts';
import { present, repository } from './paths.ts';

/** A config file, or that of a shipped model. */
export function measuredConfig(file: string, model: string, overrides: readonly string[]): Config {
  const shipped = join(repository, 'models', model, 'config.json');
  const path = file !== '' ? file : existsSync(model) ? join(model, 'config.json') : shipped;
  return loadConfig(present(path, 'name a config with --config, or a model with --model'), overrides);
}

/** Weights of a model folder as PyTorch takes them: float32, without the gate, which is a part of use alone. */
export function floatWeights(model: StoredModel): Map<string, TensorData> {
  const tensors = withFloats(readSafetensors(model.weights).tensors);
  for (const name of [GATE_WEIGHT, GATE_BIAS]) tensors.delete(name);
  return tensors;
}

export interface Labelled {
  readonly words: readonly string[];
  readonly grid: Uint8Array;
}

/** Sentences with their grids; those that do not fit `max_cells` are left out, as in training. */
export function labelledItems(
  examples: readonly Example[],
  config: Config,
  labels: LabelSet = labelSetOf(examples),
): { items: Labelled[]; labels: LabelSet } {
  const longest = Math.floor(Math.sqrt(config.max_cells));
  const items = examples
    .filter(({ words }) => words.length <= longest)
    .map(({ words, entities }) => ({ words, grid: encodeGrid(entities, words.length, labels) }));
  return { items, labels };
}
