/**
 * The bidirectional LSTM with int8 weights, by ONNX Runtime's `DynamicQuantizeLSTM`. The operator quantises its input and, at
 * every word, its hidden states with a scale taken from their least and greatest number, over all sentences of a batch: a
 * sentence's states would depend on its neighbours. Here both ranges are pinned, so that they do not
 * (docs/decisions/0008-int8.md): the input is clipped to a range and has two more features, its ends, and there are two more
 * hidden units that are always 1 and -1. Neither has a weight to anything.
 */
import { elementCount } from '../onnx/dtype.ts';
import type { Value } from '../onnx/graph.ts';
import { add, scale } from '../onnx/operators/elementwise.ts';
import {
  concat,
  expand,
  reduceMax,
  reshape,
  slice,
  transpose,
  unsqueeze,
} from '../onnx/operators/structure.ts';
import { type Build, fanIn, parameter } from './build.ts';
import { int8Weights } from './weights.ts';

/** The range in which the numbers of an input lie, or to which they are clipped; f32[] each. */
export interface InputRange {
  readonly low: Value;
  readonly high: Value;
}

/** What pins a range. */
const PINS = 2;
/** Gate biases that open (+) or close (−) a gate for good; a cell of this size is one that is full. */
const SURE = 30;
/** ONNX orders gates input, output, forget, cell; PyTorch input, forget, cell, output. Biases: what the pinned units have. */
const GATES = [
  { from: 0, pinned: -SURE },
  { from: 3, pinned: SURE },
  { from: 1, pinned: SURE },
  { from: 2, pinned: 0 },
] as const;
const DIRECTIONS = ['', '_reverse'] as const;

/**
 * @param x f32[B, L, H]
 * @param lengths i32[B] words in each sentence; absent when all are of one length
 * @param half D/2
 * @returns f32[B, L, D]; rows behind a sentence's end are zero
 */
export function int8Lstm(
  build: Build,
  x: Value,
  lengths: Value | undefined,
  half: number,
  name: string,
  range: InputRange,
): Value {
  const { graph } = build;
  const [batch, words, input] = x.shape as [string, string, number];
  const sides = DIRECTIONS.map((suffix) => directionOf(build, name, suffix, input, half));
  const stack = (key: keyof Direction): Value =>
    concat(
      graph,
      sides.map((side) => unsqueeze(graph, side[key], 0)),
      0,
    );
  const steps = transpose(graph, pinInput(build, x, range), [1, 0, 2]); // [L, B, H + 2]
  const units = half + PINS;
  const start = (pin: number): Value => {
    const values = new Float32Array(2 * units);
    for (const side of [0, 1]) values.set([pin, -pin], side * units + half);
    const one = graph.constant({ dtype: 'float32', shape: [2, 1, units], data: values });
    return expand(graph, one, [2, batch, units]);
  };
  const zeros = filled(build, [2, 4 * units], 'int8', 0);
  const y = graph.node(
    'DynamicQuantizeLSTM',
    [
      steps,
      stack('input'),
      stack('recurrent'),
      stack('bias'),
      lengths,
      start(1),
      start(SURE),
      undefined,
      stack('inputScale'),
      zeros,
      stack('recurrentScale'),
      zeros,
    ],
    [{ dtype: 'float32', shape: [words, 2, batch, units] }],
    { hidden_size: units, direction: 'bidirectional' },
    { domain: 'com.microsoft' },
  )[0]!;
  const states = transpose(graph, slice(graph, y, 3, 0, half), [2, 0, 1, 3]);
  return reshape(graph, states, [batch, words, 2 * half]);
}

/** x clipped to its range, with the ends of the range as two more features. @returns f32[B, L, H + 2] */
function pinInput({ graph }: Build, x: Value, { low, high }: InputRange): Value {
  const spec = [{ dtype: x.dtype, shape: x.shape }];
  const clipped = graph.node('Clip', [x, low, high], spec)[0]!;
  const ends = concat(
    graph,
    [low, high].map((end) => reshape(graph, end, [1, 1, 1])),
    2,
  );
  return concat(graph, [clipped, expand(graph, ends, [...x.shape.slice(0, 2), PINS])], 2);
}

interface Direction {
  /** i8[H + 2, 4·(D/2 + 2)] */
  readonly input: Value;
  /** i8[D/2 + 2, 4·(D/2 + 2)] */
  readonly recurrent: Value;
  /** f32[4·(D/2 + 2)] each */
  readonly inputScale: Value;
  readonly recurrentScale: Value;
  /** f32[8·(D/2 + 2)] */
  readonly bias: Value;
}

function filled({ graph }: Build, shape: readonly number[], dtype: 'float32' | 'int8', value: number): Value {
  const data = (
    dtype === 'int8' ? new Int8Array(elementCount(shape)) : new Float32Array(elementCount(shape))
  ).fill(value);
  return graph.constant({ dtype, shape, data });
}

/** One direction's weights with room for the pinned features and units. ONNX Runtime folds all of it when it loads a model. */
function directionOf(build: Build, name: string, suffix: string, input: number, half: number): Direction {
  const { graph } = build;
  /** Gates in ONNX's order along the last axis, each with its pinned units. */
  const regate = (x: Value, pinned: (gate: number) => number): Value => {
    const axis = x.shape.length - 1;
    const shape = [...(x.shape.slice(0, axis) as number[]), PINS];
    const parts = GATES.flatMap(({ from }, gate) => [
      slice(graph, x, axis, from * half, (from + 1) * half),
      filled(build, shape, x.dtype as 'float32' | 'int8', pinned(gate)),
    ]);
    return concat(graph, parts, axis);
  };
  const weights = (kind: string, rows: number): { values: Value; scales: Value } => {
    const { values, scales } = int8Weights(build, `${name}.${kind}_l0${suffix}`, [rows, 4 * half]);
    const all = [regate(values, () => 0), filled(build, [PINS, 4 * (half + PINS)], 'int8', 0)];
    return { values: concat(graph, all, 0), scales: regate(scales, () => 1) };
  };
  const bias = (kind: string): Value =>
    parameter(build, `${name}.${kind}_l0${suffix}`, [4 * half], fanIn(half));
  const [w, r] = [weights('weight_ih', input), weights('weight_hh', half)];
  const sum = regate(add(graph, bias('bias_ih'), bias('bias_hh')), (gate) => GATES[gate]!.pinned);
  return {
    input: w.values,
    recurrent: r.values,
    inputScale: w.scales,
    recurrentScale: r.scales,
    bias: concat(graph, [sum, filled(build, [4 * (half + PINS)], 'float32', 0)], 0),
  };
}

/** States of an LSTM. */
export function stateRange({ graph }: Build): InputRange {
  return { low: graph.scalar(-1), high: graph.scalar(1) };
}

/**
 * What comes out of a layer normalisation.
 * @param gain f32[H]
 * @param offset f32[H]
 * @param spread how far below and above 0 the normalised numbers lie
 */
export function normalizedRange(
  { graph }: Build,
  gain: Value,
  offset: Value,
  spread: readonly [below: number, above: number],
): InputRange {
  const size = graph.node('Abs', [gain], [{ dtype: gain.dtype, shape: gain.shape }])[0]!;
  const most = (sign: 1 | -1, by: number): Value =>
    scale(graph, reduceMax(graph, add(graph, scale(graph, offset, sign), scale(graph, size, by)), 0), sign);
  return { low: most(-1, spread[0]), high: most(1, spread[1]) };
}
