/** This browser as an engine: documents are read and models run in a worker, and nothing leaves the computer. */
import { runtime, serviceWorker, models as shipped } from 'virtual:w2ner-static';
import type { DocumentResult } from '../../../src/predict/document-result.ts';
import { createWorkerCalls, type WorkerCalls } from '../worker/calls.ts';
import type { ModelPlace, RuntimePlace } from '../worker/messages.ts';
import { type Engine, EngineError, type EngineInput, type EngineOptions, type ModelInfo } from './types.ts';

/** The engine, and when it is ready. */
export interface BrowserEngine extends Engine {
  /** Settles when the default model is loaded. @throws EngineError when it cannot be */
  ready(): Promise<{ readonly threads: number }>;
}

/** Settings of {@link createBrowserEngine}. */
export interface BrowserEngineOptions {
  /**
   * Threads inside an operator, which only a page that is isolated from other origins can have. One when absent: the
   * models' products are small, and threads that wait for one another are slow where other programs run as well.
   */
  readonly threads?: number;
}

/** Makes the engine and begins to load the default model, so that it is there when the first document comes. */
export function createBrowserEngine({ threads = 1 }: BrowserEngineOptions = {}): BrowserEngine {
  const place = (path: string): string => new URL(path, document.baseURI).href;
  const files: RuntimePlace = { mjs: place(runtime.mjs), wasm: place(runtime.wasm), threads };
  const calls = createWorkerCalls(
    () => new Worker(new URL('../worker/engine-worker.ts', import.meta.url), { type: 'module' }),
  );
  const modelOf = (name: string | undefined): ModelPlace => {
    const model = shipped.find((one) => (name === undefined ? one.default : one.name === name));
    if (model === undefined) {
      const hint = `models of this page: ${shipped.map((one) => one.name).join(', ')}`;
      throw new EngineError('E_MODEL_NAME', `there is no model "${name}"`, hint);
    }
    const { name: known, readsMeanings, bytes } = model;
    return { name: known, folder: place(model.folder), readsMeanings, bytes };
  };
  const loading = calls.load({ model: modelOf(undefined), runtime: files });
  loading.then(keepForLater, () => {}); // what went wrong is told when a document comes, which tries again
  return {
    models: async () => shipped.map(({ folder: _, readsMeanings: _reads, ...model }): ModelInfo => model),
    ready: () => loading,
    analyze: async (input, options) => analyze(calls, input, options, modelOf(options.model), files),
  };
}

/** Keeps the page's files, so that it opens without a network next time; begun late, so that loading has the line. */
function keepForLater(): void {
  if (serviceWorker === null || !('serviceWorker' in navigator)) return;
  const address = new URL(serviceWorker, document.baseURI).href;
  navigator.serviceWorker.register(address).catch(() => {}); // without it the page works as well
}

async function analyze(
  calls: WorkerCalls,
  input: EngineInput,
  { signal, onProgress }: EngineOptions,
  model: ModelPlace,
  runtimePlace: RuntimePlace,
): Promise<DocumentResult> {
  signal.throwIfAborted();
  onProgress({ stage: 'queued', fraction: 0, sentences: 0, entities: 0 });
  return calls.analyze({ input, model, runtime: runtimePlace }, signal, onProgress);
}
