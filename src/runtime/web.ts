/** Sessions in a browser: ONNX Runtime as WebAssembly, in whatever thread this is called from – a worker, as it blocks. */
import { UserError } from '../base/errors.ts';
import { type ExternalParameters, isExternal, type ParameterSource } from '../onnx/serialize.ts';
import { type Compile, compileGraph, type Engine, type Ort } from './engine.ts';

/** Where the library lies, and how it is run. */
export interface WebSettings {
  /** Absolute addresses of `ort-wasm-simd-threaded.mjs` and `.wasm`; those of the package when absent. */
  readonly files?: { readonly mjs: string; readonly wasm: string };
  /** The bytes of the `.wasm` file where they are at hand; `files.wasm` is then not fetched. */
  readonly binary?: ArrayBuffer;
  /** Threads inside an operator; more than one needs a page that is isolated from other origins. */
  readonly threads?: number;
}

/** A function that puts a byte into all lanes of a vector: (func (result v128) i32.const 0 i8x16.splat). */
const vectorModule = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 0x60, 0, 1, 0x7b], // one type: nothing to v128
  ...[3, 2, 1, 0], // one function of that type
  ...[10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f, 0x0b], // its body
);

/** @throws UserError `E_BROWSER` when this browser cannot run models */
export function checkBrowser(): void {
  // Not among the types that Node and browsers share.
  const { WebAssembly: assembly } = globalThis as {
    WebAssembly?: { validate(bytes: Uint8Array): boolean };
  };
  const problem =
    assembly === undefined
      ? 'has no WebAssembly'
      : assembly.validate(vectorModule)
        ? undefined
        : 'has WebAssembly without SIMD (vector instructions)';
  if (problem === undefined) return;
  throw new UserError({
    code: 'E_BROWSER',
    message: `this browser ${problem}, which running models needs`,
    hint: 'use Chrome or Edge from 91 on, Firefox from 89 on, or Safari from 16.4 on, with WebAssembly not switched off',
  });
}

let loading: Promise<Ort> | undefined;

/** The library exists once: the first settings given hold. */
function loadOrt({ files, binary, threads = 1 }: WebSettings): Promise<Ort> {
  loading ??= import('onnxruntime-web/wasm').then((ort) => {
    ort.env.logLevel = 'fatal'; // what goes wrong is thrown; the library would print it as well
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.proxy = false;
    if (files !== undefined) ort.env.wasm.wasmPaths = files;
    if (binary !== undefined) ort.env.wasm.wasmBinary = binary;
    return ort;
  });
  return loading;
}

function webEngine(settings: WebSettings): Engine {
  return {
    load: () => loadOrt(settings),
    settings: (parameters: ParameterSource) => ({
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
      enableCpuMemArena: true,
      enableMemPattern: false,
      logSeverityLevel: 3,
      ...(isExternal(parameters) ? { externalData: [inMemory(parameters)] } : {}),
    }),
  };
}

function inMemory({ file, bytes }: ExternalParameters) {
  if (bytes === undefined) throw new Error(`"${file}" has to be in memory: a browser opens no files`);
  return { path: file, data: bytes };
}

/**
 * A way to compile graphs in a browser. Parameters are baked in, or external ones that are in memory.
 * @throws UserError `E_BROWSER` when this browser cannot run models
 */
export function createWebCompiler(settings: WebSettings = {}): Compile {
  checkBrowser();
  const engine = webEngine(settings);
  return (graph, parameters) => compileGraph(engine, graph, parameters, {});
}
