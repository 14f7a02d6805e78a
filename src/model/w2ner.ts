/** The whole model as a graph: encoder, transformer, BiLSTM, grid, co-predictor. What training and use add is in `relations.ts`. */
import type { EncoderConfig } from '../config/encoder.ts';
import type { Config } from '../config/schema.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import { multiply } from '../onnx/operators/elementwise.ts';
import { unsqueeze } from '../onnx/operators/structure.ts';
import { bertEncoder } from './bert.ts';
import { biLstm } from './bilstm.ts';
import { type Build, type BuildOptions, createBuild, dropout } from './build.ts';
import { compactEncoder, compactRange } from './compact.ts';
import { computedDistances, gridConvolutions } from './grid.ts';
import { type InputRange, stateRange } from './int8-lstm.ts';
import { coPredictor } from './predictor.ts';
import { hasTransformer, transformer, transformerRange } from './transformer.ts';

/** A model's graph with what a caller has to know of it. */
export interface W2nerGraph {
  readonly build: Build;
  /** f32[B, K, L, L] */
  readonly logits: Value;
  /** f32[B, 1, L, L], 1 at pairs of words; absent when nothing is padded. */
  readonly pairs: Value | undefined;
  readonly relationScores: Config['relation_scores'];
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
  const build = createBuild(new Graph(), options);
  const mask = maskInput(build);
  const words = wordStates(build, config, mask, options.encoder);
  return gridModel(build, config, labels, words, mask, options.computedDistance);
}

/** The first half of a model that is used in two passes, up to the states of words. */
export interface StatesGraph {
  readonly build: Build;
  /** f32[B, L, D] */
  readonly words: Value;
}

/** Describes a model up to the states of its words. Inputs: the encoder's, and `word_mask` f32[B, L] when padded. */
export function describeStates(config: Config, options: W2nerOptions): StatesGraph {
  const build = createBuild(new Graph(), options);
  return { build, words: wordStates(build, config, maskInput(build), options.encoder) };
}

/** Describes a model from the states of words on. Inputs: `states` f32[B, L, D], `distance` i32[L·L]; nothing is padded. */
export function describeGrid(config: Config, labels: number, options: BuildOptions): W2nerGraph {
  const build = createBuild(new Graph(), options);
  const words = build.graph.input('states', 'float32', ['B', 'L', stateWidth(config)]);
  return gridModel(build, config, labels, words, undefined);
}

/** D, the width of the word states that the grid sees. */
export function stateWidth({ context_hid_size: context, lstm_hid_size: lstm }: Config): number {
  return context === 0 ? lstm : context;
}

const maskInput = ({ graph, padded }: Build): Value | undefined =>
  padded ? graph.input('word_mask', 'float32', ['B', 'L']) : undefined;

function wordStates(
  build: Build,
  config: Config,
  mask: Value | undefined,
  encoder: EncoderConfig | undefined,
): Value {
  const encoded = encode(build, config, encoder);
  const mixed = hasTransformer(config) ? transformer(build, encoded, mask, config) : encoded;
  const states = dropout(build, mixed, config.emb_dropout, 'words');
  const range = encodedRange(build, config);
  const read = biLstm(build, states, mask, config.lstm_hid_size, { range });
  return config.context_hid_size === 0 ? read : inContext(build, read, mask, config);
}

function gridModel(
  build: Build,
  config: Config,
  labels: number,
  words: Value,
  mask: Value | undefined,
  computed = false,
): W2nerGraph {
  const { graph } = build;
  const distance = computed ? computedDistances(graph) : graph.input('distance', 'int32', ['L*L']);
  const pairs = mask && pairMask(build, mask);
  const grid = gridConvolutions(build, words, distance, pairs, config);
  const logits = coPredictor(build, words, grid, labels, config);
  return { build, logits, pairs, relationScores: config.relation_scores };
}

/**
 * A second BiLSTM over the first: a state of the first knows one side of its word in each half, as the language model
 * left it; here both halves meet.
 * @returns f32[B, L, context_hid_size]
 */
function inContext(build: Build, states: Value, mask: Value | undefined, config: Config): Value {
  const kept = dropout(build, states, config.emb_dropout, 'context');
  return biLstm(build, kept, mask, config.context_hid_size, { name: 'context', range: stateRange(build) });
}

/** Word states f32[B, L, H] by the encoder that the settings name. */
function encode(build: Build, config: Config, encoder: EncoderConfig | undefined): Value {
  if (config.encoder === 'compact') return compactEncoder(build, config);
  if (encoder === undefined) throw new Error('a BERT encoder cannot be described without its configuration');
  return bertEncoder(build, { encoder, lastFourLayers: config.use_bert_last_4_layers });
}

/** The range of the states that the first BiLSTM reads, where it is known. */
function encodedRange(build: Build, config: Config): InputRange | undefined {
  if (hasTransformer(config)) return transformerRange(build, config.bert_hid_size);
  return config.encoder === 'compact' ? compactRange(build, config) : undefined;
}

/** f32[B, 1, L, L] from f32[B, L]. */
function pairMask(build: Build, mask: Value): Value {
  const { graph } = build;
  return unsqueeze(graph, multiply(graph, unsqueeze(graph, mask, 2), unsqueeze(graph, mask, 1)), 1);
}
