/**
 * From scores to relations: the loss that training adds to a model, and the cells that its use reads.
 *
 * `softmax` is the original's: the labels of a word pair compete, so it has one relation at most. `independent` lets each
 * label win against "none" by itself, so that two types can share a head and a tail. Its loss is that of adaptive
 * thresholding (Zhou et al. 2021, https://arxiv.org/abs/2010.11304), with the score of "none" as the threshold and every
 * label below or above it on its own; where a pair has no relation it is the cross-entropy, as before.
 */
import type { Value } from '../onnx/graph.ts';
import { add, cast, multiply, scale, sigmoid, softmax, subtract } from '../onnx/operators/elementwise.ts';
import { crossEntropy } from '../onnx/operators/products.ts';
import { reduceMax, reduceSum, reshape, slice, transpose } from '../onnx/operators/structure.ts';
import type { W2nerGraph } from './w2ner.ts';

/** Added to scores that have no part in a sum of exponentials. */
const OUT = -1e4;

/**
 * The mean loss of all word pairs. Adds the input `labels` i32[B, L, L], -100 at padding; for independent labels, whose
 * `labels` are 0 elsewhere, also `relations` f32[B, K, L, L], 1 at each label that a pair has.
 * @param soft whether pairs may have probabilities instead of one label (softmax only); adds the input `difference`
 *   f32[B, K, L, L]: the probabilities less those of `labels`, over the number of pairs
 */
export function w2nerLoss(model: W2nerGraph, soft = false): Value {
  const { graph } = model.build;
  const labels = graph.input('labels', 'int32', ['B', 'L', 'L']);
  if (model.relationScores === 'independent') return thresholdLoss(model, labels);
  const certain = crossEntropy(graph, model.logits, labels);
  return soft ? subtract(graph, certain, towards(model)) : certain;
}

/**
 * The cross-entropy with probabilities q is that with a certain label less Σ (q − label) · logit: both share the logarithm of
 * the sum of exponentials, as q sums to 1.
 */
function towards({ build, logits }: W2nerGraph): Value {
  const { graph } = build;
  const difference = graph.input('difference', 'float32', logits.shape);
  return reduceSum(graph, multiply(graph, difference, logits), [0, 1, 2, 3]);
}

/** `log(1 + Σ e^(s−t))` over labels that a pair lacks plus `log(1 + Σ e^(t−s))` over those it has; t: score of "none". */
function thresholdLoss({ build, logits }: W2nerGraph, labels: Value): Value {
  const { graph } = build;
  const relations = graph.input('relations', 'float32', logits.shape);
  const size = logits.shape[1] as number;
  const others = Float32Array.from({ length: size }, (_, k) => (k === 0 ? 0 : 1));
  const notNone = graph.constant({ dtype: 'float32', shape: [size, 1, 1], data: others });
  const threshold = slice(graph, logits, 1, 0, 1); // [B, 1, L, L]
  const lacking = add(graph, logits, scale(graph, relations, OUT));
  const having = add(
    graph,
    subtract(graph, threshold, logits),
    scale(graph, subtract(graph, notNone, relations), OUT),
  );
  return add(graph, crossEntropy(graph, lacking, labels), crossEntropy(graph, having, labels));
}

/**
 * Adds the outputs that decoding reads, only for pairs with a relation: `cells` i64[N, 3] (sentence, row, column),
 * `cell_label` i64[N], `cell_probability` f32[N] (of the label against all others, or against "none"). A pair with
 * several independent labels stands there several times.
 */
export function w2nerCells(model: W2nerGraph): void {
  if (model.relationScores === 'softmax') bestLabels(model);
  else everyLabel(model);
}

const integers = (
  model: W2nerGraph,
  opType: string,
  inputs: Value[],
  shape: Value['shape'],
  attributes = {},
) => model.build.graph.node(opType, inputs, [{ dtype: 'int64', shape }], attributes)[0]!;

function bestLabels(model: W2nerGraph): void {
  const { graph } = model.build;
  const { logits } = model;
  const grid = ['B', 'L', 'L'];
  const best = integers(model, 'ArgMax', [logits], grid, { axis: 1, keepdims: 0 });
  // Padding has scores too: there is no relation there, whatever they are.
  const choice =
    model.pairs === undefined
      ? best
      : multiply(graph, best, cast(graph, reshape(graph, model.pairs, grid), 'int64'));
  const cells = transpose(graph, integers(model, 'NonZero', [choice], [3, 'N']), [1, 0]);
  // The softmax is only needed at the few cells with a relation: their scores are gathered first.
  const lastAxis = transpose(graph, logits, [0, 2, 3, 1]); // [B, L, L, K]
  const spec = [{ dtype: 'float32' as const, shape: ['N', logits.shape[1]!] }];
  const scores = graph.node('GatherND', [lastAxis, cells], spec)[0]!;
  graph.output('cells', cells);
  graph.output('cell_label', integers(model, 'GatherND', [choice, cells], ['N']));
  graph.output('cell_probability', reduceMax(graph, softmax(graph, scores), 1));
}

function everyLabel(model: W2nerGraph): void {
  const { graph } = model.build;
  const { logits, pairs } = model;
  const above = subtract(graph, logits, slice(graph, logits, 1, 0, 1));
  const masked = pairs === undefined ? above : multiply(graph, above, pairs);
  const lastAxis = transpose(graph, masked, [0, 2, 3, 1]); // [B, L, L, K]
  const spec = { dtype: 'bool' as const, shape: lastAxis.shape };
  const wins = graph.node('Greater', [lastAxis, graph.scalar(0)], [spec])[0]!;
  const places = transpose(graph, integers(model, 'NonZero', [wins], [4, 'N']), [1, 0]); // [N, 4]
  const chosen = graph.node('GatherND', [lastAxis, places], [{ dtype: 'float32', shape: ['N'] }])[0]!;
  graph.output('cells', slice(graph, places, 1, 0, 3));
  graph.output('cell_label', reshape(graph, slice(graph, places, 1, 3, 4), ['N']));
  graph.output('cell_probability', sigmoid(graph, chosen));
}
