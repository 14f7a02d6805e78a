/** Gradients of operators that move, select and sum elements. */
import type { Value } from '../../onnx/graph.ts';
import { cast, divide, multiply } from '../../onnx/operators/elementwise.ts';
import {
  expand,
  gather,
  reduceSum,
  reshape,
  reverse,
  slice,
  transpose,
  unsqueeze,
  zeros,
} from '../../onnx/operators/structure.ts';
import { type Rule, required, unbroadcast } from '../rule.ts';

const reshaped: Rule = (graph, node, [gradient]) => [
  reshape(graph, required(gradient), required(node.inputs[0]).shape),
];

const sliceRule: Rule = (graph, node, [gradient]) => {
  const x = required(node.inputs[0]);
  const { axis, start, end } = node.saved as { axis: number; start: number; end: number };
  const size = x.shape[axis];
  if (typeof size !== 'number') throw new Error('slice: only fixed axes are differentiated');
  const pads = x.shape.map((_, i) => (i === axis ? start : 0));
  pads.push(...x.shape.map((_, i) => (i === axis ? size - end : 0)));
  const inputs = [required(gradient), graph.ints(pads)];
  return [graph.node('Pad', inputs, [{ dtype: x.dtype, shape: x.shape }])[0]];
};

const concatRule: Rule = (graph, node, [gradient]) => {
  const axis = node.attributes.axis as number;
  let at = 0;
  return node.inputs.map((input) => {
    const size = required(input).shape[axis] as number;
    at += size;
    return slice(graph, required(gradient), axis, at - size, at);
  });
};

/**
 * Rows read more than once add up. `ScatterElements` is used because ONNX Runtime 1.30 runs `ScatterND` with `add`
 * on several threads without guarding equal rows: its sums are wrong now and then.
 */
const gatherRule: Rule = (graph, node, [gradient]) => {
  const [table, index] = [required(node.inputs[0]), required(node.inputs[1])];
  const width = table.shape.slice(1);
  const g = required(gradient);
  const flatIndex = reshape(graph, index, [flatten(index)]);
  const rows = reshape(graph, g, [flatten(index), ...width]);
  const columnIndex = expand(
    graph,
    reshape(graph, flatIndex, [flatten(index), ...width.map(() => 1)]),
    rows.shape,
  );
  const empty = zeros(graph, table.shape);
  const spec = [{ dtype: table.dtype, shape: table.shape }];
  return [graph.node('ScatterElements', [empty, columnIndex, rows], spec, { axis: 0, reduction: 'add' })[0]];
};

function flatten(index: Value): string | number {
  const names = index.shape.filter((dim) => typeof dim === 'string');
  const fixed = index.shape.reduce<number>(
    (product, dim) => (typeof dim === 'number' ? product * dim : product),
    1,
  );
  if (names.length === 0) return fixed;
  return (fixed === 1 ? names : [String(fixed), ...names]).join('*');
}

const reduceSumRule: Rule = (graph, node, [gradient]) => {
  const x = required(node.inputs[0]);
  const kept = x.shape.map((dim, axis) => ((node.saved as number[]).includes(axis) ? 1 : dim));
  return [expand(graph, reshape(graph, required(gradient), kept), x.shape)];
};

/** The gradient goes to the elements that are the maximum, in equal parts when several are. */
const reduceMaxRule: Rule = (graph, node, [gradient]) => {
  const x = required(node.inputs[0]);
  const axis = node.saved as number;
  const highest = unsqueeze(graph, required(node.outputs[0]), axis);
  const equal = graph.node('Equal', [x, highest], [{ dtype: 'bool', shape: x.shape }])[0]!;
  const chosen = cast(graph, equal, 'float32');
  const share = divide(graph, chosen, reduceSum(graph, chosen, [axis], true));
  return [multiply(graph, share, unsqueeze(graph, required(gradient), axis))];
};

/** The gradient goes to the rows' elements that are their segment's maximum. */
const segmentMaxRule: Rule = (graph, node, [gradient]) => {
  const rows = required(node.inputs[2]);
  const segment = node.saved as Value;
  const highest = gather(graph, required(node.outputs[0]), segment);
  const equal = graph.node('Equal', [rows, highest], [{ dtype: 'bool', shape: rows.shape }])[0]!;
  return [
    undefined,
    undefined,
    multiply(graph, cast(graph, equal, 'float32'), gather(graph, required(gradient), segment)),
  ];
};

/** Of a choice between a scalar, which gets no gradient, and a value. */
const whereRule: Rule = (graph, node, [gradient]) => {
  const [condition, , x] = node.inputs.map(required) as [Value, Value, Value];
  const spec = [{ dtype: x.dtype, shape: x.shape }];
  return [
    undefined,
    undefined,
    graph.node('Where', [condition, graph.scalar(0), required(gradient)], spec)[0],
  ];
};

export const structureRules: Readonly<Record<string, Rule>> = {
  Reshape: reshaped,
  Unsqueeze: reshaped,
  Transpose: (graph, node, [gradient]) => {
    const perm = node.attributes.perm as readonly number[];
    return [
      transpose(
        graph,
        required(gradient),
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
    ];
  },
  Expand: (graph, node, [gradient]) => [
    unbroadcast(graph, required(gradient), required(node.inputs[0]).shape),
  ],
  Slice: sliceRule,
  Reverse: (graph, node, [gradient]) => [reverse(graph, required(gradient), node.saved as number)],
  Concat: concatRule,
  Gather: gatherRule,
  SegmentMax: segmentMaxRule,
  Where: whereRule,
  ReduceSum: reduceSumRule,
  ReduceMax: reduceMaxRule,
};
