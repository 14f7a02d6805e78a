/**
 * Fits the gate of a finished model (docs/decisions/0012-two-passes.md): a logistic regression from the states of words to
 * whether annotation has them in an entity, and the threshold below which words stay out of the grid.
 */
import { createRandom } from '../base/random.ts';
import { createFeeder } from '../data/feeder.ts';
import type { Example, ScoredEntity } from '../data/types.ts';
import { stateWidth } from '../model/w2ner.ts';
import { batchesOfOneLength } from '../predict/grid-batches.ts';
import { statesGraph, type TaggerModel } from '../predict/model-graphs.ts';
import { stateFeeds } from '../predict/passes.ts';
import { cutSegments, segmentShape } from '../predict/segments.ts';
import { defaultWindowSizes } from '../predict/windows.ts';
import type { SessionOptions } from '../runtime/engine.ts';
import { createSession } from '../runtime/session.ts';

/** A fitted gate. */
export interface Gate {
  /** f32[D] */
  readonly weight: Float32Array;
  readonly bias: number;
  readonly threshold: number;
  /** Share of the dev data's grid cells that are still computed. */
  readonly cells: number;
  /** Entities found on the dev data that are lost. */
  readonly lost: number;
}

/** Sentences that the regression learns from at most. */
const SENTENCES = 4000;
const PASSES = 4;
const BATCH = 16;
const RATE = 0.02;
/** Tried from the top: the first that loses no more than this share of what the whole grid finds on dev. */
const THRESHOLDS = [-1, -1.5, -2, -2.5, -3, -3.5, -4, -5, -6];
const LARGEST_LOSS = 0.005;

interface States {
  readonly example: Example;
  /** f32[L, D] */
  readonly states: Float32Array;
}

/**
 * @param found entities of the dev sentences as the whole grid finds them
 * @returns undefined when no threshold loses little enough
 */
export async function fitGate(
  model: TaggerModel,
  train: readonly Example[],
  dev: readonly Example[],
  found: readonly (readonly ScoredEntity[])[],
  options: SessionOptions,
): Promise<Gate | undefined> {
  const random = createRandom(model.config.seed);
  const sample = random.shuffle([...train]).slice(0, SENTENCES);
  const ungated = { ...model, config: { ...model.config, gate_threshold: null } };
  const session = await createSession(statesGraph(ungated), ungated.parameters, options);
  const feeder = createFeeder(model);
  const statesOf = async (examples: readonly Example[]): Promise<States[]> => {
    const short = examples.flatMap((example) =>
      example.words.length > 0 && example.words.length <= defaultWindowSizes.max
        ? [{ words: example.words, example }]
        : [],
    );
    const all: States[] = [];
    for (const batch of batchesOfOneLength(short, { sentences: 64, cells: 100_000 })) {
      const { states } = await session.run(stateFeeds(feeder, batch));
      const size = states!.data.length / batch.length;
      for (const [b, { example }] of batch.entries()) {
        all.push({ example, states: (states!.data as Float32Array).slice(b * size, (b + 1) * size) });
      }
    }
    return all;
  };
  try {
    const { weight, bias } = regress(random.shuffle(await statesOf(sample)), stateWidth(model.config));
    const scores = new Map(
      (await statesOf(dev)).map(({ example, states }) => [example, scoreWords(states, weight, bias)]),
    );
    return pickThreshold(dev, found, scores, { weight, bias });
  } finally {
    await session.release();
  }
}

/** Logistic regression by Adam (Kingma & Ba 2015) over sentences in the order given. */
function regress(rows: readonly States[], width: number): { weight: Float32Array; bias: number } {
  const [values, mean, square] = [0, 0, 0].map(() => new Float64Array(width + 1)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let step = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    for (let start = 0; start < rows.length; start += BATCH) {
      const gradient = meanGradient(rows.slice(start, start + BATCH), values, width);
      step += 1;
      for (let d = 0; d <= width; d++) {
        mean[d] = 0.9 * mean[d]! + 0.1 * gradient[d]!;
        square[d] = 0.999 * square[d]! + 0.001 * gradient[d]! ** 2;
        const size = Math.sqrt(square[d]! / (1 - 0.999 ** step)) + 1e-8;
        values[d]! -= (RATE * (mean[d]! / (1 - 0.9 ** step))) / size;
      }
    }
  }
  return { weight: Float32Array.from(values.subarray(0, width)), bias: values[width]! };
}

function meanGradient(rows: readonly States[], values: Float64Array, width: number): Float64Array {
  const gradient = new Float64Array(width + 1);
  let words = 0;
  for (const { example, states } of rows) {
    const inside = new Set(example.entities.flatMap((entity) => entity.words));
    for (let word = 0; word < example.words.length; word++) {
      let logit = values[width]!;
      for (let d = 0; d < width; d++) logit += values[d]! * states[word * width + d]!;
      const error = 1 / (1 + Math.exp(-logit)) - (inside.has(word) ? 1 : 0);
      for (let d = 0; d < width; d++) gradient[d]! += error * states[word * width + d]!;
      gradient[width]! += error;
      words += 1;
    }
  }
  return gradient.map((sum) => sum / Math.max(1, words));
}

function scoreWords(states: Float32Array, weight: Float32Array, bias: number): Float64Array {
  const width = weight.length;
  return Float64Array.from({ length: states.length / width }, (_, word) =>
    weight.reduce((sum, w, d) => sum + w * states[word * width + d]!, bias),
  );
}

function pickThreshold(
  dev: readonly Example[],
  found: readonly (readonly ScoredEntity[])[],
  scores: ReadonlyMap<Example, Float64Array>,
  gate: { weight: Float32Array; bias: number },
): Gate | undefined {
  const total = found.reduce((sum, entities) => sum + entities.length, 0);
  for (const threshold of THRESHOLDS) {
    let [cells, all, lost] = [0, 0, 0];
    for (const [i, example] of dev.entries()) {
      const own = scores.get(example);
      if (own === undefined) continue;
      const segments = cutSegments(own, { ...segmentShape, threshold });
      all += own.length ** 2;
      for (const { wordStart, wordEnd } of segments) cells += (wordEnd - wordStart) ** 2;
      lost += found[i]!.filter(
        ({ words }) => !segments.some((s) => words[0]! >= s.wordStart && words.at(-1)! < s.wordEnd),
      ).length;
    }
    if (lost <= LARGEST_LOSS * total) return { ...gate, threshold, cells: cells / Math.max(1, all), lost };
  }
  return undefined;
}
