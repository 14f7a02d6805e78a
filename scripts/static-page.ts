/** The part of the build that makes the page work alone: models and ONNX Runtime beside it, kept for work without a network. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { describeModels } from '../src/server/models.ts';
import { modelFiles } from '../src/weights/model-description.ts';

/** The module through which the page learns what lies beside it. */
const MODULE = 'virtual:w2ner-static';
/** Models put beside the page, the first of which is the default. */
const MODELS = (process.env.W2NER_STATIC_MODELS ?? 'guidelines-ru').split(',');
const SERVICE_WORKER = 'service-worker.js';

/** A file beside the page. */
interface StaticFile {
  /** Address relative to the page; it changes with the content, so that caches can keep it for ever. */
  readonly address: string;
  readonly path: string;
}

const digest = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 10);
};

function modelPlaces() {
  return describeModels(MODELS).map(({ folder, ...model }) => {
    const { config, labels, glossary, weights } = modelFiles;
    const names = [config, labels, ...(model.readsMeanings ? [glossary] : []), weights];
    const version = digest(...names.map((name) => readFileSync(join(folder, name))));
    const address = `models/${model.name}-${version}/`;
    const files = names.map((name): StaticFile => ({ address: address + name, path: join(folder, name) }));
    return { model: { ...model, folder: address }, files };
  });
}

function runtimePlaces() {
  const require = createRequire(import.meta.url);
  const wasm = require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  const { version } = JSON.parse(readFileSync(join(dirname(wasm), '../package.json'), 'utf8'));
  const at = (name: string): string => `runtime/onnxruntime-${version}/${name}`;
  const names = { mjs: 'ort-wasm-simd-threaded.mjs', wasm: 'ort-wasm-simd-threaded.wasm' };
  const files = Object.values(names).map(
    (name): StaticFile => ({ address: at(name), path: join(dirname(wasm), name) }),
  );
  return { runtime: { mjs: at(names.mjs), wasm: at(names.wasm) }, files };
}

/** The plugin for `vite build --mode browser` and `vite --mode browser`. */
export function staticPage(): Plugin {
  const models = modelPlaces();
  const { runtime, files: runtimeFiles } = runtimePlaces();
  const files = [...models.flatMap((place) => place.files), ...runtimeFiles];
  let isBuild = false;
  let publicFiles: readonly string[] = [];
  return {
    name: 'w2ner-static-page',
    configResolved({ publicDir, command }) {
      isBuild = command === 'build';
      if (publicDir === '' || !existsSync(publicDir)) return;
      const entries = readdirSync(publicDir, { recursive: true, withFileTypes: true });
      publicFiles = entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(publicDir, join(parentPath, name)).replaceAll('\\', '/'));
    },
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      const values = {
        models: models.map(({ model }) => model),
        runtime,
        serviceWorker: isBuild ? SERVICE_WORKER : null,
      };
      return Object.entries(values)
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join('\n');
    },
    buildStart() {
      if (!isBuild) return;
      for (const { address, path } of files) {
        this.emitFile({ type: 'asset', fileName: address, source: readFileSync(path) });
      }
      this.emitFile({
        type: 'chunk',
        id: join(import.meta.dirname, '../web/src/worker/service-worker.ts'),
        fileName: SERVICE_WORKER,
      });
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle[SERVICE_WORKER];
        if (worker?.type !== 'chunk') return;
        const names = Object.keys(bundle).filter((name) => name !== SERVICE_WORKER && !name.endsWith('.map'));
        const version = digest(
          ...names.flatMap((name) => {
            const file = bundle[name]!;
            return [name, file.type === 'chunk' ? file.code : file.source];
          }),
        );
        worker.code = worker.code
          .replace('__W2NER_FILES__', JSON.stringify(['./', ...publicFiles, ...names.sort()]))
          .replace('__W2NER_VERSION__', JSON.stringify(version));
      },
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = files.find(({ address }) => request.url?.split('?')[0] === `/${address}`);
        if (file === undefined) return next();
        const type = { mjs: 'text/javascript', wasm: 'application/wasm', json: 'application/json' };
        const extension = file.address.slice(file.address.lastIndexOf('.') + 1) as keyof typeof type;
        response.setHeader('content-type', type[extension] ?? 'application/octet-stream');
        createReadStream(file.path).pipe(response);
      });
    },
  };
}
