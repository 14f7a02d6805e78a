/** Weights and batches as files for the PyTorch side, so that both sides compute on the same numbers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config/schema.ts';
import { type BatchItem, batchFeeds, FeatureCache, labelFeed } from '../../src/data/batches.ts';
import type { TensorData } from '../../src/onnx/dtype.ts';
import { writeSafetensors } from '../../src/weights/safetensors.ts';

/** Runs work with a folder that is gone afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'w2ner-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything a batch feeds our graph, with `lengths` i32[B], and `labels` where sentences have grids. */
export function batchTensors(items: readonly BatchItem[], cache: FeatureCache): Record<string, TensorData> {
  const lengths = Int32Array.from(items, ({ words }) => words.length);
  return {
    ...batchFeeds(items, cache, true),
    lengths: { dtype: 'int32', shape: [items.length], data: lengths },
    ...(items.every(({ grid }) => grid !== undefined) ? { labels: labelFeed(items) } : {}),
  };
}

/** Writes `weights.safetensors` and `batches.safetensors` (tensors `0/features`, …; the config among the metadata). */
export function writeBatchFolder(
  folder: string,
  config: Config,
  parameters: ReadonlyMap<string, TensorData>,
  batches: readonly Readonly<Record<string, TensorData>>[],
): void {
  writeSafetensors(join(folder, 'weights.safetensors'), parameters);
  const tensors = new Map<string, TensorData>();
  for (const [number, batch] of batches.entries()) {
    for (const [name, tensor] of Object.entries(batch)) tensors.set(`${number}/${name}`, tensor);
  }
  writeSafetensors(join(folder, 'batches.safetensors'), tensors, { config: JSON.stringify(config) });
}

/** {@link writeBatchFolder} for sentences as they are. */
export function writeBatches(
  folder: string,
  config: Config,
  parameters: ReadonlyMap<string, TensorData>,
  batches: readonly (readonly BatchItem[])[],
): void {
  const cache = new FeatureCache(config);
  writeBatchFolder(
    folder,
    config,
    parameters,
    batches.map((items) => batchTensors(items, cache)),
  );
}
