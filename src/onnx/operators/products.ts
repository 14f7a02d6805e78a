/** Matrix products, convolution over the grid, and the cross-entropy loss. */
import type { Graph, Value } from '../graph.ts';
import { describe, sameShape } from '../graph.ts';
import { productShape, ShapeError } from './check.ts';
import { add } from './elementwise.ts';
import { transpose } from './structure.ts';

/** Matrix product over the last two axes; leading axes broadcast. `label` names it in errors. */
export function matmul(graph: Graph, a: Value, b: Value, label = 'matmul'): Value {
  const shape = productShape(label, a, b);
  return graph.node('MatMul', [a, b], [{ dtype: a.dtype, shape }])[0]!;
}

/** Swaps the last two axes. */
export function transposeLast(graph: Graph, x: Value): Value {
  const rank = x.shape.length;
  const perm = x.shape.map((_, axis) => (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2));
  return transpose(graph, x, perm);
}

/**
 * `x · weightᵀ + bias`, weights as PyTorch stores them.
 * @param x f32[…, I]
 * @param weight f32[O, I]
 * @param bias f32[O]
 * @returns f32[…, O]
 */
export function linear(graph: Graph, x: Value, weight: Value, bias?: Value, label = 'linear'): Value {
  const product = matmul(graph, x, transposeLast(graph, weight), label);
  return bias === undefined ? product : add(graph, product, bias);
}

/**
 * Depthwise 3×3 convolution with dilation; zero padding keeps the size.
 * @param x f32[B, C, L, L]
 * @param weight f32[C, 1, 3, 3]
 * @param bias f32[C]; may be absent
 */
export function depthwiseConv(
  graph: Graph,
  x: Value,
  weight: Value,
  bias: Value | undefined,
  dilation: number,
): Value {
  const channels = x.shape[1];
  if (x.shape.length !== 4 || weight.shape.join() !== `${channels},1,3,3` || typeof channels !== 'number') {
    throw new ShapeError(`depthwiseConv: ${describe(x)} with weight ${describe(weight)}`);
  }
  if (bias !== undefined && !sameShape(bias.shape, [channels])) {
    throw new ShapeError(`depthwiseConv: ${describe(x)} with bias ${describe(bias)}`);
  }
  const attributes = {
    group: channels,
    kernel_shape: [3, 3],
    dilations: [dilation, dilation],
    pads: [dilation, dilation, dilation, dilation],
  };
  const inputs = bias === undefined ? [x, weight] : [x, weight, bias];
  return graph.node('Conv', inputs, [{ dtype: x.dtype, shape: x.shape }], attributes, {
    saved: dilation,
  })[0]!;
}

/**
 * Mean cross-entropy over the positions whose label is not `ignore`.
 * @param logits f32[B, K, …]
 * @param labels i32[B, …] or i64
 * @returns the loss, f32[]
 */
export function crossEntropy(graph: Graph, logits: Value, labels: Value, ignore = -100): Value {
  const positions = logits.shape.filter((_, axis) => axis !== 1);
  const whole = labels.dtype === 'int32' || labels.dtype === 'int64';
  if (logits.shape.length < 2 || !sameShape(positions, labels.shape) || !whole) {
    throw new ShapeError(`crossEntropy: ${describe(logits)} with labels ${describe(labels)}`);
  }
  const outputs = [
    { dtype: 'float32' as const, shape: [] },
    { dtype: 'float32' as const, shape: logits.shape },
  ];
  const attributes = { ignore_index: ignore, reduction: 'mean' };
  return graph.node('SoftmaxCrossEntropyLoss', [logits, labels], outputs, attributes, { saved: ignore })[0]!;
}
