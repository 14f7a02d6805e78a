/** Sessions in Node: the native build of ONNX Runtime, with the processor or a GPU. */
import { availableParallelism } from 'node:os';
import { isExternal, type ParameterSource } from '../onnx/serialize.ts';
import {
  compileGraph,
  type DeviceGraph,
  type Engine,
  type Ort,
  type Session,
  type SessionOptions,
} from './engine.ts';

let loading: Promise<Ort> | undefined;

const engine: Engine = {
  load() {
    loading ??= import('onnxruntime-node').then((ort) => {
      ort.env.logLevel = 'fatal'; // what goes wrong is thrown; the library would print it as well
      return ort;
    });
    return loading;
  },
  settings(parameters, device, options) {
    return {
      // What a GPU provider has no kernel for runs on the processor beside it.
      executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
      intraOpNumThreads: options.threads ?? availableParallelism(),
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      enableCpuMemArena: options.arena ?? true,
      enableMemPattern: false,
      logSeverityLevel: 3,
      ...(isExternal(parameters)
        ? { extra: { session: { model_external_initializers_file_folder_path: parameters.folder } } }
        : {}),
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    };
  },
};

/**
 * Compiles a graph.
 * @param graph may depend on what computes
 * @throws UserError `E_DEVICE` when a device that was named cannot be had
 */
export function createSession(
  graph: DeviceGraph,
  parameters: ParameterSource,
  options: SessionOptions = {},
): Promise<Session> {
  return compileGraph(engine, graph, parameters, options);
}
