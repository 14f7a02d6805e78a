/** The one place that talks to ONNX Runtime: graphs in, sessions out, plain tensors through. */
import { availableParallelism } from 'node:os';
import { errorMessage } from '../base/errors.ts';
import type { DType, TensorData, TypedArray } from '../onnx/dtype.ts';
import type { Graph } from '../onnx/graph.ts';
import { isExternal, type ParameterSource, serializeGraph } from '../onnx/serialize.ts';
import { type Device, deviceError, devicesToTry, reasonOf, type UsedDevice } from './devices.ts';

export interface SessionOptions {
  /** Threads inside an operator; default: the cores available to the process. */
  readonly threads?: number;
  /** Where to compute; default cpu. A device that is named is used or the session is not made. */
  readonly device?: Device;
  /** Told when `auto` settled on a device, with the reasons why others could not be had. */
  readonly onNotice?: (message: string) => void;
  /** Keep freed memory for the next run (fast) or return it (small). Default true. */
  readonly arena?: boolean;
  /** Write an operator profile to files with this prefix. */
  readonly profile?: string;
}

/** A compiled graph. Release it when done: its memory is outside the JavaScript heap. */
export interface Session {
  /** What computes. */
  readonly device: UsedDevice;
  /**
   * Feeds every input. Feeds are not copied, results are the caller's.
   * @param fetches the outputs to compute, default all; one that comes with a tensor is written into it
   */
  run(
    feeds: Readonly<Record<string, TensorData>>,
    fetches?: Readonly<Record<string, TensorData | null>>,
  ): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

type Ort = typeof import('onnxruntime-node');
type NativeSession = Awaited<ReturnType<Ort['InferenceSession']['create']>>;
type NativeSessionOptions = NonNullable<Parameters<Ort['InferenceSession']['create']>[1]>;

let loading: Promise<Ort> | undefined;

/** Loads the native library on first use, so that commands that compute nothing start fast. */
function loadOrt(): Promise<Ort> {
  loading ??= import('onnxruntime-node').then((ort) => {
    ort.env.logLevel = 'fatal'; // what goes wrong is thrown; the library would print it as well
    return ort;
  });
  return loading;
}

/**
 * Compiles a graph.
 * @param graph may depend on what computes
 * @throws UserError `E_DEVICE` when a device that was named cannot be had
 */
export async function createSession(
  graph: Graph | ((device: UsedDevice) => Graph),
  parameters: ParameterSource,
  options: SessionOptions = {},
): Promise<Session> {
  const ort = await loadOrt();
  const asked = options.device ?? 'cpu';
  const failures: string[] = [];
  for (const device of devicesToTry(asked)) {
    const bytes = serializeGraph(typeof graph === 'function' ? graph(device) : graph, parameters);
    try {
      const session = await ort.InferenceSession.create(bytes, sessionSettings(parameters, options, device));
      if (asked === 'auto') {
        const others = failures.length === 0 ? '' : ` (not available: ${failures.join('; ')})`;
        options.onNotice?.(`computing on ${device}${others}`);
      }
      return wrapSession(ort, session, device, options);
    } catch (error) {
      if (device === 'cpu') throw error;
      const reason = reasonOf(errorMessage(error));
      if (asked !== 'auto') throw deviceError(device, reason);
      failures.push(`${device}, ${reason}`);
    }
  }
  throw new Error('no device was tried');
}

function sessionSettings(
  parameters: ParameterSource,
  options: SessionOptions,
  device: UsedDevice,
): NativeSessionOptions {
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
}

function wrapSession(ort: Ort, session: NativeSession, device: UsedDevice, options: SessionOptions): Session {
  const tensors = (named: Readonly<Record<string, TensorData | null>>) =>
    Object.fromEntries(Object.entries(named).map(([name, tensor]) => [name, tensor && toOrt(ort, tensor)]));
  return {
    device,
    async run(feeds, fetches) {
      const inputs = tensors(feeds) as Record<string, InstanceType<Ort['Tensor']>>;
      const results = await (fetches === undefined
        ? session.run(inputs)
        : session.run(inputs, tensors(fetches)));
      const outputs: Record<string, TensorData> = {};
      for (const [name, tensor] of Object.entries(results)) {
        outputs[name] = { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as TypedArray };
      }
      return outputs;
    },
    async release() {
      if (options.profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

function toOrt(ort: Ort, tensor: TensorData): InstanceType<Ort['Tensor']> {
  // The constructor's overloads are one per type; the pair (dtype, data) is right by construction.
  const create = ort.Tensor as unknown as new (
    type: DType,
    data: TypedArray,
    dims: readonly number[],
  ) => InstanceType<Ort['Tensor']>;
  return new create(tensor.dtype, tensor.data, tensor.shape);
}
