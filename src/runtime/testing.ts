/**
 * W2NER in plain loops of doubles, for comparison in tests: every word pair's vector is made, its embeddings are joined, the
 * dilations' outputs are joined, as in the original (Li et al. 2022). Nothing is shared with the graph but spelling.
 */
import type { Config } from '../config/schema.ts';
import { spellingFeatures } from '../text/spelling.ts';

/** A tensor that loops read and tests may change. */
export interface LoopTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array;
}
export type LoopTensors = ReadonlyMap<string, LoopTensor>;

/** The factor of a dropout mask at an element; 1 without dropout. */
export type Drop = (name: string, index: number) => number;

const keep: Drop = () => 1;

/** erf by its series without cancellation: 2/√π · e^(−x²) · Σ 2ⁿ·x^(2n+1) / (2n+1)!!. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

export const gelu = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const times = (count: number): number[] => [...Array(count).keys()];

/** `weight · x + bias`, weight [O, I]. */
export function project(x: readonly number[], weight: LoopTensor, bias?: LoopTensor): number[] {
  const inputs = weight.shape[1]!;
  return times(weight.shape[0]!).map((o) =>
    x.reduce((sum, v, i) => sum + v * weight.data[o * inputs + i]!, bias?.data[o] ?? 0),
  );
}

export function normalize(x: readonly number[], epsilon: number): number[] {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
  return x.map((v) => (v - mean) / Math.sqrt(variance + epsilon));
}

/** The compact encoder: [L][H]. */
function encode(words: readonly string[], config: Config, of: (name: string) => LoopTensor): number[][] {
  const table = of('compact.table');
  const width = table.shape[1]!;
  return words.map((word) => {
    const rows = [...spellingFeatures(word, config)];
    const bag = times(width).map((e) =>
      rows.reduce((sum, row) => sum + table.data[row * width + e]! / Math.sqrt(rows.length), 0),
    );
    const hidden = project(bag, of('compact.projection.weight'), of('compact.projection.bias')).map(gelu);
    return normalize(hidden, 1e-5).map(
      (v, h) => v * of('compact.norm.weight').data[h]! + of('compact.norm.bias').data[h]!,
    );
  });
}

/** One direction of PyTorch's `nn.LSTM` (gates: input, forget, cell, output): [L][D/2]. */
function runLstm(
  x: readonly number[][],
  name: string,
  suffix: string,
  of: (name: string) => LoopTensor,
): number[][] {
  const [ih, hh] = ['ih', 'hh'].map((kind) => ({
    weight: of(`${name}.weight_${kind}_l0${suffix}`),
    bias: of(`${name}.bias_${kind}_l0${suffix}`),
  }));
  const width = hh!.weight.shape[1]!;
  let [hidden, cell] = [times(width).map(() => 0), times(width).map(() => 0)];
  const states: number[][] = [];
  for (const t of suffix === '' ? times(x.length) : times(x.length).reverse()) {
    const fromInput = project(x[t]!, ih!.weight, ih!.bias);
    const gates = project(hidden, hh!.weight, hh!.bias).map((v, k) => v + fromInput[k]!);
    cell = cell.map(
      (c, d) => sigmoid(gates[width + d]!) * c + sigmoid(gates[d]!) * Math.tanh(gates[2 * width + d]!),
    );
    hidden = cell.map((c, d) => sigmoid(gates[3 * width + d]!) * Math.tanh(c));
    states[t] = hidden;
  }
  return states;
}

/** Both directions: [L][D]. */
function runBoth(x: readonly number[][], name: string, of: (name: string) => LoopTensor): number[][] {
  const backward = runLstm(x, name, '_reverse', of);
  return runLstm(x, name, '', of).map((state, i) => [...state, ...backward[i]!]);
}

/** The original's `dis2idx`: 1, 2–3, 4–7, … 256 and more. */
function distanceClass(distance: number): number {
  return [1, 2, 4, 8, 16, 32, 64, 128, 256].filter((from) => distance >= from).length;
}

/** The grid's input: [L][L][dist + type + D]. */
function pairVectors(states: readonly number[][], of: (name: string) => LoopTensor): number[][][] {
  const row = (tensor: LoopTensor, index: number): number[] => {
    const width = tensor.shape[1]!;
    return [...tensor.data.slice(index * width, (index + 1) * width)];
  };
  return states.map((own, i) =>
    states.map((condition, j) => {
      const bucket = i === j ? 19 : i > j ? distanceClass(i - j) : 9 + distanceClass(j - i);
      const region = i >= j ? 2 : 1;
      const gain = project(condition, of('cln.gamma_dense.weight'), of('cln.gamma'));
      const offset = project(condition, of('cln.beta_dense.weight'), of('cln.beta'));
      const pair = normalize(own, 1e-12).map((v, d) => v * gain[d]! + offset[d]!);
      return [...row(of('dis_embs.weight'), bucket), ...row(of('reg_embs.weight'), region), ...pair];
    }),
  );
}

/** A depthwise 3×3 convolution with zero padding and GELU: [C][L][L]. */
function convolve(
  x: readonly number[][][],
  dilation: number,
  weight: LoopTensor,
  bias: LoopTensor,
): number[][][] {
  return x.map((plane, c) =>
    plane.map((line, i) =>
      line.map((_, j) => {
        let sum = bias.data[c]!;
        for (const k of times(9)) {
          const [row, column] = [i + (Math.floor(k / 3) - 1) * dilation, j + ((k % 3) - 1) * dilation];
          sum += weight.data[c * 9 + k]! * (plane[row]?.[column] ?? 0);
        }
        return gelu(sum);
      }),
    ),
  );
}

/** The joined outputs of the chained convolutions: [G·C][L][L]. */
function convolutions(
  pairs: readonly number[][][],
  config: Config,
  of: (name: string) => LoopTensor,
  drop: Drop,
): number[][][] {
  const projected = pairs.map((line) =>
    line.map((vector) => {
      const kept = vector.map((v, k) => v * drop('grid', k));
      return project(kept, of('convLayer.base.1.weight'), of('convLayer.base.1.bias')).map(gelu);
    }),
  );
  let x = times(config.conv_hid_size).map((c) => projected.map((line) => line.map((cell) => cell[c]!)));
  return config.dilation.flatMap((dilation, k) => {
    x = convolve(x, dilation, of(`convLayer.convs.${k}.weight`), of(`convLayer.convs.${k}.bias`));
    return x;
  });
}

/** Head or tail vectors with a one behind them: [L][S + 1]. */
function perceptron(
  states: readonly number[][],
  name: string,
  of: (name: string) => LoopTensor,
  drop: Drop,
): number[][] {
  return states.map((state, i) => {
    const kept = state.map((v, d) => v * drop(`${name}/in`, i * state.length + d));
    const hidden = project(kept, of(`predictor.${name}.linear.weight`), of(`predictor.${name}.linear.bias`));
    return [...hidden.map((v, s) => gelu(v) * drop(`${name}/out`, i * hidden.length + s)), 1];
  });
}

function biaffine(
  head: readonly number[],
  tail: readonly number[],
  weight: LoopTensor,
  label: number,
): number {
  let sum = 0;
  for (const [a, x] of head.entries()) {
    for (const [b, y] of tail.entries()) {
      sum += x * weight.data[(label * head.length + a) * tail.length + b]! * y;
    }
  }
  return sum;
}

/**
 * The scores of one sentence.
 * @param drop factors of dropout masks, for a batch of this sentence alone
 * @returns [K, L, L], row-major
 */
export function scoreInLoops(
  words: readonly string[],
  config: Config,
  tensors: LoopTensors,
  drop: Drop = keep,
): number[] {
  const of = (name: string): LoopTensor => tensors.get(name)!;
  const size = words.length;
  const encoded = encode(words, config, of).map((state, i) =>
    state.map((v, h) => v * drop('words', i * state.length + h)),
  );
  const read = runBoth(encoded, 'encoder', of);
  const kept = read.map((state, i) => state.map((v, d) => v * drop('context', i * state.length + d)));
  const states = config.context_hid_size === 0 ? read : runBoth(kept, 'context', of);
  const grid = convolutions(pairVectors(states, of), config, of, drop);
  const [head, tail] = [perceptron(states, 'mlp1', of, drop), perceptron(states, 'mlp2', of, drop)];
  const channels = config.conv_hid_size;
  const labels = of('predictor.linear.weight').shape[0]!;
  const scores = new Array<number>(labels * size * size);
  for (const cell of times(size * size)) {
    const [i, j] = [Math.floor(cell / size), cell % size];
    const joined = grid.map((plane, c) => {
      const place = (c % channels) * size * size + cell;
      return plane[i]![j]! * drop(`mlp_rel/in${Math.floor(c / channels)}`, place);
    });
    const hidden = project(
      joined,
      of('predictor.mlp_rel.linear.weight'),
      of('predictor.mlp_rel.linear.bias'),
    );
    const kept = hidden.map((v, f) => gelu(v) * drop('mlp_rel/out', f * size * size + cell));
    const direct = project(kept, of('predictor.linear.weight'), of('predictor.linear.bias'));
    for (const k of times(labels)) {
      scores[k * size * size + cell] =
        direct[k]! + biaffine(head[i]!, tail[j]!, of('predictor.biaffine.weight'), k);
    }
  }
  return scores;
}

/** Minus the log-probability of each cell's label, summed. @param scores [K, L, L] */
export function sumOfLosses(scores: readonly number[], grid: ArrayLike<number>): number {
  const cells = grid.length;
  let sum = 0;
  for (const cell of times(cells)) {
    const own = times(scores.length / cells).map((k) => scores[k * cells + cell]!);
    sum += Math.log(own.reduce((total, v) => total + Math.exp(v), 0)) - own[grid[cell]!]!;
  }
  return sum;
}

/**
 * The loss of independent labels, summed over cells: each label that a pair has stands above "none", each other below.
 * @param scores [K, L, L]
 * @param relations per cell its labels
 */
export function sumOfThresholdLosses(
  scores: readonly number[],
  relations: readonly ReadonlySet<number>[],
): number {
  const cells = relations.length;
  let sum = 0;
  for (const [cell, own] of relations.entries()) {
    const above = times(scores.length / cells).map((k) => scores[k * cells + cell]! - scores[cell]!);
    const part = (has: boolean): number =>
      above.reduce((total, v, k) => total + (k > 0 && own.has(k) === has ? Math.exp(has ? -v : v) : 0), 1);
    sum += Math.log(part(true)) + Math.log(part(false));
  }
  return sum;
}
