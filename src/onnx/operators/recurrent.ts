/** The long short-term memory recurrence (Hochreiter & Schmidhuber 1997), both directions at once. */
import { Graph, type Value } from '../graph.ts';
import { add, multiply, sigmoid, tanh } from './elementwise.ts';
import { matmul } from './products.ts';
import { slice, zeros } from './structure.ts';

/**
 * Runs the recurrence with `Scan`, keeping what its gradient needs. Gates are ordered input, forget, output, cell.
 * A step whose input-gate pre-activation is very negative leaves a zero state zero: that is how padding is expressed.
 * @param gates f32[L, 2, B, 4·D/2] what the inputs add to the gates; direction 1 already reversed in time
 * @param recurrent f32[2, D/2, 4·D/2]
 * @returns hidden states f32[L, 2, B, D/2]
 */
export function lstmScan(graph: Graph, gates: Value, recurrent: Value): Value {
  const [steps, directions, batch] = gates.shape as [string, number, string];
  const width = recurrent.shape[1] as number;
  const state = [directions, batch, width];

  const body = new Graph('lstm/');
  const hidden = body.input('lstm/hidden', 'float32', state);
  const cell = body.input('lstm/cell', 'float32', state);
  const input = body.input('lstm/gates', 'float32', [directions, batch, 4 * width]);
  const sum = add(body, input, matmul(body, hidden, recurrent, 'lstm/recurrent'));
  const opened = sigmoid(body, slice(body, sum, -1, 0, 3 * width));
  const candidate = tanh(body, slice(body, sum, -1, 3 * width, 4 * width));
  const [inGate, forgetGate, outGate] = [0, 1, 2].map((k) =>
    slice(body, opened, -1, k * width, (k + 1) * width),
  );
  const nextCell = add(body, multiply(body, forgetGate!, cell), multiply(body, inGate!, candidate));
  const nextHidden = multiply(body, outGate!, tanh(body, nextCell));
  const copies = [nextHidden, nextCell].map(
    (value) => body.node('Identity', [value], [{ dtype: 'float32', shape: state }])[0]!,
  );
  for (const value of [nextHidden, nextCell, ...copies, opened, candidate]) body.output(value.name, value);

  const zero = zeros(graph, state);
  const last = { dtype: 'float32' as const, shape: state };
  const kept = (size: number) => ({ dtype: 'float32' as const, shape: [steps, directions, batch, size] });
  const outputs = graph.node(
    'Scan',
    [zero, zero, gates],
    [last, last, kept(width), kept(width), kept(3 * width), kept(width)],
    { body: { graph: body }, num_scan_inputs: 1 },
    { rule: 'LstmScan', saved: { recurrent, width } },
  );
  return outputs[2]!;
}
