/** The bidirectional LSTM over word states (Li et al. 2022, §3.1), parameters named and laid out as PyTorch's `nn.LSTM`. */
import type { Value } from '../onnx/graph.ts';
import { add, cast, multiply, scale, shift } from '../onnx/operators/elementwise.ts';
import { matmul, transposeLast } from '../onnx/operators/products.ts';
import { lstmScan } from '../onnx/operators/recurrent.ts';
import {
  concat,
  reduceSum,
  reshape,
  reverse,
  slice,
  transpose,
  unsqueeze,
} from '../onnx/operators/structure.ts';
import { type Build, fanIn, parameter } from './build.ts';
import { type InputRange, int8Lstm } from './int8-lstm.ts';

/** Closes the input gate at padding: the state stays zero there. */
const CLOSED = -1e4;

interface Direction {
  readonly input: Value;
  readonly recurrent: Value;
  readonly bias: Value;
}

/** PyTorch orders gates input, forget, cell, output; `order` lists the ones wanted. */
function regate(build: Build, x: Value, width: number, order: readonly number[]): Value {
  return concat(
    build.graph,
    order.map((k) => slice(build.graph, x, 0, k * width, (k + 1) * width)),
    0,
  );
}

function direction(
  build: Build,
  name: string,
  suffix: string,
  input: number,
  width: number,
  order: readonly number[],
): Direction {
  const start = fanIn(width);
  const read = (kind: string, shape: readonly number[]): Value =>
    regate(build, parameter(build, `${name}.${kind}_l0${suffix}`, shape, start), width, order);
  const biases = [read('bias_ih', [4 * width]), read('bias_hh', [4 * width])] as const;
  return {
    input: read('weight_ih', [4 * width, input]),
    recurrent: read('weight_hh', [4 * width, width]),
    bias: add(build.graph, biases[0], biases[1]),
  };
}

/**
 * @param x f32[B, L, H] word states
 * @param mask f32[B, L] 1 at words, 0 at padding; absent when nothing is padded
 * @param width D, both directions together
 * @param options.name of its parameters
 * @param options.range of the numbers of x, without which its weights cannot be int8
 * @returns f32[B, L, D]; rows of padding are zero
 */
export function biLstm(
  build: Build,
  x: Value,
  mask: Value | undefined,
  width: number,
  options: { readonly name?: string; readonly range?: InputRange | undefined } = {},
): Value {
  const { name = 'encoder', range } = options;
  const input = x.shape.at(-1) as number;
  const half = width / 2;
  if (build.int8Words && range !== undefined)
    return int8Lstm(build, x, mask && lengthsOf(build, mask), half, name, range);
  return build.training
    ? scannedLstm(build, x, mask, name, input, half)
    : nativeLstm(build, x, mask, name, input, half);
}

/** The number of words in each sentence, i32[B]. */
function lengthsOf(build: Build, mask: Value): Value {
  return cast(build.graph, reduceSum(build.graph, mask, [1]), 'int32');
}

/** ONNX's own operator (gates: input, output, forget, cell); states behind a sentence's end are zero. */
function nativeLstm(
  build: Build,
  x: Value,
  mask: Value | undefined,
  name: string,
  input: number,
  half: number,
): Value {
  const { graph } = build;
  const [batch, words] = x.shape;
  const directions = ['', '_reverse'].map((suffix) =>
    direction(build, name, suffix, input, half, [0, 3, 1, 2]),
  );
  const stack = (pick: (d: Direction) => Value): Value =>
    concat(
      graph,
      directions.map((d) => unsqueeze(graph, pick(d), 0)),
      0,
    );
  const zero = graph.constant({ dtype: 'float32', shape: [4 * half], data: new Float32Array(4 * half) });
  const bias = stack((d) => concat(graph, [d.bias, zero], 0));
  const steps = transpose(graph, x, [1, 0, 2]);
  const lengths = mask === undefined ? [] : [lengthsOf(build, mask)];
  const inputs = [steps, stack((d) => d.input), stack((d) => d.recurrent), bias, ...lengths];
  const shape = [words!, 2, batch!, half];
  const attributes = { hidden_size: half, direction: 'bidirectional' };
  const y = graph.node('LSTM', inputs, [{ dtype: 'float32', shape }], attributes)[0]!; // [L, 2, B, D/2]
  return reshape(graph, transpose(graph, y, [2, 0, 1, 3]), [batch!, words!, 2 * half]);
}

function scannedLstm(
  build: Build,
  x: Value,
  mask: Value | undefined,
  name: string,
  input: number,
  half: number,
): Value {
  const { graph } = build;
  const [batch, words] = x.shape;
  const directions = ['', '_reverse'].map((suffix) =>
    direction(build, name, suffix, input, half, [0, 1, 3, 2]),
  );
  const steps = transpose(graph, x, [1, 0, 2]); // [L, B, H]
  const both = concat(
    graph,
    directions.map((d) => d.input),
    0,
  );
  const bias = concat(
    graph,
    directions.map((d) => d.bias),
    0,
  );
  let gates = add(graph, matmul(graph, steps, transposeLast(graph, both), name), bias); // [L, B, 2·4·D/2]
  if (mask !== undefined) gates = add(graph, gates, closePadding(build, mask, half));
  const gatesOf = (k: number): Value =>
    unsqueeze(graph, slice(graph, gates, 2, k * 4 * half, (k + 1) * 4 * half), 1);
  const inTime = concat(graph, [gatesOf(0), reverse(graph, gatesOf(1), 0)], 1); // [L, 2, B, 4·D/2]
  const recurrent = concat(
    graph,
    directions.map((d) => unsqueeze(graph, transposeLast(graph, d.recurrent), 0)),
    0,
  );
  const hidden = lstmScan(graph, inTime, recurrent); // [L, 2, B, D/2]
  const flat = (y: Value): Value => reshape(graph, y, [words!, batch!, half]);
  const forward = flat(slice(graph, hidden, 1, 0, 1));
  const backward = reverse(graph, flat(slice(graph, hidden, 1, 1, 2)), 0);
  const states = transpose(graph, concat(graph, [forward, backward], 2), [1, 0, 2]); // [B, L, D]
  return mask === undefined ? states : multiply(graph, states, unsqueeze(graph, mask, 2));
}

/** What is added to the gates: very negative at the input gates of padding. @returns f32[L, B, 8·D/2] */
function closePadding(build: Build, mask: Value, half: number): Value {
  const { graph } = build;
  const closing = Float32Array.from({ length: 8 * half }, (_, k) => (k % (4 * half) < half ? CLOSED : 0));
  const vector = graph.constant({ dtype: 'float32', shape: [8 * half], data: closing });
  const padding = shift(graph, scale(graph, transpose(graph, mask, [1, 0]), -1), 1);
  return multiply(graph, unsqueeze(graph, padding, 2), vector);
}
