/** Reverse-mode differentiation of a graph: adds the nodes that compute gradients to the same graph. */
import type { Graph, Node, Value } from '../onnx/graph.ts';
import { sameShape } from '../onnx/graph.ts';
import type { Rule } from './rule.ts';
import { elementwiseRules } from './rules/elementwise.ts';
import { productRules } from './rules/products.ts';
import { recurrentRules } from './rules/recurrent.ts';
import { structureRules } from './rules/structure.ts';

const rules: Readonly<Record<string, Rule>> = {
  ...elementwiseRules,
  ...structureRules,
  ...productRules,
  ...recurrentRules,
};

/** The inputs that a node's rule gives gradients for; a recurrent weight is read inside the loop body. */
function differentiableInputs(node: Node): readonly (Value | undefined)[] {
  if (node.rule !== 'LstmScan') return node.inputs;
  return [...node.inputs, (node.saved as { recurrent: Value }).recurrent];
}

/** The nodes on a path from one of the values to the loss, in order. */
function nodesBetween(graph: Graph, loss: Value, values: readonly Value[]): Node[] {
  const reached = new Set<Value>(values);
  const downstream = graph.nodes.filter((node) => {
    if (node.rule === 'Detach') return false;
    const depends = differentiableInputs(node).some((input) => input !== undefined && reached.has(input));
    // Shapes and indices carry no gradient.
    if (depends) for (const output of node.outputs) if (output.dtype === 'float32') reached.add(output);
    return depends;
  });
  const needed = new Set<Value>([loss]);
  const chosen: Node[] = [];
  for (const node of downstream.reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of differentiableInputs(node)) if (input !== undefined) needed.add(input);
    chosen.push(node);
  }
  return chosen;
}

/**
 * Gradients of a scalar loss.
 * @param loss f32[]
 * @param values what to differentiate by; a value that the loss does not depend on is an error
 * @returns one gradient per value, of its shape
 * @throws Error when an operator on the way has no rule, or a rule gives a gradient of the wrong shape
 */
export function differentiate(graph: Graph, loss: Value, values: readonly Value[]): Map<Value, Value> {
  if (loss.shape.length !== 0) throw new Error(`the loss must be a scalar, it is [${loss.shape}]`);
  const parts = new Map<Value, Value[]>([[loss, [graph.scalar(1)]]]);
  const gradientOf = (value: Value): Value | undefined => {
    const terms = parts.get(value);
    if (terms === undefined || terms.length === 1) return terms?.[0];
    const sum = graph.node('Sum', terms, [{ dtype: 'float32', shape: value.shape }])[0]!;
    parts.set(value, [sum]);
    return sum;
  };
  const active = nodesBetween(graph, loss, values);
  const wanted = new Set<Value>([...values, ...active.flatMap((node) => node.outputs)]);
  for (const node of active) {
    const outputGradients = node.outputs.map(gradientOf);
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    const rule = rules[node.rule];
    if (rule === undefined) throw new Error(`operator ${node.rule} has no differentiation rule`);
    const inputs = differentiableInputs(node);
    for (const [i, gradient] of rule(graph, node, outputGradients).entries()) {
      const input = inputs[i];
      if (gradient === undefined || input === undefined || !wanted.has(input)) continue;
      if (!sameShape(gradient.shape, input.shape)) {
        throw new Error(`rule ${node.rule}: gradient [${gradient.shape}] for an input [${input.shape}]`);
      }
      parts.set(input, [...(parts.get(input) ?? []), gradient]);
    }
  }
  return new Map(
    values.map((value) => {
      const gradient = gradientOf(value);
      if (gradient === undefined) throw new Error(`the loss does not depend on "${value.name}"`);
      return [value, gradient];
    }),
  );
}
