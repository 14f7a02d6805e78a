/** Gradients of matrix products, the grid convolution and the loss. */
import type { Dim, Graph, Value } from '../../onnx/graph.ts';
import { dimProduct } from '../../onnx/graph.ts';
import { add, cast, exp, multiply, subtract } from '../../onnx/operators/elementwise.ts';
import { depthwiseConv, matmul, transposeLast } from '../../onnx/operators/products.ts';
import { concat, range, reduceSum, reshape, shapeVector } from '../../onnx/operators/structure.ts';
import { type Rule, required, unbroadcast } from '../rule.ts';

/** `aᵀ·b` for a[N, I], b[N, O]: one transposed product instead of a transpose and a product. */
function transposedProduct(graph: Graph, a: Value, b: Value): Value {
  const shape = [a.shape[1]!, b.shape[1]!];
  return graph.node('Gemm', [a, b], [{ dtype: a.dtype, shape }], { transA: 1 })[0]!;
}

const matmulRule: Rule = (graph, node, [gradient]) => {
  const [a, b] = [required(node.inputs[0]), required(node.inputs[1])];
  const g = required(gradient);
  const da = unbroadcast(graph, matmul(graph, g, transposeLast(graph, b)), a.shape);
  if (b.shape.length === 2 && a.shape.length > 2) {
    const rows = dimProduct(a.shape.slice(0, -1));
    const flatA = reshape(graph, a, [rows, a.shape.at(-1)!]);
    const flatG = reshape(graph, g, [rows, g.shape.at(-1)!]);
    return [da, transposedProduct(graph, flatA, flatG)];
  }
  return [da, unbroadcast(graph, matmul(graph, transposeLast(graph, a), g), b.shape)];
};

/** x[…, start + …] shifted windows of a padded grid, multiplied with the output gradient and summed: one per kernel cell. */
function kernelGradient(graph: Graph, x: Value, gradient: Value, dilation: number): Value {
  const channels = x.shape[1] as number;
  const pads = graph.ints([0, 0, dilation, dilation, 0, 0, dilation, dilation]);
  const padded = graph.node('Pad', [x, pads], [{ dtype: x.dtype, shape: ['B', channels, 'L+', 'L+'] }])[0]!;
  const extent = shapeVector(graph, [x.shape[2]!, x.shape[3]!]);
  const cells: Value[] = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      const start = graph.ints([row * dilation, column * dilation]);
      const end = add(graph, extent, start);
      const inputs = [padded, start, end, graph.ints([2, 3])];
      const window = graph.node('Slice', inputs, [{ dtype: x.dtype, shape: x.shape }])[0]!;
      const sum = reduceSum(graph, multiply(graph, window, gradient), [0, 2, 3]);
      cells.push(reshape(graph, sum, [channels, 1]));
    }
  }
  return reshape(graph, concat(graph, cells, 1), [channels, 1, 3, 3]);
}

/** The gradient of the input is a convolution with the kernel turned by half a circle. */
const convRule: Rule = (graph, node, [gradient]) => {
  const [x, weight] = [required(node.inputs[0]), required(node.inputs[1])];
  const dilation = node.saved as number;
  const g = required(gradient);
  const flat = reshape(graph, weight, [weight.shape[0]!, 9]);
  const order = graph.ints([8, 7, 6, 5, 4, 3, 2, 1, 0]);
  const turned = graph.node('Gather', [flat, order], [{ dtype: 'float32', shape: flat.shape }], {
    axis: 1,
  })[0]!;
  return [
    depthwiseConv(graph, g, reshape(graph, turned, weight.shape), undefined, dilation),
    kernelGradient(graph, x, g, dilation),
    node.inputs[2] === undefined ? undefined : reduceSum(graph, g, [0, 2, 3]),
  ];
};

/** 0 … K−1 in the labels' type, for a fixed or a named number of classes. */
function classNumbers(
  graph: Graph,
  size: Dim,
  int: (values: readonly number[]) => Value,
  short: boolean,
): Value {
  if (typeof size === 'number') return int([...Array(size).keys()]);
  const numbers = range(graph, size, 0);
  return short ? cast(graph, numbers, 'int32') : numbers;
}

/** (softmax − one-hot) / count at labelled positions, nothing at ignored ones. */
const crossEntropyRule: Rule = (graph, node, [gradient]) => {
  const [logits, labels] = [required(node.inputs[0]), required(node.inputs[1])];
  const probabilities = exp(graph, required(node.outputs[1]));
  const int = (values: readonly number[]): Value =>
    labels.dtype === 'int32'
      ? graph.constant({ dtype: 'int32', shape: [values.length], data: Int32Array.from(values) })
      : graph.ints(values);
  const classes = classNumbers(graph, logits.shape[1]!, int, labels.dtype === 'int32');
  const lead = [1, logits.shape[1]!, ...labels.shape.slice(1).map(() => 1)];
  const wide = reshape(graph, labels, [labels.shape[0]!, 1, ...labels.shape.slice(1)]);
  const asFloat = (x: Value): Value =>
    graph.node('Cast', [x], [{ dtype: 'float32', shape: x.shape }], { to: 1 })[0]!;
  const equal = (a: Value, b: Value, shape: Value['shape']): Value =>
    asFloat(graph.node('Equal', [a, b], [{ dtype: 'bool', shape }])[0]!);
  const oneHot = equal(wide, reshape(graph, classes, lead), logits.shape);
  const ignored = equal(wide, int([node.saved as number]), wide.shape);
  const counted = subtract(graph, graph.scalar(1), ignored);
  const axes = counted.shape.map((_, axis) => axis);
  const factor = graph.node(
    'Div',
    [required(gradient), reduceSum(graph, counted, axes)],
    [{ dtype: 'float32', shape: [] }],
  )[0]!;
  return [
    multiply(graph, subtract(graph, probabilities, oneHot), multiply(graph, counted, factor)),
    undefined,
  ];
};

export const productRules: Readonly<Record<string, Rule>> = {
  MatMul: matmulRule,
  Conv: convRule,
  SoftmaxCrossEntropyLoss: crossEntropyRule,
};
