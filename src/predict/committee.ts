/** Several models as one: the mean of their probabilities for every word pair, from which entities are read as from one model's. */
import type { Config } from '../config/schema.ts';
import { createFeeder, type Feeder } from '../data/feeder.ts';
import { LABEL_NNW, LABEL_NONE, type LabelSet } from '../data/labels.ts';
import type { ScoredEntity } from '../data/types.ts';
import { decodeCells } from '../decode/decode.ts';
import { softmax } from '../onnx/operators/elementwise.ts';
import { transpose } from '../onnx/operators/structure.ts';
import type { Compile, DeviceGraph, Session } from '../runtime/engine.ts';
import { batchesByPieces, batchesOfOneLength } from './grid-batches.ts';
import { describeForUse, type TaggerModel } from './model-graphs.ts';
import { pieceLimits, spellingLimits } from './passes.ts';

/** Probabilities of a sentence's word pairs, f32[L·L, K] in the order of the committee's labels. */
export type PairProbabilities = Float32Array;

/** Models that answer together. */
export interface Committee {
  /** Those of the first model. */
  readonly labels: LabelSet;
  /** How the first model is read. */
  readonly readings: Config['readings'];
  /** @param sentences none empty, none longer than a grid */
  probabilities(sentences: readonly (readonly string[])[]): Promise<PairProbabilities[]>;
  release(): Promise<void>;
}

interface Member {
  readonly session: Session;
  /** Remembers words from one call to the next. */
  readonly feeder: Feeder;
  /** Whether its sentences are padded, as a BERT's are. */
  readonly padded: boolean;
  /** For each label of the committee its number in the model. */
  readonly order: Int32Array;
}

/** Adds the output `probabilities` f32[B, L, L, K]. */
function probabilityGraph(model: TaggerModel): DeviceGraph {
  return (device) => {
    const described = describeForUse(model, device === 'cpu');
    const { graph } = described.build;
    graph.output('probabilities', softmax(graph, transpose(graph, described.logits, [0, 2, 3, 1])));
    return graph;
  };
}

/**
 * Compiles the models.
 * @param models of one label set, in any order, whose labels compete (`relation_scores` is softmax)
 */
export async function createCommittee(models: readonly TaggerModel[], compile: Compile): Promise<Committee> {
  const labels = models[0]!.labels;
  const members: Member[] = [];
  const release = async (): Promise<void> => {
    for (const { session } of members) await session.release();
  };
  try {
    for (const model of models) {
      const session = await compile(probabilityGraph(model), model.parameters);
      const feeder = createFeeder(model);
      const padded = model.encoder !== undefined;
      members.push({ session, feeder, padded, order: orderOf(labels, model.labels) });
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    labels,
    readings: models[0]!.config.readings,
    async probabilities(sentences) {
      const sums = sentences.map(({ length }) => new Float32Array(length * length * labels.size));
      for (const member of members) await addProbabilities(member, sentences, sums, 1 / members.length);
      return sums;
    },
    release,
  };
}

/** For each label its number in another set of the same types. */
function orderOf(labels: LabelSet, other: LabelSet): Int32Array {
  const types = labels.types.map((type) => other.idOf(type));
  if (types.includes(undefined) || other.size !== labels.size) throw new Error('models of different types');
  return Int32Array.from([LABEL_NONE, LABEL_NNW, ...(types as number[])]);
}

async function addProbabilities(
  { session, feeder, padded, order }: Member,
  sentences: readonly (readonly string[])[],
  sums: readonly Float32Array[],
  weight: number,
): Promise<void> {
  const size = order.length;
  const items = sentences.map((words, place) => ({ words, place, pieces: feeder.piecesOf(words) }));
  const batches = padded ? batchesByPieces(items, pieceLimits) : batchesOfOneLength(items, spellingLimits);
  for (const batch of batches) {
    const { probabilities } = await session.run(feeder.feeds(batch, padded));
    const data = probabilities!.data as Float32Array;
    const stride = probabilities!.shape[1]!;
    for (const [b, { words, place }] of batch.entries()) {
      const sum = sums[place]!;
      for (let row = 0; row < words.length; row++) {
        for (let column = 0; column < words.length; column++) {
          const from = ((b * stride + row) * stride + column) * size;
          const to = (row * words.length + column) * size;
          for (let k = 0; k < size; k++) sum[to + k]! += weight * data[from + order[k]!]!;
        }
      }
    }
  }
}

/** The entities of a sentence: every pair's likeliest label, read as a grid. */
export function readPairs(
  probabilities: PairProbabilities,
  length: number,
  labels: LabelSet,
  readings: Config['readings'] = 'all',
): ScoredEntity[] {
  const [rows, columns, ids, chances]: number[][] = [[], [], [], []];
  for (let pair = 0; pair < length * length; pair++) {
    const at = pair * labels.size;
    let best = LABEL_NONE;
    let chance = probabilities[at]!;
    for (let k = 1; k < labels.size; k++) {
      if (probabilities[at + k]! <= chance) continue;
      best = k;
      chance = probabilities[at + k]!;
    }
    if (best === LABEL_NONE) continue;
    rows!.push(Math.floor(pair / length));
    columns!.push(pair % length);
    ids!.push(best);
    chances!.push(chance);
  }
  const cells = { length, count: ids!.length, rows: rows!, columns: columns!, labels: ids! };
  return decodeCells({ ...cells, probabilities: chances! }, { readings }).entities.map(
    ({ label, words, score }) => ({
      type: labels.typeOf(label),
      words,
      score,
    }),
  );
}
