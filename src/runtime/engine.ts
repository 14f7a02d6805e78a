/** What sessions are, and how a graph becomes one, over any build of ONNX Runtime. */
import { errorMessage } from '../base/errors.ts';
import type { DType, TensorData, TypedArray } from '../onnx/dtype.ts';
import type { Graph } from '../onnx/graph.ts';
import { type ParameterSource, serializeGraph } from '../onnx/serialize.ts';
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

/** A graph, or how to make one for what computes. */
export type DeviceGraph = Graph | ((device: UsedDevice) => Graph);

/** Makes sessions where and how its maker settled. */
export type Compile = (graph: DeviceGraph, parameters: ParameterSource) => Promise<Session>;

/** What is used of ONNX Runtime; its builds share these types. */
export type Ort = Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor'>;
type NativeSession = Awaited<ReturnType<Ort['InferenceSession']['create']>>;
export type NativeSessionOptions = NonNullable<Parameters<Ort['InferenceSession']['create']>[1]>;

/** A build of ONNX Runtime. */
export interface Engine {
  /** Loads it on first use, so that what computes nothing starts fast. */
  load(): Promise<Ort>;
  /** Settings of a session. */
  settings(parameters: ParameterSource, device: UsedDevice, options: SessionOptions): NativeSessionOptions;
}

/**
 * Compiles a graph.
 * @throws UserError `E_DEVICE` when a device that was named cannot be had
 */
export async function compileGraph(
  engine: Engine,
  graph: DeviceGraph,
  parameters: ParameterSource,
  options: SessionOptions = {},
): Promise<Session> {
  const ort = await engine.load();
  const asked = options.device ?? 'cpu';
  const failures: string[] = [];
  for (const device of devicesToTry(asked)) {
    const bytes = serializeGraph(typeof graph === 'function' ? graph(device) : graph, parameters);
    try {
      const session = await ort.InferenceSession.create(bytes, engine.settings(parameters, device, options));
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
