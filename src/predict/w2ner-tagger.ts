/** A W2NER model in use: sentences grouped by length, run through the grid, decoded. */

import { type BatchItem, type BatchLimits, cutBatches } from '../data/batches.ts';
import { createFeeder } from '../data/feeder.ts';
import type { LabelSet } from '../data/labels.ts';
import type { ScoredEntity } from '../data/types.ts';
import { decodeCells } from '../decode/decode.ts';
import { type ScoreScale, scaleScore } from '../decode/score-scale.ts';
import type { Build } from '../model/build.ts';
import { w2nerCells } from '../model/relations.ts';
import { describeW2ner, type W2nerGraph } from '../model/w2ner.ts';
import type { TensorData } from '../onnx/dtype.ts';
import type { Graph } from '../onnx/graph.ts';
import type { ParameterSource } from '../onnx/serialize.ts';
import type { Device, UsedDevice } from '../runtime/devices.ts';
import { createSession, type Session, type SessionOptions } from '../runtime/session.ts';
import type { ModelDescription } from '../weights/model-folder.ts';
import type { Tagger, TaggerCounts } from './types.ts';
import { tagInWindows } from './windows.ts';

/** Bounds of one run, which bound its memory whatever the sentences are. */
const spellingLimits: BatchLimits = { sentences: 64, cells: 12_000 };
/** More pieces are not faster on a processor (measured from 192 to 3,000), and need more memory and padding. */
export const pieceLimits: BatchLimits = { sentences: 32, cells: 24_000, pieces: 384 };
/** A GPU wants more rows in its products. */
const devicePieceLimits: BatchLimits = { sentences: 64, cells: 60_000, pieces: 8192 };

export interface TaggerOptions {
  readonly threads?: number;
  readonly device?: Device;
  /** Told which device is used when `auto` was asked for, and what else a user should know. */
  readonly onNotice?: (message: string) => void;
}

/** A model that can be compiled. */
export interface TaggerModel extends ModelDescription {
  readonly parameters: Exclude<ParameterSource, 'inputs'>;
}

/** One grid's worth of words, and its place among those asked for. */
interface ShortItem extends BatchItem {
  readonly place: number;
}

/** Compiles a model for use. */
export async function createTagger(
  name: string,
  model: TaggerModel,
  options: TaggerOptions = {},
): Promise<Tagger> {
  const { labels, config } = model;
  const scale = { slope: config.score_slope, intercept: config.score_intercept };
  const session = await createInferenceSession(model, options);
  if (session.device !== 'cpu' && model.config.weights === 'int8') {
    options.onNotice?.('products of int8 weights run on the processor: a GPU helps float32 models');
  }
  const feeder = createFeeder(model.config, model.encoder);
  const counts: TaggerCounts = { sentences: 0, windowed: 0, bounded: 0 };
  const tagShort = async (short: readonly (readonly string[])[]): Promise<ScoredEntity[][]> => {
    const found: ScoredEntity[][] = short.map(() => []);
    const items = short.map((words, place) => ({ words, place, pieces: feeder.piecesOf(words) }));
    const limits = session.device === 'cpu' ? pieceLimits : devicePieceLimits;
    for (const batch of model.encoder === undefined
      ? batchesOfOneLength(items)
      : batchesByPieces(items, limits)) {
      const output = await session.run(feeder.feeds(batch, model.encoder !== undefined));
      for (const [i, { entities, bounded }] of decodeBatch(batch, output, labels, scale).entries()) {
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
    device: session.device,
    async tag(sentences) {
      const { entities, windowed } = await tagInWindows(sentences, tagShort);
      counts.sentences += sentences.length;
      counts.windowed += windowed;
      return entities;
    },
    dispose: () => session.release(),
  };
}

/** The graph for use, without dropout, with the weights baked in or left in their file; padded for a BERT encoder. */
export function createInferenceSession(model: TaggerModel, options: SessionOptions = {}): Promise<Session> {
  const graphFor = (device: UsedDevice): Graph => {
    const described = describeForUse(model, device === 'cpu');
    w2nerCells(described);
    return described.build.graph;
  };
  return createSession(graphFor, model.parameters, options);
}

/** The parameters that a model needs. */
export function declaredParameters(model: ModelDescription): Build['parameters'] {
  return describeForUse(model).build.parameters;
}

function describeForUse({ config, labels, encoder }: ModelDescription, fused = false): W2nerGraph {
  return describeW2ner(config, labels.size, {
    training: false,
    padded: encoder !== undefined,
    encoder: encoder?.config,
    int8: config.weights === 'int8',
    fused,
  });
}

/** Equal lengths need no padding, and make a sentence's result independent of its neighbours. */
function batchesOfOneLength(items: readonly ShortItem[]): ShortItem[][] {
  const byLength = new Map<number, ShortItem[]>();
  for (const item of items) {
    const group = byLength.get(item.words.length);
    if (group === undefined) byLength.set(item.words.length, [item]);
    else group.push(item);
  }
  return [...byLength.values()].flatMap((group) => cutBatches(group, spellingLimits));
}

/**
 * Sentences of similar numbers of pieces together, the costliest first, so that a failure for want of memory comes at once.
 * A BERT's products need many rows to be fast, and sentences that agree in words rarely agree in pieces: padding is masked.
 */
function batchesByPieces(items: readonly ShortItem[], limits: BatchLimits): ShortItem[][] {
  return cutBatches(
    [...items].sort((a, b) => b.pieces! - a.pieces! || b.words.length - a.words.length),
    limits,
  );
}

/** The entities of a batch, from the cells that the graph put out. */
function decodeBatch(
  batch: readonly ShortItem[],
  output: Readonly<Record<string, TensorData>>,
  labels: LabelSet,
  scale: ScoreScale,
): { entities: ScoredEntity[]; bounded: boolean }[] {
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
      score: scaleScore(e.score, scale),
    }));
    return { entities, bounded: decoding.bounded };
  });
}
