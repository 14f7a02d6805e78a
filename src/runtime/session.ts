/** The one place that talks to ONNX Runtime: graphs in, sessions out, plain tensors through. */
import { availableParallelism } from 'node:os';
import type { DType, TensorData, TypedArray } from '../onnx/dtype.ts';
import type { Graph } from '../onnx/graph.ts';
import { type ParameterSource, serializeGraph } from '../onnx/serialize.ts';

export interface SessionOptions {
  /** Threads inside an operator; default: the cores available to the process. */
  readonly threads?: number;
  /** Keep freed memory for the next run (fast) or return it (small). Default true. */
  readonly arena?: boolean;
  /** Write an operator profile to files with this prefix. */
  readonly profile?: string;
}

/** A compiled graph. Release it when done: its memory is outside the JavaScript heap. */
export interface Session {
  /** Feeds every input; with `fetches`, computes only those outputs. Feeds are not copied, results are the caller's. */
  run(
    feeds: Readonly<Record<string, TensorData>>,
    fetches?: readonly string[],
  ): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

type Ort = typeof import('onnxruntime-node');

let loading: Promise<Ort> | undefined;

/** Loads the native library on first use, so that commands that compute nothing start fast. */
function loadOrt(): Promise<Ort> {
  loading ??= import('onnxruntime-node');
  return loading;
}

/** Compiles a graph for the CPU. */
export async function createSession(
  graph: Graph,
  parameters: ParameterSource,
  options: SessionOptions = {},
): Promise<Session> {
  const ort = await loadOrt();
  const session = await ort.InferenceSession.create(serializeGraph(graph, parameters), {
    executionProviders: ['cpu'],
    intraOpNumThreads: options.threads ?? availableParallelism(),
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    enableCpuMemArena: options.arena ?? true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
  });
  return {
    async run(feeds, fetches) {
      const inputs: Record<string, InstanceType<Ort['Tensor']>> = {};
      for (const [name, tensor] of Object.entries(feeds)) inputs[name] = toOrt(ort, tensor);
      const results = await (fetches === undefined ? session.run(inputs) : session.run(inputs, fetches));
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
