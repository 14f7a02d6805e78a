/** A W2NER model in use: sentences grouped by length, run through the grid, decoded. */

import type { Config } from '../config/schema.ts';
import { batchFeeds, cutBatches, FeatureCache } from '../data/batches.ts';
import type { LabelSet } from '../data/labels.ts';
import type { ScoredEntity } from '../data/types.ts';
import { decodeCells } from '../decode/decode.ts';
import type { createBuild } from '../model/build.ts';
import { describeW2ner, w2nerCells } from '../model/w2ner.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { createSession, type Session } from '../runtime/session.ts';
import type { StoredModel } from '../weights/model-folder.ts';
import type { Tagger, TaggerCounts } from './types.ts';
import { tagInWindows } from './windows.ts';

/** Grid cells of one run: bounds the memory of a run whatever the sentences are. */
const CELLS_PER_RUN = 12_000;
const SENTENCES_PER_RUN = 64;

export interface TaggerOptions {
  readonly threads?: number;
}

/** One grid's worth of words, and its place among the pieces asked for. */
interface Piece {
  readonly words: readonly string[];
  readonly place: number;
}

/** Compiles a model for use. */
export async function createTagger(
  name: string,
  model: StoredModel,
  options: TaggerOptions = {},
): Promise<Tagger> {
  const { config, labels, tensors } = model;
  const session = await createInferenceSession(config, labels.size, tensors, options.threads);
  const cache = new FeatureCache(config);
  const counts: TaggerCounts = { sentences: 0, windowed: 0, bounded: 0 };
  const tagPieces = async (pieces: readonly (readonly string[])[]): Promise<ScoredEntity[][]> => {
    const found: ScoredEntity[][] = pieces.map(() => []);
    for (const batch of batchesOfOneLength(pieces.map((words, place) => ({ words, place })))) {
      const results = await runBatch(session, batch, cache, labels);
      for (const [i, { entities, bounded }] of results.entries()) {
        found[batch[i]!.place] = entities;
        if (bounded) counts.bounded += 1;
      }
    }
    return found;
  };
  return {
    name,
    types: labels.types,
    counts,
    async tag(sentences) {
      const { entities, windowed } = await tagInWindows(sentences, tagPieces);
      counts.sentences += sentences.length;
      counts.windowed += windowed;
      return entities;
    },
    dispose: () => session.release(),
  };
}

/** The graph for use, without dropout and padding, with the weights baked in. */
export function createInferenceSession(
  config: Config,
  labels: number,
  tensors: ReadonlyMap<string, TensorData>,
  threads?: number,
): Promise<Session> {
  const model = describeW2ner(config, labels, { training: false, padded: false });
  w2nerCells(model);
  return createSession(model.build.graph, tensors, threads === undefined ? {} : { threads });
}

/** The parameters that a configuration needs. */
export function declaredParameters(
  config: Config,
  labels: number,
): ReturnType<typeof createBuild>['parameters'] {
  return describeW2ner(config, labels, { training: false, padded: false }).build.parameters;
}

/** Equal lengths need no padding, and make a sentence's result independent of its neighbours. */
function batchesOfOneLength(pieces: readonly Piece[]): Piece[][] {
  const byLength = new Map<number, Piece[]>();
  for (const piece of pieces) {
    const group = byLength.get(piece.words.length);
    if (group === undefined) byLength.set(piece.words.length, [piece]);
    else group.push(piece);
  }
  return [...byLength.values()].flatMap((group) => cutBatches(group, SENTENCES_PER_RUN, CELLS_PER_RUN));
}

/** Runs sentences of one length. */
async function runBatch(
  session: Session,
  batch: readonly Piece[],
  cache: FeatureCache,
  labels: LabelSet,
): Promise<{ entities: ScoredEntity[]; bounded: boolean }[]> {
  const output = await session.run(batchFeeds(batch, cache, false));
  const cells = output.cells!.data as BigInt64Array; // [N, 3]
  const cellLabels = output.cell_label!.data as BigInt64Array; // [N]
  const probabilities = output.cell_probability!.data as Float32Array; // [N]
  const starts = new Int32Array(batch.length + 1);
  for (let n = 0; n < cellLabels.length; n++) starts[Number(cells[3 * n]!) + 1]! += 1;
  for (let b = 0; b < batch.length; b++) starts[b + 1]! += starts[b]!;
  const rows = Int32Array.from({ length: cellLabels.length }, (_, n) => Number(cells[3 * n + 1]!));
  const columns = Int32Array.from({ length: cellLabels.length }, (_, n) => Number(cells[3 * n + 2]!));
  const ids = Int32Array.from(cellLabels, Number);
  return batch.map(({ words }, b) => {
    const [start, end] = [starts[b]!, starts[b + 1]!];
    const decoding = decodeCells({
      length: words.length,
      count: end - start,
      rows: rows.subarray(start, end),
      columns: columns.subarray(start, end),
      labels: ids.subarray(start, end),
      probabilities: probabilities.subarray(start, end),
    });
    const entities = decoding.entities.map((e) => ({
      type: labels.typeOf(e.label),
      words: e.words,
      score: e.score,
    }));
    return { entities, bounded: decoding.bounded };
  });
}
