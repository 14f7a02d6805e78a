/**
 * Self-attention over the word states of the compact encoder (Vaswani et al. 2017, §3). It is trained from nothing, so each part
 * is normalised before it and not behind it, which trains without a delicate start (Xiong et al. 2020, "On Layer Normalization
 * in the Transformer Architecture", §3).
 */
import type { Config } from '../config/schema.ts';
import type { Value } from '../onnx/graph.ts';
import { add, gelu, layerNorm, scale, shift, softmax } from '../onnx/operators/elementwise.ts';
import { matmul } from '../onnx/operators/products.ts';
import { gather, range, reshape, transpose, unsqueeze } from '../onnx/operators/structure.ts';
import { type Build, dropout, parameter } from './build.ts';
import { type InputRange, normalizedRange } from './int8-lstm.ts';
import { linearLayer } from './weights.ts';

/** The settings that describe it. */
export type TransformerSettings = Pick<
  Config,
  'transformer_layers' | 'transformer_heads' | 'transformer_ffn_size' | 'emb_dropout'
>;

/** Rows of the table of positions: more than a window has words (`predict/windows`). Words further on share the last. */
const POSITIONS = 128;

/** Added to the attention scores of padding: far below any real score, and finite. */
const MASKED = -1e9;

/** As BERT's weights start. */
const SMALL = { kind: 'normal', deviation: 0.02 } as const;
/** A third of a word's state: with 0.02 places are learnt later (pre-training, loss after 240 steps 5.99 against 5.93). */
const PLACES = { kind: 'normal', deviation: 0.3 } as const;
const ZEROS = { kind: 'zeros' } as const;

/** How far from 0 the numbers of a normalised state lie. */
const SPREAD = [8, 8] as const;

const NORM = 'transformer.norm';

/** A part of the stack: where it is described, and by which names and settings. */
interface Part {
  readonly build: Build;
  readonly settings: TransformerSettings;
  /** f32[B, L], absent when nothing is padded. */
  readonly mask: Value | undefined;
  readonly name: string;
}

/** Whether a model has a transformer: a BERT is one already. */
export function hasTransformer({ encoder, transformer_layers: layers }: Config): boolean {
  return encoder === 'compact' && layers > 0;
}

/**
 * Word states that know their sentence.
 * @param x f32[B, L, H] states of words by themselves
 * @param mask f32[B, L] 1 at words, 0 at padding, which no word attends to; absent when nothing is padded
 * @returns f32[B, L, H]; rows of padding are arbitrary
 */
export function transformer(
  build: Build,
  x: Value,
  mask: Value | undefined,
  settings: TransformerSettings,
): Value {
  const kept = (value: Value, name: string): Value => dropout(build, value, settings.emb_dropout, name);
  let states = kept(add(build.graph, x, positions(build, x)), 'transformer/words');
  for (let k = 0; k < settings.transformer_layers; k++) {
    for (const half of HALVES) {
      const name = `transformer.layer.${k}.${half.name}`;
      const change = half.run({ build, settings, mask, name }, normalised(build, `${name}.norm`, states));
      states = add(build.graph, states, kept(change, name));
    }
  }
  return normalised(build, NORM, states);
}

/** The range of the states that {@link transformer} gives, which end in a normalisation. @param width H */
export function transformerRange(build: Build, width: number): InputRange {
  const norm = (part: string): Value => build.graph.parameter(`${NORM}.${part}`, [width]);
  return normalizedRange(build, norm('weight'), norm('bias'), SPREAD);
}

/** The learned vectors of the places in a sentence. @returns f32[L, H] */
function positions(build: Build, x: Value): Value {
  const { graph } = build;
  const [, words, width] = x.shape as [string, string, number];
  const table = parameter(build, 'transformer.position.weight', [POSITIONS, width], PLACES);
  const last = graph.constant({ dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(POSITIONS - 1)) });
  const spec = [{ dtype: 'int64' as const, shape: [words] }];
  return gather(graph, table, graph.node('Min', [range(graph, words, 0), last], spec)[0]!);
}

function normalised(build: Build, name: string, x: Value): Value {
  const width = x.shape.at(-1) as number;
  const gain = parameter(build, `${name}.weight`, [width], { kind: 'ones' });
  const offset = parameter(build, `${name}.bias`, [width], ZEROS);
  return layerNorm(build.graph, x, gain, offset);
}

function dense({ build, name }: Part, layer: string, x: Value, size: number): Value {
  return linearLayer(build, x, `${name}.${layer}`, size, { weight: SMALL, bias: ZEROS });
}

/** Multi-head self-attention. @param x f32[B, L, H] */
function attention(part: Part, x: Value): Value {
  const width = x.shape.at(-1) as number;
  const [query, key, value] = ['query', 'key', 'value'].map((layer) => dense(part, layer, x, width));
  return dense(part, 'output', mix(part, query!, key!, value!), width);
}

/**
 * What each word takes from all. ONNX Runtime's `MultiHeadAttention` is no faster over sentences (25 and 90 words, 256 wide).
 * @returns f32[B, L, H]
 */
function mix({ build, settings, mask, name }: Part, query: Value, key: Value, value: Value): Value {
  const { graph } = build;
  const [batch, words, width] = query.shape as [string, string, number];
  const heads = settings.transformer_heads;
  const size = width / heads;
  const split = (x: Value, order: readonly number[]): Value =>
    transpose(graph, reshape(graph, x, [batch, words, heads, size]), order);
  const products = matmul(graph, split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1]), name); // [B, A, L, L]
  const scaled = scale(graph, products, 1 / Math.sqrt(size));
  const scores = mask === undefined ? scaled : add(graph, scaled, paddingBias(build, mask));
  const weights = dropout(build, softmax(graph, scores), settings.emb_dropout, `${name}.weights`);
  const mixed = matmul(graph, weights, split(value, [0, 2, 1, 3]), name); // [B, A, L, H/A]
  return reshape(graph, transpose(graph, mixed, [0, 2, 1, 3]), [batch, words, width]);
}

/** @returns f32[B, 1, 1, L], 0 at words */
function paddingBias({ graph }: Build, mask: Value): Value {
  return unsqueeze(graph, scale(graph, shift(graph, mask, -1), -MASKED), 1, 2);
}

/** Each word by itself. @param x f32[B, L, H] */
function feedForward(part: Part, x: Value): Value {
  const wide = gelu(part.build.graph, dense(part, 'inner', x, part.settings.transformer_ffn_size));
  return dense(part, 'outer', wide, x.shape.at(-1) as number);
}

/** What a layer adds to its states, one after the other. */
const HALVES = [
  { name: 'attention', run: attention },
  { name: 'feed_forward', run: feedForward },
] as const;
