/** Two ways to run a model over short sentences: the whole graph at once, or states first and the grid where it may matter. */
import type { BatchLimits } from '../data/batches.ts';
import { distanceTensor } from '../data/batches.ts';
import { createFeeder, type Feeder } from '../data/feeder.ts';
import type { ScoredEntity } from '../data/types.ts';
import { stateWidth } from '../model/w2ner.ts';
import type { TensorData } from '../onnx/dtype.ts';
import type { UsedDevice } from '../runtime/devices.ts';
import type { Compile } from '../runtime/engine.ts';
import { batchesByPieces, batchesOfOneLength, decodeBatch, type ShortItem } from './grid-batches.ts';
import { gridGraph, inferenceGraph, statesGraph, type TaggerModel } from './model-graphs.ts';
import { cutSegments, segmentShape } from './segments.ts';

/** Bounds of one run, which bound its memory whatever the sentences are. */
export const spellingLimits: BatchLimits = { sentences: 64, cells: 12_000 };
/** The first pass has no grid: only its words count, and a BiLSTM is faster over more sentences at a time. */
export const statesLimits: BatchLimits = { sentences: 128, cells: 200_000 };
/** Stretches are short, so more of them go into a run. */
export const segmentLimits: BatchLimits = { sentences: 512, cells: 12_000 };
/** More pieces are not faster on a processor (measured from 192 to 3,000), and need more memory and padding. */
export const pieceLimits: BatchLimits = { sentences: 32, cells: 24_000, pieces: 384 };
/** A GPU wants more rows in its products. */
const devicePieceLimits: BatchLimits = { sentences: 64, cells: 60_000, pieces: 8192 };
/** Sentences whose states are in memory at a time. */
const CHUNK = 2048;

/** Runs a model over sentences that fit a grid and are not empty. */
export interface Passes {
  readonly device: UsedDevice;
  /** Entities per sentence, in the order given, and how many sentences held more readings than are kept. */
  tag(short: readonly (readonly string[])[]): Promise<{ entities: ScoredEntity[][]; bounded: number }>;
  release(): Promise<void>;
}

/** The whole graph over every word pair. */
export async function onePass(model: TaggerModel, compile: Compile): Promise<Passes> {
  const session = await compile(inferenceGraph(model), model.parameters);
  const feeder = createFeeder(model);
  const padded = model.encoder !== undefined;
  const limits = session.device === 'cpu' ? pieceLimits : devicePieceLimits;
  return {
    device: session.device,
    async tag(short) {
      const entities: ScoredEntity[][] = short.map(() => []);
      let bounded = 0;
      const items = short.map((words, place) => ({ words, place, pieces: feeder.piecesOf(words) }));
      for (const batch of padded
        ? batchesByPieces(items, limits)
        : batchesOfOneLength(items, spellingLimits)) {
        const output = await session.run(feeder.feeds(batch, padded));
        for (const [i, decoded] of decodeBatch(batch, output, model).entries()) {
          entities[batch[i]!.place] = decoded.entities;
          if (decoded.bounded) bounded += 1;
        }
      }
      return { entities, bounded };
    },
    release: () => session.release(),
  };
}

/** A stretch of a sentence with the states of its words. */
export interface Segment {
  readonly words: readonly string[];
  /** f32[L, D] */
  readonly states: Float32Array;
  readonly place: number;
  readonly wordStart: number;
}

/** States and gate first, then the grid over the stretches that may hold entities. */
export async function twoPasses(model: TaggerModel, compile: Compile): Promise<Passes> {
  const first = await compile(statesGraph(model), model.parameters);
  const second = await compile(gridGraph(model), model.parameters);
  const feeder = createFeeder(model);
  const width = stateWidth(model.config);
  const tagChunk = async (short: readonly (readonly string[])[]) => {
    const found: { wordStart: number; entities: readonly ScoredEntity[] }[][] = short.map(() => []);
    const bounded = new Set<number>();
    const segments = await keptSegments(short);
    for (const batch of batchesOfOneLength(segments, segmentLimits)) {
      const output = await second.run(segmentFeeds(batch, width));
      for (const [i, decoded] of decodeBatch(batch, output, model).entries()) {
        const { place, wordStart } = batch[i]!;
        if (decoded.bounded) bounded.add(place);
        found[place]!.push({ wordStart, entities: decoded.entities });
      }
    }
    const entities = found.map((parts) =>
      parts
        .sort((a, b) => a.wordStart - b.wordStart)
        .flatMap((part) => part.entities.map((entity) => moved(entity, part.wordStart))),
    );
    return { entities, bounded: bounded.size };
  };
  const keptSegments = async (short: readonly (readonly string[])[]): Promise<Segment[]> => {
    const items = short.map((words, place) => ({ words, place }));
    const segments: Segment[] = [];
    for (const batch of batchesOfOneLength(items, statesLimits)) {
      const output = await first.run(stateFeeds(feeder, batch));
      segments.push(...segmentsOf(batch, output, model.config.gate_threshold!, width));
    }
    return segments;
  };
  return {
    device: first.device,
    async tag(short) {
      const entities: ScoredEntity[][] = [];
      let bounded = 0;
      for (let start = 0; start < short.length; start += CHUNK) {
        const part = await tagChunk(short.slice(start, start + CHUNK));
        entities.push(...part.entities);
        bounded += part.bounded;
      }
      return { entities, bounded };
    },
    async release() {
      await first.release();
      await second.release();
    },
  };
}

/** The stretches of a batch's sentences that the gate lets through. @param output of the first pass */
export function segmentsOf(
  batch: readonly ShortItem[],
  { states, gate }: Readonly<Record<string, TensorData>>,
  threshold: number,
  width: number,
): Segment[] {
  const length = batch[0]!.words.length;
  return batch.flatMap(({ words, place }, b) => {
    const scores = (gate!.data as Float32Array).subarray(b * length, (b + 1) * length);
    return cutSegments(scores, { ...segmentShape, threshold }).map(({ wordStart, wordEnd }) => {
      const at = (word: number): number => (b * length + word) * width;
      const own = (states!.data as Float32Array).subarray(at(wordStart), at(wordEnd));
      return { words: words.slice(wordStart, wordEnd), states: own, place, wordStart };
    });
  });
}

const moved = (entity: ScoredEntity, by: number): ScoredEntity => ({
  ...entity,
  words: entity.words.map((word) => word + by),
});

/** The inputs of the first pass: those of the whole but for the grid's. */
export function stateFeeds(feeder: Feeder, batch: readonly { readonly words: readonly string[] }[]) {
  const { distance: _, ...feeds } = feeder.feeds(batch, false);
  return feeds;
}

/** The inputs of the second pass. */
export function segmentFeeds(batch: readonly Segment[], width: number) {
  const length = batch[0]!.words.length;
  const data = new Float32Array(batch.length * length * width);
  for (const [b, { states }] of batch.entries()) data.set(states, b * length * width);
  return {
    states: { dtype: 'float32' as const, shape: [batch.length, length, width], data },
    distance: distanceTensor(length),
  };
}
