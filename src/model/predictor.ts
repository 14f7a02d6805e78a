/** The co-predictor (Li et al. 2022, §3.4): a biaffine score of each word pair plus a feed-forward score of its grid cell. */
import type { Value } from '../onnx/graph.ts';
import { add, gelu } from '../onnx/operators/elementwise.ts';
import { matmul, transposeLast } from '../onnx/operators/products.ts';
import { concat, expand, reshape, slice, transpose } from '../onnx/operators/structure.ts';
import { type Build, dropout, fanIn, parameter } from './build.ts';
import { int8Product, linearLayer } from './weights.ts';

export interface PredictorSettings {
  readonly biaffine_size: number;
  readonly ffnn_hid_size: number;
  readonly out_dropout: number;
  /** Added to the scores of the first label in use; training does without. */
  readonly none_offset: number;
}

/** Dropout, projection, GELU, as the original's `MLP`, with the dropout that follows it. */
function perceptron(build: Build, x: Value, name: string, size: number, rate: number): Value {
  const { graph } = build;
  const input = x.shape.at(-1) as number;
  const start = { weight: fanIn(input), bias: fanIn(input) };
  const kept = dropout(build, x, rate, `${name}/in`);
  const hidden = gelu(graph, linearLayer(build, kept, `predictor.${name}.linear`, size, start));
  return dropout(build, hidden, rate, `${name}/out`);
}

/** A column of ones behind the features, for the biases inside the biaffine form. */
function withOne(build: Build, x: Value): Value {
  const one = expand(
    build.graph,
    build.graph.constant({ dtype: 'float32', shape: [1, 1, 1], data: Float32Array.of(1) }),
    [x.shape[0]!, x.shape[1]!, 1],
  );
  return concat(build.graph, [x, one], 2);
}

/**
 * @param words f32[B, L, D]
 * @param grid one f32[B, C, L, L] per dilation
 * @param labels K
 * @returns f32[B, K, L, L] unnormalised scores
 */
export function coPredictor(
  build: Build,
  words: Value,
  grid: readonly Value[],
  labels: number,
  settings: PredictorSettings,
): Value {
  return add(
    build.graph,
    biaffine(build, words, labels, settings),
    cellScores(build, grid, labels, settings),
  );
}

function biaffine(build: Build, words: Value, labels: number, settings: PredictorSettings): Value {
  const { graph } = build;
  const [batch, length] = words.shape as [string, string];
  const { biaffine_size: size, out_dropout: rate } = settings;
  const width = size + 1;
  const head = withOne(build, perceptron(build, words, 'mlp1', size, rate));
  const tail = withOne(build, perceptron(build, words, 'mlp2', size, rate));
  // Xavier normal of a [K, I, J] tensor, as PyTorch computes it: fan in I·J, fan out K·J.
  const deviation = Math.sqrt(2 / (width * width + labels * width));
  const name = 'predictor.biaffine.weight';
  const product = build.int8
    ? int8Product(build, head, name, [width, labels * width])
    : matmul(graph, head, biaffineWeight(build, name, labels, width, deviation), 'biaffine');
  const scored = reshape(graph, product, [batch, length, labels, width]);
  const rows = reshape(graph, transpose(graph, scored, [0, 2, 1, 3]), [batch, `${labels}*${length}`, width]);
  return reshape(graph, matmul(graph, rows, transposeLast(graph, tail), 'biaffine/scores'), [
    batch,
    labels,
    length,
    length,
  ]);
}

/** The biaffine tensor [K, I, J] as a matrix [I, K·J]. */
function biaffineWeight(build: Build, name: string, labels: number, width: number, deviation: number): Value {
  const weight = parameter(build, name, [labels, width, width], { kind: 'normal', deviation });
  const turned = transpose(build.graph, weight, [1, 0, 2]);
  return reshape(build.graph, turned, [width, labels * width]);
}

/** The feed-forward scores; each dilation's channels meet their own columns of the first weight, so nothing is joined. */
function cellScores(
  build: Build,
  grid: readonly Value[],
  labels: number,
  settings: PredictorSettings,
): Value {
  const { graph } = build;
  const [batch, channels, length] = grid[0]!.shape as [string, number, string];
  const { ffnn_hid_size: hiddenSize, out_dropout: rate } = settings;
  const input = channels * grid.length;
  const cells = `${length}*${length}`;
  const weight = parameter(build, 'predictor.mlp_rel.linear.weight', [hiddenSize, input], fanIn(input));
  const bias = parameter(build, 'predictor.mlp_rel.linear.bias', [hiddenSize], fanIn(input));
  const outWeight = parameter(build, 'predictor.linear.weight', [labels, hiddenSize], fanIn(hiddenSize));
  const outBias = parameter(build, 'predictor.linear.bias', [labels], fanIn(hiddenSize));
  const products = grid.map((x, k) => {
    const flat = dropout(build, reshape(graph, x, [batch, channels, cells]), rate, `mlp_rel/in${k}`);
    return matmul(graph, slice(graph, weight, 1, k * channels, (k + 1) * channels), flat, 'mlp_rel');
  });
  const sum = products.reduce((a, b) => add(graph, a, b));
  const hidden = gelu(graph, add(graph, sum, reshape(graph, bias, [hiddenSize, 1]))); // [B, ffnn_hid_size, L·L]
  const kept = dropout(build, hidden, rate, 'mlp_rel/out');
  const scores = add(
    graph,
    matmul(graph, outWeight, kept, 'predictor.linear'),
    reshape(graph, offsetBias(build, outBias, settings.none_offset), [labels, 1]),
  );
  return reshape(graph, scores, [batch, labels, length, length]);
}

/** The bias of the last layer as it is used: ONNX Runtime folds the sum of the two constants. @param bias f32[K] */
function offsetBias(build: Build, bias: Value, offset: number): Value {
  if (build.training || offset === 0) return bias;
  const size = bias.shape[0] as number;
  const data = new Float32Array(size);
  data[0] = offset;
  return add(build.graph, bias, build.graph.constant({ dtype: 'float32', shape: [size], data }));
}
