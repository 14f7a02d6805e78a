/** Gradient of the LSTM recurrence: one scan backwards in time, everything else in bulk. */
import { Graph, type Value } from '../../onnx/graph.ts';
import { add, multiply, subtract, tanh } from '../../onnx/operators/elementwise.ts';
import { matmul, transposeLast } from '../../onnx/operators/products.ts';
import { concat, reshape, reverse, slice, transpose, zeros } from '../../onnx/operators/structure.ts';
import { type Rule, required } from '../rule.ts';

/** The values of the step before: one zero step in front, the last step dropped. */
function delayed(graph: Graph, x: Value): Value {
  const [, directions, batch, width] = x.shape;
  const empty = zeros(graph, [1, directions!, batch!, width!]);
  const longer = graph.node(
    'Concat',
    [empty, x],
    [{ dtype: 'float32', shape: ['L+1', ...x.shape.slice(1)] }],
    { axis: 0 },
  );
  const inputs = [longer[0], graph.ints([0]), graph.ints([-1]), graph.ints([0])];
  return graph.node('Slice', inputs, [{ dtype: 'float32', shape: x.shape }])[0]!;
}

/**
 * One step back: from the gradients of hidden state and cell to those of the gates.
 * With the factors prepared in bulk, gates = [dc, dc, dh, dc] ∘ factors.
 */
function backwardBody(state: readonly (string | number)[], recurrentTransposed: Value): Graph {
  const width = state[2] as number;
  const body = new Graph('lstm_grad/');
  const hidden = body.input('lstm_grad/hidden', 'float32', state);
  const cell = body.input('lstm_grad/cell', 'float32', state);
  const output = body.input('lstm_grad/output', 'float32', state);
  const factors = body.input('lstm_grad/factors', 'float32', [state[0]!, state[1]!, 4 * width]);
  const throughTanh = body.input('lstm_grad/through_tanh', 'float32', state);
  const forget = body.input('lstm_grad/forget', 'float32', state);
  const dHidden = add(body, output, hidden);
  const dCell = add(body, cell, multiply(body, dHidden, throughTanh));
  const dGates = multiply(body, concat(body, [dCell, dCell, dHidden, dCell], 2), factors);
  const nextHidden = matmul(body, dGates, recurrentTransposed, 'lstm_grad/recurrent');
  const nextCell = multiply(body, dCell, forget);
  for (const value of [nextHidden, nextCell, dGates]) body.output(value.name, value);
  return body;
}

const lstmRule: Rule = (graph, node, outputGradients) => {
  const { recurrent, width } = node.saved as { recurrent: Value; width: number };
  const [hidden, cell, opened, candidate] = node.outputs.slice(2).map(required) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const state = hidden.shape.slice(1);
  const gate = (k: number): Value => slice(graph, opened, -1, k * width, (k + 1) * width);
  const closing = (x: Value): Value => subtract(graph, x, multiply(graph, x, x)); // x·(1−x)
  const one = graph.scalar(1);
  const cellTanh = tanh(graph, cell);
  const flatTanh = (x: Value): Value => subtract(graph, one, multiply(graph, x, x)); // 1−x²
  const factors = concat(
    graph,
    [
      multiply(graph, candidate, closing(gate(0))),
      multiply(graph, delayed(graph, cell), closing(gate(1))),
      multiply(graph, cellTanh, closing(gate(2))),
      multiply(graph, gate(0), flatTanh(candidate)),
    ],
    3,
  );
  const throughTanh = multiply(graph, gate(2), flatTanh(cellTanh));
  const backwards = [required(outputGradients[2]), factors, throughTanh, gate(1)].map((x) =>
    reverse(graph, x, 0),
  );
  const zero = zeros(graph, state);
  const scanned = graph.node(
    'Scan',
    [zero, zero, ...backwards],
    [
      { dtype: 'float32', shape: state },
      { dtype: 'float32', shape: state },
      { dtype: 'float32', shape: factors.shape },
    ],
    { body: { graph: backwardBody(state, transposeLast(graph, recurrent)) }, num_scan_inputs: 4 },
  );
  const dGates = reverse(graph, scanned[2]!, 0);
  return [undefined, undefined, dGates, recurrentGradient(graph, delayed(graph, hidden), dGates)];
};

/** Σ over steps and batch of h(t−1)ᵀ · dGates(t): f32[2, D/2, 4·D/2]. */
function recurrentGradient(graph: Graph, before: Value, dGates: Value): Value {
  const [steps, directions, batch, width] = before.shape;
  const rows = `${batch}*${steps}`;
  const flat = (x: Value, size: number): Value =>
    reshape(graph, transpose(graph, x, [1, 0, 2, 3]), [directions!, rows, size]);
  const left = flat(before, width as number);
  return matmul(graph, transposeLast(graph, left), flat(dGates, 4 * (width as number)));
}

export const recurrentRules: Readonly<Record<string, Rule>> = { LstmScan: lstmRule };
