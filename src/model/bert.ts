/**
 * BERT and RoBERTa encoders (Devlin et al. 2019; Liu et al. 2019) over word pieces, and the word states that W2NER takes from
 * them (Li et al. 2022, §3.1): the maximum over the pieces of each word. Parameters are named as in the original's state dict.
 */
import { type EncoderConfig, firstPosition } from '../config/encoder.ts';
import type { Value } from '../onnx/graph.ts';
import {
  add,
  cast,
  detach,
  equals,
  gelu,
  layerNorm,
  less,
  multiply,
  relu,
  replaceBelow,
  scale,
  shift,
  softmax,
  tanh,
} from '../onnx/operators/elementwise.ts';
import { matmul, transposeLast } from '../onnx/operators/products.ts';
import {
  concat,
  expand,
  firstRows,
  gather,
  range,
  reduceMin,
  reshape,
  segmentMax,
  slice,
  transpose,
  unsqueeze,
} from '../onnx/operators/structure.ts';
import { adaptedLinear } from './adapters.ts';
import { type Build, dropout, parameter } from './build.ts';
import { int8Weights, tableRows } from './weights.ts';

/** Added to the attention scores of padding: far below any real score, and finite. */
const MASKED = -1e9;

const TABLE_START = { kind: 'normal', deviation: 0.02 } as const;

/** Further from zero than any state. */
const BEYOND = 1e30;

export interface BertOptions {
  readonly encoder: EncoderConfig;
  /** Mean of the last four hidden states instead of the last one (`use_bert_last_4_layers`). */
  readonly lastFourLayers: boolean;
}

/** A layer's own way to its parameters. */
interface Layer {
  readonly build: Build;
  readonly encoder: EncoderConfig;
  readonly name: string;
}

/**
 * Word states. Inputs of the graph: `pieces` i32[W, P], the ids of the encoder's sequences, 0 at padding; `piece_word`
 * i32[W, P], the place in B·L of the word that a piece belongs to, -1 where it belongs to none (special pieces, padding).
 * The first B sequences are those of the sentences, in order; what a sentence is longer than a sequence follows behind.
 * Attention looks at ids other than 0, as in the original (so not at the first piece of a RoBERTa, whose id is 0).
 * @returns f32[B, L, H]
 */
export function bertEncoder(build: Build, options: BertOptions): Value {
  const { graph } = build;
  const { encoder } = options;
  const pieces = graph.input('pieces', 'int32', ['W', 'P']);
  const pieceWord = graph.input('piece_word', 'int32', ['W', 'P']);
  const padding = cast(graph, equals(graph, pieces, 0), 'float32'); // [W, P]
  const states = [embeddings(build, encoder, pieces)];
  for (let k = 0; k < encoder.num_hidden_layers; k++) {
    const layer = { build, encoder, name: `bert.encoder.layer.${k}` };
    states.push(feedForward(layer, attention(layer, states.at(-1)!, padding)));
  }
  const read = options.lastFourLayers ? meanOf(build, states.slice(-4)) : states.at(-1)!;
  return wordStates(build, read, pieceWord, padding);
}

function meanOf(build: Build, states: readonly Value[]): Value {
  const sum = states.reduce((a, b) => add(build.graph, a, b));
  return scale(build.graph, sum, 1 / states.length);
}

function table(build: Build, name: string, rows: number, width: number): Value {
  return parameter(build, `bert.embeddings.${name}.weight`, [rows, width], TABLE_START);
}

/** @returns f32[W, P, H] */
function embeddings(build: Build, encoder: EncoderConfig, pieces: Value): Value {
  const { graph } = build;
  const width = encoder.hidden_size;
  const words = 'bert.embeddings.word_embeddings.weight';
  const positions = table(build, 'position_embeddings', encoder.max_position_embeddings, width);
  const types = table(build, 'token_type_embeddings', encoder.type_vocab_size, width);
  const flat = reshape(graph, pieces, ['P*W']);
  const rows = tableRows(build, words, [encoder.vocab_size, width], TABLE_START, flat); // [W·P, H]
  build.bags.push({
    table: words,
    sum: rows,
    rowsInput: 'pieces',
    ignoredRow: encoder.pad_token_id,
    dense: true,
  });
  const place = gather(graph, positions, range(graph, 'P', firstPosition(encoder))); // [P, H]
  const whole = add(
    graph,
    reshape(graph, rows, ['W', 'P', width]),
    add(graph, place, slice(graph, types, 0, 0, 1)),
  );
  const layer = { build, encoder, name: 'bert.embeddings' };
  return dropout(
    build,
    normalised(layer, 'LayerNorm', whole),
    encoder.hidden_dropout_prob,
    'bert/embeddings',
  );
}

function normalised({ build, encoder, name }: Layer, part: string, x: Value): Value {
  const width = encoder.hidden_size;
  const gain = parameter(build, `${name}.${part}.weight`, [width], { kind: 'ones' });
  const offset = parameter(build, `${name}.${part}.bias`, [width], { kind: 'zeros' });
  return layerNorm(build.graph, x, gain, offset, encoder.layer_norm_eps);
}

function dense({ build, name }: Layer, part: string, x: Value, width: number): Value {
  return adaptedLinear(build, x, `${name}.${part}`, width);
}

/** Multi-head self-attention with its residual connection. @param x f32[W, P, H] @param padding f32[W, P] 1 at padding */
function attention(layer: Layer, x: Value, padding: Value): Value {
  const { build, encoder } = layer;
  const { hidden_size: width } = encoder;
  if (build.fused && build.int8)
    return residual(layer, 'attention.output', int8Attention(layer, x, padding), x);
  const parts = ['query', 'key', 'value'] as const;
  const [query, key, value] = parts.map((part) => dense(layer, `attention.self.${part}`, x, width));
  const mixed = build.fused
    ? fusedAttention(build, encoder, [query!, key!, value!], padding)
    : plainAttention(layer, [query!, key!, value!], padding);
  return residual(layer, 'attention.output', mixed, x);
}

/** Attention in ordinary operators, as it is trained. @returns f32[W, P, H] */
function plainAttention(layer: Layer, projected: readonly [Value, Value, Value], padding: Value): Value {
  const { build, encoder } = layer;
  const { graph } = build;
  const { hidden_size: width, num_attention_heads: heads } = encoder;
  const [query, key, value] = projected.map((x) =>
    transpose(graph, reshape(graph, x, ['W', 'P', heads, width / heads]), [0, 2, 1, 3]),
  ) as [Value, Value, Value]; // [W, A, P, H/A]
  const products = matmul(graph, query, transposeLast(graph, key), `${layer.name}/scores`); // [W, A, P, P]
  const bias = unsqueeze(graph, scale(graph, padding, MASKED), 1, 2); // [W, 1, 1, P]
  const scores = add(graph, scale(graph, products, 1 / Math.sqrt(width / heads)), bias);
  const weights = dropout(
    build,
    softmax(graph, scores),
    encoder.attention_probs_dropout_prob,
    `${layer.name}/attention`,
  );
  const mixed = matmul(graph, weights, value, `${layer.name}/mixed`);
  return reshape(graph, transpose(graph, mixed, [0, 2, 1, 3]), ['W', 'P', width]);
}

/** The same in one operator of ONNX Runtime: nothing is transposed, and the scores of all heads are never held at once. */
function fusedAttention(
  build: Build,
  encoder: EncoderConfig,
  projected: readonly [Value, Value, Value],
  padding: Value,
): Value {
  const { graph } = build;
  const mask = cast(graph, shift(graph, scale(graph, padding, -1), 1), 'int32'); // [W, P]
  const spec = [{ dtype: 'float32' as const, shape: projected[0].shape }];
  const attributes = { num_heads: encoder.num_attention_heads, mask_filter_value: { float: MASKED } };
  const options = { domain: 'com.microsoft' };
  return graph.node('MultiHeadAttention', [...projected, undefined, mask], spec, attributes, options)[0]!;
}

/** Attention with int8 weights: one quantisation of the states and one product for queries, keys and values. */
function int8Attention({ build, encoder, name }: Layer, x: Value, padding: Value): Value {
  const { graph } = build;
  const width = encoder.hidden_size;
  const parts = ['query', 'key', 'value'].map((part) => `${name}.attention.self.${part}`);
  const stored = parts.map((part) => int8Weights(build, `${part}.weight`, [width, width]));
  const bias = concat(
    graph,
    parts.map((part) => parameter(build, `${part}.bias`, [width], { kind: 'zeros' })),
    0,
  );
  const weights = concat(
    graph,
    stored.map(({ values }) => values),
    1,
  ); // i8[H, 3·H]
  const scales = concat(
    graph,
    stored.map(({ scales: own }) => own),
    0,
  );
  const scalar = (dtype: 'float32' | 'uint8') => ({ dtype, shape: [] });
  const [quantized, scale_, zero] = graph.node(
    'DynamicQuantizeLinear',
    [x],
    [{ dtype: 'uint8', shape: x.shape }, scalar('float32'), scalar('uint8')],
  ) as [Value, Value, Value];
  const mask = cast(graph, shift(graph, scale(graph, padding, -1), 1), 'int32');
  const zeros = graph.constant({ dtype: 'int8', shape: [3 * width], data: new Int8Array(3 * width) });
  const inputs = [quantized, weights, bias, scale_, scales, mask, zero, zeros];
  const spec = [{ dtype: 'float32' as const, shape: x.shape }];
  return graph.node(
    'QAttention',
    inputs,
    spec,
    { num_heads: encoder.num_attention_heads, unidirectional: 0 },
    {
      domain: 'com.microsoft',
    },
  )[0]!;
}

/** Projection, dropout, residual connection, normalisation: the end of both halves of a layer. */
function residual(layer: Layer, part: string, x: Value, before: Value): Value {
  const { build, encoder, name } = layer;
  const projected = dense(layer, `${part}.dense`, x, encoder.hidden_size);
  const kept = dropout(build, projected, encoder.hidden_dropout_prob, `${name}/${part}`);
  return normalised(layer, `${part}.LayerNorm`, add(build.graph, kept, before));
}

/** @param x f32[W, P, H] */
function feedForward(layer: Layer, x: Value): Value {
  const { build, encoder } = layer;
  const wide = dense(layer, 'intermediate.dense', x, encoder.intermediate_size);
  return residual(layer, 'output', activate(build, encoder.hidden_act, wide), x);
}

function activate(build: Build, name: EncoderConfig['hidden_act'], x: Value): Value {
  const { graph } = build;
  if (name === 'gelu') return gelu(graph, x);
  if (name === 'relu') return relu(graph, x);
  // The tanh form of GELU (Hendrycks & Gimpel 2016, §2), as GPT-2 has it.
  const cube = multiply(graph, multiply(graph, x, x), x);
  const inner = scale(graph, add(graph, x, scale(graph, cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return multiply(graph, scale(graph, x, 0.5), shift(graph, tanh(graph, inner), 1));
}

/** The maximum over each word's pieces; words without any get the least state of their sequence, as in the original. */
function wordStates(build: Build, states: Value, pieceWord: Value, padding: Value): Value {
  const { graph } = build;
  const width = states.shape[2] as number;
  // In the original, places outside a word hold the batch's least number, and where a word's own maximum is that number its
  // gradient goes to them.
  const own = build.originalPadding ? replaceBelow(graph, states, leastOfAll(build, states)) : states;
  const flat = reshape(graph, own, ['P*W', width]);
  const highest = segmentMax(graph, flat, reshape(graph, pieceWord, ['P*W']), 'B*L', -BEYOND); // [B·L, H]
  const words = reshape(graph, highest, ['B', 'L', width]);
  const first = slice(graph, detach(graph, words), 2, 0, 1); // [B, L, 1]
  const lacks = cast(graph, less(graph, first, -BEYOND / 2), 'float32');
  const least = leastStates(build, detach(graph, states), padding); // [B, 1, 1]
  const has = shift(graph, scale(graph, lacks, -1), 1);
  return add(graph, multiply(graph, words, has), multiply(graph, lacks, least));
}

/** The least number among a sentence's states; in the original, among all of the batch with its padding. @returns f32[B, 1, 1] */
function leastStates(build: Build, states: Value, padding: Value): Value {
  const { graph } = build;
  if (build.originalPadding) {
    return expand(graph, reshape(graph, leastOfAll(build, states), [1, 1, 1]), ['B', 1, 1]);
  }
  const raised = add(graph, states, unsqueeze(graph, scale(graph, padding, BEYOND), 2));
  return unsqueeze(graph, firstRows(graph, reduceMin(graph, raised, [1, 2]), 'B'), 1, 2);
}

/** The least number among all states of a batch, padding's too. @returns f32[] */
function leastOfAll(build: Build, states: Value): Value {
  return reduceMin(build.graph, detach(build.graph, states), [0, 1, 2]);
}
