/** The loss of labels that are not certain: against a cross-entropy by hand, differences of it, and the loss of certain labels. */
import { describe, expect, test } from 'vitest';
import { differentiate } from '../autodiff/differentiate.ts';
import { createRandom } from '../base/random.ts';
import { type BatchItem, lossFeeds } from '../data/batches.ts';
import { createLabelSet, LINK } from '../data/labels.ts';
import { encodeGrid, gridDifference } from '../data/relation-grid.ts';
import type { Example, LabelChance } from '../data/types.ts';
import { createBuild } from '../model/build.ts';
import { w2nerLoss } from '../model/relations.ts';
import { floatTensor } from '../onnx/dtype.ts';
import { Graph } from '../onnx/graph.ts';
import { createSession } from './session.ts';

const labels = createLabelSet(['A', 'B', 'C']);
const names = [undefined, LINK, ...labels.types];
const K = labels.size;
const L = 5; // words of the longest sentence

const wordsOf = (length: number): string[] => Array.from({ length }, (_, k) => `слово${k}`);
const sizes = [5, 1, 3];
const B = sizes.length;
const pairs = sizes.reduce((sum, size) => sum + size * size, 0);

/** Probabilities of some labels at about half of a sentence's pairs, in any order. */
function drawChances(length: number, seed: number): LabelChance[] {
  const random = createRandom(seed);
  const chances: LabelChance[] = [];
  for (let cell = 0; cell < length * length; cell++) {
    if (random.below(2) === 0) continue;
    let left = 1;
    for (let label = 1; label < K; label++) {
      if (random.below(2) === 0) continue;
      const chance = left * random.uniform();
      left -= chance;
      chances.push([Math.floor(cell / length), cell % length, names[label]!, chance]);
    }
  }
  return random.shuffle(chances);
}

/** Models labelled the first and the last one; the one between is annotated. */
const examples: Example[] = [
  {
    words: wordsOf(5),
    entities: [
      { type: 'A', words: [0, 2, 3] },
      { type: 'B', words: [4] },
    ],
    chances: drawChances(5, 1),
  },
  { words: wordsOf(1), entities: [{ type: 'C', words: [0] }] },
  { words: wordsOf(3), entities: [{ type: 'B', words: [0, 1] }], chances: drawChances(3, 2) },
];

function itemOf({ words, entities, chances }: Example): BatchItem {
  const grid = encodeGrid(entities, words.length, labels);
  if (chances === undefined) return { words, grid };
  return { words, grid, difference: gridDifference(chances, grid, words.length, labels) };
}

const random = createRandom(3);
const logits = Float32Array.from({ length: B * K * L * L }, () => 2 * random.normal());

/** Loss and gradient by the logits. */
async function compute(batch: readonly Example[], soft: boolean) {
  const graph = new Graph();
  const input = graph.input('logits', 'float32', ['B', K, 'L', 'L']);
  const build = createBuild(graph, { training: true, padded: true });
  const model = { build, logits: input, pairs: undefined, relationScores: 'softmax' as const };
  const loss = w2nerLoss(model, soft);
  graph.output('loss', loss);
  graph.output('gradient', differentiate(graph, loss, [input]).get(input)!);
  const session = await createSession(graph, 'inputs', { threads: 1 });
  const feeds = lossFeeds(batch.map(itemOf), { scores: 'softmax', size: K, soft });
  const result = await session.run({ ...feeds, logits: floatTensor([B, K, L, L], logits) });
  await session.release();
  return {
    loss: (result.loss!.data as Float32Array)[0]!,
    gradient: result.gradient!.data as Float32Array,
  };
}

/** The probabilities of a pair: those given, the rest "no relation"; without any, the annotated label. */
function probabilitiesOf({ words, entities, chances }: Example, row: number, column: number): number[] {
  const given = chances?.filter(([r, c]) => r === row && c === column) ?? [];
  const probabilities = new Array<number>(K).fill(0);
  if (given.length === 0) {
    probabilities[encodeGrid(entities, words.length, labels)[row * words.length + column]!] = 1;
    return probabilities;
  }
  for (const [, , label, chance] of given) probabilities[names.indexOf(label)] = chance;
  probabilities[0] = 1 - given.reduce((sum, [, , , chance]) => sum + chance, 0);
  return probabilities;
}

/** −Σ q · log softmax(scores), the mean over the pairs of words. */
function crossEntropyByHand(scores: ArrayLike<number>): number {
  let sum = 0;
  for (const [b, example] of examples.entries()) {
    for (let row = 0; row < example.words.length; row++) {
      for (let column = 0; column < example.words.length; column++) {
        const own = Array.from({ length: K }, (_, k) => scores[((b * K + k) * L + row) * L + column]!);
        const total = own.reduce((exps, score) => exps + Math.exp(score), 0);
        for (const [k, q] of probabilitiesOf(example, row, column).entries())
          sum -= q * (own[k]! - Math.log(total));
      }
    }
  }
  return sum / pairs;
}

describe('with probabilities of labels', () => {
  test('the loss is the cross-entropy, over the pairs of words alone', async () => {
    const { loss } = await compute(examples, true);
    expect(loss).toBeCloseTo(crossEntropyByHand(logits), 5);
    const certain = await compute(examples, false);
    expect(Math.abs(certain.loss - loss)).toBeGreaterThan(0.1);
  });

  test('the gradient is that of differences, and nothing at padding', async () => {
    const { gradient } = await compute(examples, true);
    const exact = Float64Array.from(logits);
    const step = 1e-4;
    for (const k of exact.keys()) {
      exact[k] = logits[k]! + step;
      const above = crossEntropyByHand(exact);
      exact[k] = logits[k]! - step;
      const below = crossEntropyByHand(exact);
      exact[k] = logits[k]!;
      expect(Math.abs(gradient[k]! - (above - below) / (2 * step)), `logit ${k}`).toBeLessThan(1e-6);
    }
    expect(gradient.filter((value) => value !== 0).length).toBe(K * pairs);
  });
});

describe('with certain labels', () => {
  /** The relations of a sentence's entities as cells with a probability of 1, and others with one of 0. */
  const asCells = (example: Example): Example => {
    const size = example.words.length;
    const grid = [...encodeGrid(example.entities, size, labels)];
    return {
      ...example,
      chances: grid.flatMap((own, cell) =>
        [1, 2, 3, 4].map((label): LabelChance => {
          const chance = label === own ? 1 : 0;
          return [Math.floor(cell / size), cell % size, names[label]!, chance];
        }),
      ),
    };
  };
  const annotated = examples.map(({ words, entities }) => ({ words, entities }));

  test.each([
    ['cells of 0 and 1', annotated.map(asCells)],
    ['sentences without cells', annotated],
  ])('%s give exactly the same loss and gradient', async (_, batch) => {
    const [soft, hard] = [await compute(batch, true), await compute(annotated, false)];
    expect(soft.loss).toBe(hard.loss);
    expect(soft.gradient).toEqual(hard.gradient);
  });
});
