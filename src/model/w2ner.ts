/** The whole model as a graph: encoder, BiLSTM, grid, co-predictor; with a loss for training or readable cells for use. */
import type { EncoderConfig } from '../config/encoder.ts';
import type { Config } from '../config/schema.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import { cast, multiply, softmax } from '../onnx/operators/elementwise.ts';
import { crossEntropy } from '../onnx/operators/products.ts';
import { reduceMax, reshape, transpose, unsqueeze } from '../onnx/operators/structure.ts';
import { bertEncoder } from './bert.ts';
import { biLstm } from './bilstm.ts';
import { type Build, type BuildOptions, createBuild, dropout } from './build.ts';
import { compactEncoder } from './compact.ts';
import { computedDistances, gridConvolutions } from './grid.ts';
import { coPredictor } from './predictor.ts';

/** A model's graph with what a caller has to know of it. */
export interface W2nerGraph {
  readonly build: Build;
  /** f32[B, K, L, L] */
  readonly logits: Value;
  /** f32[B, 1, L, L], 1 at pairs of words; absent when nothing is padded. */
  readonly pairs: Value | undefined;
}

/** What a model is described from, besides its settings. */
export interface W2nerOptions extends BuildOptions {
  /** The BERT encoder, for models that have one. */
  readonly encoder?: EncoderConfig | undefined;
  /** Compute the distances of words in the graph instead of reading them as the input `distance`. */
  readonly computedDistance?: boolean;
}

/**
 * Describes the model. Inputs besides the encoder's: `distance` i32[L·L], and `word_mask` f32[B, L] when padded.
 * @param labels K, `<pad>` and `<suc>` included
 */
export function describeW2ner(config: Config, labels: number, options: W2nerOptions): W2nerGraph {
  const graph = new Graph();
  const build = createBuild(graph, options);
  const mask = options.padded ? graph.input('word_mask', 'float32', ['B', 'L']) : undefined;
  const encoded = encode(build, config, options.encoder);
  const distance = options.computedDistance
    ? computedDistances(graph)
    : graph.input('distance', 'int32', ['L*L']);
  const states = dropout(build, encoded, config.emb_dropout, 'words');
  const words = biLstm(build, states, mask, config.lstm_hid_size);
  const pairs = mask && pairMask(build, mask);
  const grid = gridConvolutions(build, words, distance, pairs, config);
  return { build, logits: coPredictor(build, words, grid, labels, config), pairs };
}

/** Word states f32[B, L, H] by the encoder that the settings name. */
function encode(build: Build, config: Config, encoder: EncoderConfig | undefined): Value {
  if (config.encoder === 'compact') return compactEncoder(build, config);
  if (encoder === undefined) throw new Error('a BERT encoder cannot be described without its configuration');
  return bertEncoder(build, { encoder, lastFourLayers: config.use_bert_last_4_layers });
}

/** f32[B, 1, L, L] from f32[B, L]. */
function pairMask(build: Build, mask: Value): Value {
  const { graph } = build;
  return unsqueeze(graph, multiply(graph, unsqueeze(graph, mask, 2), unsqueeze(graph, mask, 1)), 1);
}

/** The mean cross-entropy of all word pairs. Adds the input `labels` i32[B, L, L], -100 at padding. */
export function w2nerLoss(model: W2nerGraph): Value {
  const { graph } = model.build;
  const labels = graph.input('labels', 'int32', ['B', 'L', 'L']);
  return crossEntropy(graph, model.logits, labels);
}

/**
 * Adds the outputs that decoding reads, only for pairs with a relation: `cells` i64[N, 3] (sentence, row, column),
 * `cell_label` i64[N], `cell_probability` f32[N] (softmax of the chosen label).
 */
export function w2nerCells(model: W2nerGraph): void {
  const { graph } = model.build;
  const { logits } = model;
  const grid = ['B', 'L', 'L'];
  const int = (opType: string, inputs: Value[], shape: (string | number)[], attributes = {}): Value =>
    graph.node(opType, inputs, [{ dtype: 'int64', shape }], attributes)[0]!;
  const best = int('ArgMax', [logits], grid, { axis: 1, keepdims: 0 });
  // Padding has scores too: there is no relation there, whatever they are.
  const choice =
    model.pairs === undefined
      ? best
      : multiply(graph, best, cast(graph, reshape(graph, model.pairs, grid), 'int64'));
  const cells = transpose(graph, int('NonZero', [choice], [3, 'N']), [1, 0]);
  // The softmax is only needed at the few cells with a relation: their scores are gathered first.
  const lastAxis = transpose(graph, logits, [0, 2, 3, 1]); // [B, L, L, K]
  const spec = [{ dtype: 'float32' as const, shape: ['N', logits.shape[1]!] }];
  const scores = graph.node('GatherND', [lastAxis, cells], spec)[0]!;
  graph.output('cells', cells);
  graph.output('cell_label', int('GatherND', [choice, cells], ['N']));
  graph.output('cell_probability', reduceMax(graph, softmax(graph, scores), 1));
}
