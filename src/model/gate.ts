/**
 * The gate between the two passes of a model in use: from its state alone, how likely a word is part of an entity. Words that
 * are surely in none stay out of the grid, which costs most of the time (docs/decisions/0012-two-passes.md).
 */
import type { Value } from '../onnx/graph.ts';
import { add } from '../onnx/operators/elementwise.ts';
import { matmul } from '../onnx/operators/products.ts';
import { reshape } from '../onnx/operators/structure.ts';
import { type Build, parameter } from './build.ts';

export const GATE_WEIGHT = 'gate.weight';
export const GATE_BIAS = 'gate.bias';

/**
 * @param words f32[B, L, D]
 * @returns f32[B, L] the logit of being in an entity
 */
export function gateScores(build: Build, words: Value): Value {
  const { graph } = build;
  const [batch, length, width] = words.shape as [string, string, number];
  const weight = parameter(build, GATE_WEIGHT, [width], { kind: 'zeros' });
  const bias = parameter(build, GATE_BIAS, [1], { kind: 'zeros' });
  const product = matmul(graph, words, reshape(graph, weight, [width, 1]), 'gate'); // [B, L, 1]
  return add(graph, reshape(graph, product, [batch, length]), bias);
}
