/** Sentences and stretches of sentences put into batches for the grid, and what the grid says read as entities. */
import { type BatchItem, type BatchLimits, cutBatches } from '../data/batches.ts';
import type { ScoredEntity } from '../data/types.ts';
import { decodeCells } from '../decode/decode.ts';
import { scaleScore } from '../decode/score-scale.ts';
import type { TensorData } from '../onnx/dtype.ts';
import type { ModelDescription } from '../weights/model-description.ts';

/** One grid's worth of words, and its place among those asked for. */
export interface ShortItem extends BatchItem {
  readonly place: number;
}

/** Equal lengths need no padding, and make a sentence's result independent of its neighbours. */
export function batchesOfOneLength<T extends BatchItem>(items: readonly T[], limits: BatchLimits): T[][] {
  const byLength = new Map<number, T[]>();
  for (const item of items) {
    const group = byLength.get(item.words.length);
    if (group === undefined) byLength.set(item.words.length, [item]);
    else group.push(item);
  }
  return [...byLength.values()].flatMap((group) => cutBatches(group, limits));
}

/**
 * Sentences of similar numbers of pieces together, the costliest first, so that a failure for want of memory comes at once.
 * A BERT's products need many rows to be fast, and sentences that agree in words rarely agree in pieces: padding is masked.
 */
export function batchesByPieces(items: readonly ShortItem[], limits: BatchLimits): ShortItem[][] {
  return cutBatches(
    [...items].sort((a, b) => b.pieces! - a.pieces! || b.words.length - a.words.length),
    limits,
  );
}

/** The entities of a batch, from the cells that the graph put out. */
export function decodeBatch(
  batch: readonly BatchItem[],
  output: Readonly<Record<string, TensorData>>,
  { labels, config }: ModelDescription,
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
  const scale = { slope: config.score_slope, intercept: config.score_intercept };
  return batch.map(({ words }, b) => {
    const [start, end] = [starts[b]!, starts[b + 1]!];
    const cells = {
      length: words.length,
      count: end - start,
      rows: rows.subarray(start, end),
      columns: columns.subarray(start, end),
      labels: ids.subarray(start, end),
      probabilities: probabilities.subarray(start, end),
    };
    const decoding = decodeCells(cells, { readings: config.readings });
    const entities = decoding.entities.map((e) => ({
      type: labels.typeOf(e.label),
      words: e.words,
      score: scaleScore(e.score, scale),
    }));
    return { entities, bounded: decoding.bounded };
  });
}
