/**
 * The word-pair grid and its convolutions (Li et al. 2022, §3.2–3.3): conditional layer normalisation, distance and
 * region embeddings, dilated depthwise convolutions. The grid's input of width D + 40 is never made: the first 1×1
 * convolution is linear in it, so each part is projected before it meets the grid (docs/decisions/0002-grid-algebra.md).
 */
import type { Graph, Value } from '../onnx/graph.ts';
import { add, divide, gelu, multiply, shift, sqrt, subtract } from '../onnx/operators/elementwise.ts';
import { depthwiseConv, linear, matmul, transposeLast } from '../onnx/operators/products.ts';
import {
  gather,
  meanLast,
  range,
  reshape,
  slice,
  transpose,
  unsqueeze,
} from '../onnx/operators/structure.ts';
import { type Build, dropoutMask, fanIn, parameter } from './build.ts';

/** Buckets of signed distances between words: 1–9 for i > j, 10–18 for i < j, 19 for i = j, by powers of two. */
export const DISTANCE_BUCKETS = 20;

/** From so many channels on, a pair of words is cheaper to multiply first while training too: sentences are shorter than that. */
const MANY_CHANNELS = 64;

/** The region of each distance bucket: 2 on and below the diagonal, 1 above it; bucket 0 is never used. */
const REGION_OF_BUCKET = Array.from({ length: DISTANCE_BUCKETS }, (_, k) =>
  k === 0 ? 0 : k >= 10 && k <= 18 ? 1 : 2,
);

export interface GridSettings {
  readonly dist_emb_size: number;
  readonly type_emb_size: number;
  readonly conv_hid_size: number;
  readonly dilation: readonly number[];
  readonly conv_dropout: number;
}

/** From this distance on, all are in one bucket. */
const FAR = 256;

/** The bucket of `row - column`. */
function bucketOf(distance: number): number {
  const size = Math.min(9, 32 - Math.clz32(Math.abs(distance)));
  return distance === 0 ? 19 : distance > 0 ? size : size + 9;
}

/** The distance bucket of every word pair, i32[L·L] row-major: what the graph's input `distance` is fed. */
export function distanceBuckets(length: number): Int32Array {
  const buckets = new Int32Array(length * length);
  for (let row = 0; row < length; row++) {
    for (let column = 0; column < length; column++) buckets[row * length + column] = bucketOf(row - column);
  }
  return buckets;
}

/** The same in a graph of which some input has the dimension `L`, for those who run it by themselves. @returns i32[L·L] */
export function computedDistances(graph: Graph): Value {
  const scalar = (value: number): Value =>
    graph.constant({ dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) });
  const table = Int32Array.from({ length: 2 * FAR + 1 }, (_, k) => bucketOf(k - FAR));
  const places = range(graph, 'L', 0);
  const signed = subtract(graph, unsqueeze(graph, places, 1), unsqueeze(graph, places, 0)); // [L, L]
  const spec = [{ dtype: 'int64' as const, shape: signed.shape }];
  const near = graph.node('Clip', [signed, scalar(-FAR), scalar(FAR)], spec)[0]!;
  const buckets = graph.constant({ dtype: 'int32', shape: [table.length], data: table });
  return reshape(graph, gather(graph, buckets, add(graph, near, scalar(FAR))), ['L*L']);
}

/**
 * @param words f32[B, L, D]
 * @param distance i32[L·L] {@link distanceBuckets}
 * @param mask2d f32[B, 1, L, L] 1 at word pairs, 0 at padding; absent when nothing is padded
 * @returns one f32[B, C, L, L] per dilation
 */
export function gridConvolutions(
  build: Build,
  words: Value,
  distance: Value,
  mask2d: Value | undefined,
  settings: GridSettings,
): Value[] {
  const { graph } = build;
  const channels = settings.conv_hid_size;
  const masked = (x: Value): Value => (mask2d === undefined ? x : multiply(graph, x, mask2d));
  // The original clears padding before the first convolution and behind the last, so that what biases leave there reaches
  // words through the dilated ones; here it is cleared between them too (docs/decisions/0002-grid-algebra.md).
  const between = build.originalPadding ? (x: Value): Value => x : masked;
  let x = between(gelu(graph, projectedGrid(build, words, distance, masked, settings)));
  const outputs = settings.dilation.map((dilation, k) => {
    const weight = parameter(build, `convLayer.convs.${k}.weight`, [channels, 1, 3, 3], fanIn(9));
    const offset = parameter(build, `convLayer.convs.${k}.bias`, [channels], fanIn(9));
    x = between(gelu(graph, depthwiseConv(graph, x, weight, offset, dilation)));
    return x;
  });
  return build.originalPadding ? outputs.map(masked) : outputs;
}

/** The 1×1 convolution over [distance, region, normalised pair]: f32[B, C, L, L]. */
function projectedGrid(
  build: Build,
  words: Value,
  distance: Value,
  masked: (x: Value) => Value,
  settings: GridSettings,
): Value {
  const { graph } = build;
  const [, length, width] = words.shape as [string, string, number];
  const { dist_emb_size: distSize, type_emb_size: typeSize, conv_hid_size: channels } = settings;
  const inputSize = distSize + typeSize + width;
  const kernel = parameter(build, 'convLayer.base.1.weight', [channels, inputSize, 1, 1], fanIn(inputSize));
  const bias = parameter(build, 'convLayer.base.1.bias', [channels], fanIn(inputSize));
  const weight = reshape(graph, kernel, [channels, inputSize]);
  const mask = dropoutMask(build, settings.conv_dropout, 'grid', ['B', 1, inputSize]);
  const part = (start: number, size: number) => ({
    weight: slice(graph, weight, 1, start, start + size),
    drop: (x: Value): Value =>
      mask === undefined ? x : multiply(graph, x, slice(graph, mask, 2, start, start + size)),
  });
  const relative = relativeTerm(
    build,
    part(0, distSize),
    part(distSize, typeSize),
    distance,
    settings,
    length,
  );
  const pair = part(distSize + typeSize, width);

  const [normal, gain, offset] = conditionalNorm(build, words, width);
  const product = pairProduct(build, pair.drop(normal), gain, pair.weight);
  const columns = transpose(graph, linear(graph, pair.drop(offset), pair.weight), [0, 2, 1]); // [B, C, L]
  const sumOf = (perColumn: Value): Value =>
    add(graph, add(graph, product, unsqueeze(graph, perColumn, 2)), relative);
  if (build.originalPadding) {
    return add(graph, masked(sumOf(columns)), reshape(graph, bias, [channels, 1, 1]));
  }
  return sumOf(add(graph, columns, reshape(graph, bias, [channels, 1])));
}

/**
 * `Σ_d weight[c, d] · rows[i, d] · columns[j, d]`, which is bilinear in the two words.
 * While training, channels weigh the rows first and one product with the columns sums over D: cheap to differentiate, and
 * channel-first at once. For use, pairs are multiplied first: L·L·D numbers are fewer than C·L·D at usual lengths, and the
 * product's right side is then a constant that ONNX Runtime packs once.
 * @param rows f32[B, L, D]
 * @param columns f32[B, L, D]
 * @param weight f32[C, D]
 * @returns f32[B, C, L, L]
 */
function pairProduct(build: Build, rows: Value, columns: Value, weight: Value): Value {
  const { graph } = build;
  const [batch, length, width] = rows.shape as [string, string, number];
  const channels = weight.shape[0] as number;
  if (!build.training || channels >= MANY_CHANNELS) {
    const pairs = multiply(graph, unsqueeze(graph, rows, 2), unsqueeze(graph, columns, 1)); // [B, L, L, D]
    return transpose(graph, linear(graph, pairs, weight), [0, 3, 1, 2]);
  }
  const weighted = multiply(graph, unsqueeze(graph, rows, 1), reshape(graph, weight, [channels, 1, width]));
  const flat = reshape(graph, weighted, [batch, `${channels}*${length}`, width]);
  const product = matmul(graph, flat, transposeLast(graph, columns)); // [B, C·L, L]
  return reshape(graph, product, [batch, channels, length, length]);
}

interface Part {
  readonly weight: Value;
  readonly drop: (x: Value) => Value;
}

/** Distance and region embeddings, projected per bucket and spread over the grid: f32[(B,) C, L, L]. */
function relativeTerm(
  build: Build,
  distPart: Part,
  regionPart: Part,
  distance: Value,
  settings: GridSettings,
  length: string,
): Value {
  const { graph } = build;
  const normal = { kind: 'normal', deviation: 1 } as const;
  const distances = parameter(build, 'dis_embs.weight', [DISTANCE_BUCKETS, settings.dist_emb_size], normal);
  const regions = parameter(build, 'reg_embs.weight', [3, settings.type_emb_size], normal);
  const regionRows = gather(graph, regions, graph.ints(REGION_OF_BUCKET));
  const perBucket = add(
    graph,
    linear(graph, distPart.drop(distances), distPart.weight),
    linear(graph, regionPart.drop(regionRows), regionPart.weight),
  ); // [(B,) 20, C]
  const buckets = graph.constant({
    dtype: 'int32',
    shape: [DISTANCE_BUCKETS],
    data: Int32Array.from({ length: DISTANCE_BUCKETS }, (_, k) => k),
  });
  const cells = `${length}*${length}`;
  const equal = graph.node(
    'Equal',
    [reshape(graph, distance, [1, cells]), reshape(graph, buckets, [DISTANCE_BUCKETS, 1])],
    [{ dtype: 'bool', shape: [DISTANCE_BUCKETS, cells] }],
  )[0]!;
  const oneHot = graph.node('Cast', [equal], [{ dtype: 'float32', shape: equal.shape }], { to: 1 })[0]!;
  const spread = matmul(graph, transposeLast(graph, perBucket), oneHot); // [(B,) C, L·L]
  return reshape(graph, spread, [...spread.shape.slice(0, -1), length, length]);
}

/** The normalised row states, and the gains and offsets that each column's word gives: three f32[B, L, D]. */
function conditionalNorm(build: Build, words: Value, width: number): [Value, Value, Value] {
  const { graph } = build;
  const zeros = { kind: 'zeros' } as const;
  const dense = (name: string): Value => parameter(build, `cln.${name}_dense.weight`, [width, width], zeros);
  const gain = linear(graph, words, dense('gamma'), parameter(build, 'cln.gamma', [width], { kind: 'ones' }));
  const offset = linear(graph, words, dense('beta'), parameter(build, 'cln.beta', [width], zeros));
  const centred = subtract(graph, words, meanLast(graph, words));
  const variance = meanLast(graph, multiply(graph, centred, centred));
  const normal = divide(graph, centred, sqrt(graph, shift(graph, variance, 1e-12)));
  return [normal, gain, offset];
}
