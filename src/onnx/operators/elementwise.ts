/** Element-wise operators and the normalisations built of them. */
import type { Graph, Value } from '../graph.ts';
import { describe } from '../graph.ts';
import { broadcast, ShapeError } from './check.ts';

type Binary = (graph: Graph, a: Value, b: Value) => Value;
type Unary = (graph: Graph, x: Value) => Value;

const binary =
  (opType: string): Binary =>
  (graph, a, b) =>
    graph.node(opType, [a, b], [{ dtype: a.dtype, shape: broadcast(opType, a, b) }])[0]!;

const unary =
  (opType: string): Unary =>
  (graph, x) =>
    graph.node(opType, [x], [{ dtype: x.dtype, shape: x.shape }])[0]!;

export const add = binary('Add');
export const subtract = binary('Sub');
export const multiply = binary('Mul');
export const divide = binary('Div');

export const negate = unary('Neg');
export const exp = unary('Exp');
export const log = unary('Log');
export const sqrt = unary('Sqrt');
export const tanh = unary('Tanh');
export const sigmoid = unary('Sigmoid');
export const relu = unary('Relu');
/** Gaussian error linear unit, exact (Hendrycks & Gimpel 2016): `x·Φ(x)`. */
export const gelu = unary('Gelu');

/** The same value, through which no gradient flows. */
export function detach(graph: Graph, x: Value): Value {
  return graph.node('Identity', [x], [{ dtype: x.dtype, shape: x.shape }], {}, { rule: 'Detach' })[0]!;
}

/** Whether elements of whole numbers are `value`. @param x i32[…] */
export function equals(graph: Graph, x: Value, value: number): Value {
  const other = graph.constant({ dtype: 'int32', shape: [], data: Int32Array.of(value) });
  return graph.node('Equal', [x, other], [{ dtype: 'bool', shape: x.shape }])[0]!;
}

/** Whether elements are below `value`. @param x f32[…] */
export function less(graph: Graph, x: Value, value: number): Value {
  return graph.node('Less', [x, graph.scalar(value)], [{ dtype: 'bool', shape: x.shape }])[0]!;
}

/** The elements of `x`, or `least` where they are not above it; no gradient flows to `least`. @param least f32[] */
export function replaceBelow(graph: Graph, x: Value, least: Value): Value {
  const spec = { dtype: 'bool' as const, shape: x.shape };
  const low = graph.node('LessOrEqual', [x, least], [spec])[0]!;
  return graph.node('Where', [low, detach(graph, least), x], [{ dtype: x.dtype, shape: x.shape }])[0]!;
}

/** `x · factor` for a fixed factor. */
export function scale(graph: Graph, x: Value, factor: number): Value {
  return multiply(graph, x, graph.scalar(factor));
}

/** `x + offset` for a fixed offset. */
export function shift(graph: Graph, x: Value, offset: number): Value {
  return add(graph, x, graph.scalar(offset));
}

/** Converts to another element type; not differentiated. */
export function cast(graph: Graph, x: Value, dtype: 'float32' | 'int64' | 'int32'): Value {
  const code = { float32: 1, int64: 7, int32: 6 }[dtype];
  return graph.node('Cast', [x], [{ dtype, shape: x.shape }], { to: code })[0]!;
}

/** Softmax over one axis. */
export function softmax(graph: Graph, x: Value, axis = -1): Value {
  return graph.node('Softmax', [x], [{ dtype: x.dtype, shape: x.shape }], { axis })[0]!;
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016), with gain and bias.
 * @param x f32[…, H]
 * @param gain f32[H]
 * @param bias f32[H]
 */
export function layerNorm(graph: Graph, x: Value, gain: Value, bias: Value, epsilon = 1e-5): Value {
  const width = x.shape.at(-1);
  if (gain.shape[0] !== width || bias.shape[0] !== width) {
    throw new ShapeError(`layerNorm: ${describe(x)} with gain ${describe(gain)} and bias ${describe(bias)}`);
  }
  const statistics = [...x.shape.slice(0, -1), 1];
  const outputs = [
    { dtype: x.dtype, shape: x.shape },
    { dtype: x.dtype, shape: statistics },
    { dtype: x.dtype, shape: statistics },
  ];
  return graph.node('LayerNormalization', [x, gain, bias], outputs, {
    axis: -1,
    epsilon: { float: epsilon },
  })[0]!;
}
