/** Loads a model for much text: a small one in several threads, a large one once. */
import { availableParallelism } from 'node:os';
import { readModelFolder } from '../weights/model-folder.ts';
import { findModel, loadModel } from './load.ts';
import { createParallelTagger, hasThreads } from './parallel-tagger.ts';
import type { Tagger } from './types.ts';
import type { TaggerOptions } from './w2ner-tagger.ts';

/** Text below which starting threads takes longer than they save, in bytes. */
const PARALLEL_FROM = 300_000;

/** Settings of {@link loadFor}. */
export interface LoadOptions extends TaggerOptions {
  /** How much text there is to tag, in bytes; little when absent. */
  readonly bytes?: number;
}

/**
 * A model with the compact encoder is loaded once per processor thread; its grids are too small to share well. A BERT's
 * products are large, and its weights too, so it is loaded once, as on a GPU.
 * @throws what {@link loadModel} throws
 */
export async function loadFor(nameOrFolder: string, given: LoadOptions = {}): Promise<Tagger> {
  const { bytes = 0, ...options } = given;
  const threads = options.threads ?? availableParallelism();
  const onCpu = (options.device ?? 'cpu') === 'cpu';
  if (hasThreads && onCpu && threads > 1 && bytes >= PARALLEL_FROM) {
    const { encoder } = readModelFolder(findModel(nameOrFolder));
    if (encoder === undefined) return createParallelTagger(nameOrFolder, threads, options.glossary);
  }
  return loadModel(nameOrFolder, options);
}
