/** The work behind the routes: readers and models in processes of their own. */
import type { Glossary } from '../text/glossary.ts';
import type { Analyst, OnServiceEvent, ServedModel } from './analyst.ts';
import type { ServiceLimits } from './limits.ts';
import { createReaderPool } from './reader-pool.ts';
import { createTaggerPool } from './tagger-pool.ts';
import { type StartWorker, startWorker } from './worker-process.ts';

/** Settings of {@link startAnalyst}. */
export interface AnalystOptions {
  readonly models: readonly ServedModel[];
  /** What words stand for, besides what the models know; models that were trained without a glossary do without. */
  readonly glossary?: Glossary;
  /** Processes of each model, and of those that read long documents. */
  readonly workers: number;
  /** Processor threads of each model process. */
  readonly threads: number;
  readonly limits: ServiceLimits;
  readonly onEvent: OnServiceEvent;
  /** Flags of Node for the processes. */
  readonly execArgv?: readonly string[];
  readonly start?: StartWorker;
}

/**
 * Starts all processes, and waits until they are ready.
 * @throws UserError when a model cannot be loaded
 */
export async function startAnalyst(options: AnalystOptions): Promise<Analyst> {
  const { models, workers, threads, limits, onEvent, start = startWorker } = options;
  const shared = {
    start,
    onEvent,
    ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
  };
  const taggers = new Map(
    models.map(({ name, folder, readsMeanings }) => {
      const glossary = readsMeanings ? options.glossary : undefined;
      const own = { name, folder, glossary, workers, threads, batchSeconds: limits.seconds };
      return [name, createTaggerPool({ ...shared, ...own })];
    }),
  );
  const served = new Map(models.map((model) => [model.name, model]));
  const readers = createReaderPool({
    ...shared,
    workers: workers + 1, // while one document is being tagged, the next is read
    limits,
    modelOf: (name) => served.get(name)!,
    tag: (model, sentences, signal) => taggers.get(model)!.tag(sentences, signal),
  });
  const pools = [...taggers.values()];
  const close = async (): Promise<void> => {
    for (const pool of [readers, ...pools]) pool.close();
  };
  try {
    await Promise.all([readers.ready, ...pools.map(({ ready }) => ready)]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    models,
    analyze: readers.analyze,
    load: () => ({
      alive: pools.reduce((sum, { alive }) => sum + alive, readers.alive),
      busy: pools.reduce((sum, { busy }) => sum + busy, readers.busy),
      queue: readers.queue,
      running: readers.running,
      sentences: pools.reduce((sum, { waiting }) => sum + waiting, 0),
      ready: readers.alive > 0 && pools.every(({ alive }) => alive > 0),
    }),
    close,
  };
}
