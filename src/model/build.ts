/** What model descriptions are written against: a graph, declared parameters, and dropout that training feeds. */
import type { Config } from '../config/schema.ts';
import type { DType } from '../onnx/dtype.ts';
import type { Graph, Shape, Value } from '../onnx/graph.ts';
import { multiply } from '../onnx/operators/elementwise.ts';

/** How a parameter starts. */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number };

export interface ParameterSpec {
  readonly shape: readonly number[];
  /** Default: float32. */
  readonly dtype?: DType;
  /** Where its numbers come from, for tensors of an int8 model. */
  readonly quantized?: QuantizedSpec;
  readonly start: Initializer;
}

/** How a tensor of an int8 model is made of one with float32 numbers (docs/decisions/0008-int8.md). */
export interface QuantizedSpec {
  /** The float32 tensor. */
  readonly source: string;
  /** Of a matrix product's weights, transposed: a scale per output. Of a table: a scale per row. */
  readonly layout: 'columns' | 'rows';
  readonly part: 'values' | 'scales';
}

/** A mask that training draws anew for every batch: 0 with probability `rate`, otherwise 1 / (1 − rate). */
export interface DropoutSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly rate: number;
}

/**
 * A weighted sum of table rows. Only a few rows of a large table have a gradient in a batch, so training takes the
 * gradient of the sum and spreads it itself, instead of a dense gradient of the table.
 */
export interface BagSpec {
  /** Name of the parameter, f32[rows, E]. */
  readonly table: string;
  /** f32[n, E] */
  readonly sum: Value;
  /** Name of the input i32[n, F]; without weights, of any shape with n elements. */
  readonly rowsInput: string;
  /** Name of the input f32[n, F]; absent when every row counts once. */
  readonly weightsInput?: string;
  /** A row that is never trained (PyTorch's `padding_idx`). */
  readonly ignoredRow?: number;
  /** Train the table exactly as if its gradient were dense (docs/decisions/0003-optimizer.md). */
  readonly dense?: boolean;
}

/** Low-rank adapters (Hu et al. 2022) of an encoder's linear layers. */
export interface AdapterSettings {
  readonly rank: number;
  /** α: the product is scaled by α / rank. */
  readonly alpha: number;
  readonly dropout: number;
}

/** A model under construction. */
export interface Build {
  readonly graph: Graph;
  readonly training: boolean;
  /** Whether sentences of different lengths share a batch, so that padding has to be kept out of the result. */
  readonly padded: boolean;
  /** Padding of a batch as the original has it, where it leaks into the results, instead of none. */
  readonly originalPadding: boolean;
  /** Low-rank adapters of the encoder's linear layers; absent when it has none. */
  readonly adapters?: AdapterSettings;
  /** Whether the weights of large products are int8 numbers with scales; only for use. */
  readonly int8: boolean;
  /** The same of tables, and of BiLSTMs whose inputs lie in a known range: all but the first over a BERT. */
  readonly int8Words: boolean;
  /** Whether operators of ONNX Runtime's own may stand for several ordinary ones; only for use, and only on the CPU. */
  readonly fused: boolean;
  readonly parameters: Map<string, ParameterSpec>;
  readonly dropouts: DropoutSpec[];
  readonly bags: BagSpec[];
}

/** What a model is described for. */
export interface BuildOptions {
  readonly training: boolean;
  readonly padded: boolean;
  /** Default: padding has no effect. */
  readonly originalPadding?: boolean;
  /** Default: float32 weights. */
  readonly int8?: boolean;
  readonly int8Words?: boolean;
  /** Default: ordinary operators only, but for int8 products. */
  readonly fused?: boolean;
  readonly adapters?: AdapterSettings;
}

/** What is int8 in a model whose weights are stored so. */
export function int8Parts(weights: Config['weights']): {
  readonly int8: boolean;
  readonly int8Words: boolean;
} {
  return { int8: weights === 'int8', int8Words: weights !== 'float32' };
}

export function createBuild(graph: Graph, options: BuildOptions): Build {
  return {
    graph,
    originalPadding: false,
    int8: false,
    int8Words: false,
    fused: false,
    ...options,
    parameters: new Map(),
    dropouts: [],
    bags: [],
  };
}

/** Declares a trainable tensor. */
export function parameter(build: Build, name: string, shape: readonly number[], start: Initializer): Value {
  build.parameters.set(name, { shape, start });
  return build.graph.parameter(name, shape);
}

/** The starting values of PyTorch's `Linear`, `Conv2d` and `LSTM`: uniform within ±1/√fanIn. */
export function fanIn(size: number): Initializer {
  return { kind: 'uniform', bound: 1 / Math.sqrt(size) };
}

/** Multiplies by a fed mask while training; otherwise nothing. The mask may have size-1 axes (shared along them). */
export function dropout(build: Build, x: Value, rate: number, name: string, shape: Shape = x.shape): Value {
  const mask = dropoutMask(build, rate, name, shape);
  return mask === undefined ? x : multiply(build.graph, x, mask);
}

/** The mask itself, for dropout that is folded into another operation. */
export function dropoutMask(build: Build, rate: number, name: string, shape: Shape): Value | undefined {
  if (!build.training || rate === 0) return undefined;
  const spec = { name: `dropout/${name}`, shape, rate };
  build.dropouts.push(spec);
  return build.graph.input(spec.name, 'float32', shape);
}
