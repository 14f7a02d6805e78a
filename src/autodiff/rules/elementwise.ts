/** Gradients of element-wise operators and normalisations. */

import type { Graph, Value } from '../../onnx/graph.ts';
import {
  add,
  divide,
  exp,
  multiply,
  negate,
  scale,
  shift,
  sqrt,
  subtract,
} from '../../onnx/operators/elementwise.ts';
import { meanLast, reduceSum, reshape } from '../../onnx/operators/structure.ts';
import { type Rule, required, unbroadcast } from '../rule.ts';

/** A rule for one input, from the gradient, the input and the output. */
const unary =
  (derive: (graph: Graph, gradient: Value, x: Value, y: Value) => Value): Rule =>
  (graph, node, [gradient]) => [
    derive(graph, required(gradient), required(node.inputs[0]), required(node.outputs[0])),
  ];

/** A rule for two broadcast inputs. */
const binary =
  (derive: (graph: Graph, gradient: Value, a: Value, b: Value) => readonly [Value, Value]): Rule =>
  (graph, node, [gradient]) => {
    const [a, b] = [required(node.inputs[0]), required(node.inputs[1])];
    const [da, db] = derive(graph, required(gradient), a, b);
    return [unbroadcast(graph, da, a.shape), unbroadcast(graph, db, b.shape)];
  };

const SQRT_2_PI = Math.sqrt(2 * Math.PI);

/**
 * d/dx x·Φ(x) = Φ(x) + x·φ(x). ONNX Runtime's Erf is single-threaded and three times as slow as its Gelu, so Φ(x) is taken
 * as gelu(x)/x, with x moved off zero by an amount that no other float32 sum notices.
 */
const geluRule = unary((graph, gradient, x) => {
  const moved = shift(graph, x, 1e-20);
  const y = graph.node('Gelu', [moved], [{ dtype: x.dtype, shape: x.shape }])[0]!;
  const cumulative = divide(graph, y, moved);
  const density = exp(graph, shift(graph, scale(graph, multiply(graph, x, x), -0.5), -Math.log(SQRT_2_PI)));
  return multiply(graph, gradient, add(graph, cumulative, multiply(graph, x, density)));
});

const layerNormRule: Rule = (graph, node, [gradient]) => {
  const [x, gain] = [required(node.inputs[0]), required(node.inputs[1])];
  const [mean, inverse] = [required(node.outputs[1]), required(node.outputs[2])];
  const g = required(gradient);
  const normal = multiply(graph, subtract(graph, x, mean), inverse);
  const scaled = multiply(graph, g, gain);
  const centred = subtract(graph, scaled, meanLast(graph, scaled));
  const along = multiply(graph, normal, meanLast(graph, multiply(graph, scaled, normal)));
  return [
    multiply(graph, subtract(graph, centred, along), inverse),
    unbroadcast(graph, multiply(graph, g, normal), gain.shape),
    unbroadcast(graph, g, gain.shape),
  ];
};

const softmaxRule: Rule = (graph, node, [gradient]) => {
  const y = required(node.outputs[0]);
  const axis = node.attributes.axis as number;
  const product = multiply(graph, required(gradient), y);
  const sum = reduceSum(graph, product, [axis], true);
  return [subtract(graph, product, multiply(graph, y, sum))];
};

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  Add: binary((_, g) => [g, g]),
  Sub: binary((graph, g) => [g, negate(graph, g)]),
  Mul: binary((graph, g, a, b) => [multiply(graph, g, b), multiply(graph, g, a)]),
  Div: binary((graph, g, a, b) => {
    const da = divide(graph, g, b);
    return [da, negate(graph, divide(graph, multiply(graph, da, a), b))];
  }),
  Neg: unary((graph, g) => negate(graph, g)),
  Exp: unary((graph, g, _, y) => multiply(graph, g, y)),
  Log: unary((graph, g, x) => divide(graph, g, x)),
  Sqrt: unary((graph, g, x) => scale(graph, divide(graph, g, sqrt(graph, x)), 0.5)),
  Tanh: unary((graph, g, _, y) => subtract(graph, g, multiply(graph, g, multiply(graph, y, y)))),
  Sigmoid: unary((graph, g, _, y) => multiply(graph, g, subtract(graph, y, multiply(graph, y, y)))),
  Relu: unary((graph, g, x, y) => {
    const positive = graph.node('Greater', [y, graph.scalar(0)], [{ dtype: 'bool', shape: x.shape }])[0]!;
    return graph.node('Where', [positive, g, graph.scalar(0)], [{ dtype: 'float32', shape: x.shape }])[0]!;
  }),
  Gelu: geluRule,
  Softmax: softmaxRule,
  LayerNormalization: layerNormRule,
  Identity: unary((graph, g, x) => reshape(graph, g, x.shape)),
};
