/** What model descriptions are written against: a graph, declared parameters, and dropout that training feeds. */
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
  readonly start: Initializer;
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
  /** f32[U, E] */
  readonly sum: Value;
  /** Name of the input i32[U, F], or i32[U] for single rows. */
  readonly rowsInput: string;
  /** Name of the input f32[U, F]; absent when every row counts once. */
  readonly weightsInput?: string;
}

/** A model under construction. */
export interface Build {
  readonly graph: Graph;
  readonly training: boolean;
  /** Whether sentences of different lengths share a batch, so that padding has to be kept out of the result. */
  readonly padded: boolean;
  readonly parameters: Map<string, ParameterSpec>;
  readonly dropouts: DropoutSpec[];
  readonly bags: BagSpec[];
}

export function createBuild(graph: Graph, options: { training: boolean; padded: boolean }): Build {
  return { graph, ...options, parameters: new Map(), dropouts: [], bags: [] };
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
