/** Models in the worker: the runtime once, and the model that was asked for last. */
import { assembleTagger } from '../../../src/predict/assemble-tagger.ts';
import { modelFromBytes } from '../../../src/predict/model-from-bytes.ts';
import type { Tagger } from '../../../src/predict/types.ts';
import type { Compile } from '../../../src/runtime/engine.ts';
import { checkBrowser, createWebCompiler } from '../../../src/runtime/web.ts';
import { modelFiles } from '../../../src/weights/model-description.ts';
import { download, downloadJson } from './download.ts';
import type { ModelPlace, RuntimePlace } from './messages.ts';

/** Bytes of the runtime, about, for progress: a server may send it compressed and not say how much comes. */
const RUNTIME_BYTES = 14_240_000;

/** Threads that a runtime can be given here: sharing memory needs a page that is isolated from other origins. */
export function threadsOf({ threads }: RuntimePlace): number {
  return self.crossOriginIsolated ? Math.max(1, Math.min(threads, navigator.hardwareConcurrency)) : 1;
}

let compiler: Promise<Compile> | undefined;
let loaded: { readonly name: string; readonly tagger: Promise<Tagger> } | undefined;

/**
 * The model, loaded when it is not there yet; another one makes room for it.
 * @param onProgress called with the share of the files that has come
 * @throws UserError `E_BROWSER`, `E_MODEL_ENCODER` and the like; EngineError `E_NETWORK`
 */
export async function loadTagger(
  model: ModelPlace,
  runtime: RuntimePlace,
  onProgress: (fraction: number) => void,
): Promise<Tagger> {
  if (loaded?.name !== model.name) {
    const before = loaded?.tagger;
    const tagger =
      before === undefined
        ? start()
        : before
            .then(
              (old) => old.dispose(),
              () => {},
            )
            .then(start);
    loaded = { name: model.name, tagger };
    tagger.catch(() => {
      if (loaded?.tagger === tagger) loaded = undefined; // tried anew when asked for again
    });
  }
  return loaded!.tagger;

  async function start(): Promise<Tagger> {
    checkBrowser();
    const came = { runtime: compiler === undefined ? 0 : RUNTIME_BYTES, weights: 0 };
    const all = RUNTIME_BYTES + model.bytes;
    const tell = (part: Partial<typeof came>): void => {
      Object.assign(came, part);
      onProgress(Math.min(1, (came.runtime + came.weights) / all));
    };
    const at = (name: string): string => new URL(name, model.folder).href;
    const [config, labels, glossary, weights, compile] = await Promise.all([
      downloadJson(at(modelFiles.config)),
      downloadJson(at(modelFiles.labels)),
      model.readsMeanings ? downloadJson(at(modelFiles.glossary)) : undefined,
      download(at(modelFiles.weights), (bytes) => tell({ weights: bytes })),
      loadRuntime(runtime, (bytes) => tell({ runtime: bytes })),
    ]);
    return assembleTagger(
      model.name,
      modelFromBytes(model.name, { config, labels, glossary, weights }),
      compile,
    );
  }
}

function loadRuntime(runtime: RuntimePlace, onProgress: (bytes: number) => void): Promise<Compile> {
  const { mjs, wasm } = runtime;
  compiler ??= download(wasm, onProgress).then(({ buffer }) =>
    createWebCompiler({ files: { mjs, wasm }, binary: buffer, threads: threadsOf(runtime) }),
  );
  compiler.catch(() => {
    compiler = undefined;
  });
  return compiler;
}
