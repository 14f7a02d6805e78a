/** Models whose tensors are spread over several files, with an index that says what lies where. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { damaged } from './bytes.ts';
import { openSafetensors } from './safetensors.ts';
import type { TensorEntry, TensorStore } from './tensor-store.ts';
import { openTorchFile } from './torch-file.ts';

/** The index: which file each tensor is in. */
interface ShardIndex {
  readonly path: string;
  readonly fileOf: ReadonlyMap<string, string>;
  /** Each file once. */
  readonly files: readonly string[];
}

/**
 * Opens a model by its `model.safetensors.index.json`.
 * @throws UserError `E_WEIGHTS` for a damaged index, missing files (all of them named) or tensors, or a damaged file
 */
export function openShardedSafetensors(indexPath: string): TensorStore {
  const index = readIndex(indexPath);
  const stores = new Map<string, TensorStore>();
  try {
    for (const file of index.files) stores.set(file, openSafetensors(join(dirname(indexPath), file)));
    return combine(index, stores);
  } catch (error) {
    closeAll(stores);
    throw error;
  }
}

/**
 * Opens a model by its `pytorch_model.bin.index.json`.
 * @throws UserError as {@link openShardedSafetensors} and {@link openTorchFile}
 */
export async function openShardedTorch(indexPath: string): Promise<TensorStore> {
  const index = readIndex(indexPath);
  const stores = new Map<string, TensorStore>();
  try {
    for (const file of index.files) stores.set(file, await openTorchFile(join(dirname(indexPath), file)));
    return combine(index, stores);
  } catch (error) {
    closeAll(stores);
    throw error;
  }
}

function closeAll(stores: ReadonlyMap<string, TensorStore>): void {
  for (const store of stores.values()) store.close();
}

function readIndex(path: string): ShardIndex {
  let index: unknown;
  try {
    index = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw damaged(path, `is not readable JSON (${errorMessage(error)})`, error);
  }
  const weightMap =
    typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : null;
  if (typeof weightMap !== 'object' || weightMap === null || Array.isArray(weightMap)) {
    throw damaged(path, 'has no "weight_map"');
  }
  const fileOf = new Map(
    Object.entries(weightMap as Record<string, unknown>).map(([name, file]) => {
      if (typeof file === 'string' && isPlainName(file)) return [name, file];
      const message = `tensor "${name}" is said to be in ${JSON.stringify(file)}, expected the name of a file in the same folder`;
      throw damaged(path, message);
    }),
  );
  const files = [...new Set(fileOf.values())];
  const missing = files.filter((file) => !existsSync(join(dirname(path), file)));
  if (missing.length > 0) {
    const message = `lacks ${missing.length} of its ${files.length} files: ${missing.join(', ')}`;
    const hint = `copy all files of the model into ${dirname(path)}`;
    throw new UserError({ code: 'E_WEIGHTS', where: path, message, hint });
  }
  return { path, fileOf, files };
}

/** An index must not lead out of its folder. */
function isPlainName(file: string): boolean {
  return file !== '' && file !== '.' && file !== '..' && !/[/\\:\0]/.test(file);
}

/** All tensors of all files; where two files have one of the same name, the index decides. */
function combine({ path, fileOf }: ShardIndex, stores: ReadonlyMap<string, TensorStore>): TensorStore {
  const owners = new Map<string, TensorStore>();
  for (const store of stores.values()) for (const name of store.entries.keys()) owners.set(name, store);
  for (const [name, file] of fileOf) {
    const store = stores.get(file)!;
    if (!store.entries.has(name)) throw damaged(path, `tensor "${name}" is not in ${file}`);
    owners.set(name, store);
  }
  const entries = new Map<string, TensorEntry>();
  for (const [name, store] of owners) entries.set(name, store.entries.get(name)!);
  return {
    where: path,
    entries,
    metadata: stores.values().next().value?.metadata ?? {},
    read(name) {
      const store = owners.get(name);
      if (store === undefined) throw new Error(`${path} has no tensor "${name}"`);
      return store.read(name);
    },
    close: () => closeAll(stores),
  };
}
