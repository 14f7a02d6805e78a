/** What a differentiation rule is, and what several of them share. */
import type { Graph, Node, Shape, Value } from '../onnx/graph.ts';
import { reduceSum, reshape } from '../onnx/operators/structure.ts';

/**
 * Gradients of a node's inputs, given those of its outputs (absent where the loss does not depend on one).
 * An absent result says that the input gets no gradient (an index, a shape).
 */
export type Rule = (
  graph: Graph,
  node: Node,
  outputGradients: readonly (Value | undefined)[],
) => readonly (Value | undefined)[];

/** Sums a gradient over the axes along which its input was broadcast. */
export function unbroadcast(graph: Graph, gradient: Value, shape: Shape): Value {
  const missing = gradient.shape.length - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < gradient.shape.length; axis++) {
    if (axis < missing || (shape[axis - missing] === 1 && gradient.shape[axis] !== 1)) axes.push(axis);
  }
  if (axes.length === 0) return gradient;
  return reshape(graph, reduceSum(graph, gradient, axes, true), shape);
}

/** Additional inputs and outputs of a node in the graph: those that a rule relies on. */
export function required(value: Value | undefined): Value {
  if (value === undefined)
    throw new Error('a differentiation rule needs a value that the node does not have');
  return value;
}
