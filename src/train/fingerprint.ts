/** What a checkpoint may be continued with. */
import { createHash } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import { trainedParameters } from './parameter-groups.ts';
import type { Start } from './start.ts';
import type { TrainingData } from './training-data.ts';

/**
 * The same data and settings, but for the early stop and paths that are not used; and the same weights where the run leaves
 * them as they are, because a checkpoint holds only those that it trains.
 */
export function fingerprintOf(config: Config, data: TrainingData, start: Start): string {
  const { patience: _, save_path: _save, predict_path: _predict, ...settings } = config;
  const hash = createHash('sha256').update(JSON.stringify(settings));
  hash.update(JSON.stringify(data.labels.toJSON())).update(JSON.stringify([data.train, data.dev]));
  hash.update(JSON.stringify(start.encoder?.rawConfig ?? null));
  if (start.glossary !== undefined) hash.update(JSON.stringify(start.glossary));
  const isTrained = trainedParameters(config, start.encoder?.config.num_hidden_layers ?? 0);
  for (const [name, { data: values }] of start.tensors) {
    if (isTrained(name)) continue;
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}
