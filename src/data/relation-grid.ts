/** Entities → relation grid, cell for cell as the original encodes them (Li et al. 2022, §3.1; `data_loader.process_bert`). */
import { UserError } from '../base/errors.ts';
import { LABEL_NNW, LABEL_NONE, type LabelSet, LINK, typeKey } from './labels.ts';
import type { EntityMention, LabelChance } from './types.ts';

/**
 * Writes the relations of a sentence's entities: `grid[a][b] = 1` for consecutive words `a`, `b` of an entity (NNW, upper
 * triangle), `grid[tail][head] =` the type's id (THW, lower triangle with the diagonal). Where two entities claim one
 * cell the later one stands, see {@link sharedCellPairs}.
 * @param entities ascending word indices below `length`
 * @param length   words in the sentence, `L`
 * @param out      u8[≥ L·L] to reuse; its first L·L cells are overwritten
 * @returns        u8[L, L] row-major label ids
 * @throws UserError `E_LABELS` for a type the label set lacks
 */
export function encodeGrid(
  entities: readonly EntityMention[],
  length: number,
  labels: LabelSet,
  out?: Uint8Array,
): Uint8Array {
  const size = length * length;
  if (out !== undefined && out.length < size) {
    throw new RangeError(`grid buffer holds ${out.length} cells, ${length} words need ${size}`);
  }
  const grid = out === undefined ? new Uint8Array(size) : out.subarray(0, size);
  if (out !== undefined) grid.fill(0);
  visitRelations(entities, length, labels, (cell, label) => {
    grid[cell] = label;
  });
  return grid;
}

/**
 * The relations of a sentence's entities where a cell may hold several: pairs of a cell (row · L + column) and a label id,
 * by cell and label, none twice.
 * @returns i32[2·N]
 * @throws UserError `E_LABELS` for a type the label set lacks
 */
export function listRelations(
  entities: readonly EntityMention[],
  length: number,
  labels: LabelSet,
): Int32Array {
  const found = new Set<number>();
  visitRelations(entities, length, labels, (cell, label) => {
    found.add(cell * labels.size + label);
  });
  const pairs = [...found].sort((a, b) => a - b);
  return Int32Array.from(pairs.flatMap((pair) => [Math.floor(pair / labels.size), pair % labels.size]));
}

/** What a sentence's probable labels add to its grid: at `places` (cell · K + label) the probability less that in the grid. */
export interface GridDifference {
  readonly places: Int32Array;
  readonly values: Float32Array;
}

/**
 * How probabilities of labels differ from a grid, in which one label of each pair is certain. Pairs without a probability
 * stay as the grid has them.
 * @param grid u8[L·L]
 * @throws UserError `E_LABELS` for a type the label set lacks
 */
export function gridDifference(
  chances: readonly LabelChance[],
  grid: Uint8Array,
  length: number,
  labels: LabelSet,
): GridDifference {
  const difference = new Map<number, number>();
  const change = (place: number, value: number): void => {
    difference.set(place, (difference.get(place) ?? 0) + value);
  };
  const seen = new Set<number>();
  for (const [row, column, label, probability] of chances) {
    const cell = row * length + column;
    if (!seen.has(cell)) {
      seen.add(cell);
      change(cell * labels.size + grid[cell]!, -1);
      change(cell * labels.size + LABEL_NONE, 1);
    }
    change(cell * labels.size + labelId(label, labels), probability);
    change(cell * labels.size + LABEL_NONE, -probability);
  }
  const entries = [...difference].filter(([, value]) => value !== 0);
  return {
    places: Int32Array.from(entries, ([place]) => place),
    values: Float32Array.from(entries, ([, value]) => value),
  };
}

function labelId(label: string, labels: LabelSet): number {
  const id = label === LINK ? LABEL_NNW : labels.idOf(label);
  if (id === undefined) throw unknownType(label, labels);
  return id;
}

function unknownType(type: string, labels: LabelSet): UserError {
  const message = `type "${type}" is not among the labels (${labels.types.join(', ')})`;
  return new UserError({ code: 'E_LABELS', message });
}

/** Calls back for every NNW link and THW cell, entity by entity. */
function visitRelations(
  entities: readonly EntityMention[],
  length: number,
  labels: LabelSet,
  visit: (cell: number, label: number) => void,
): void {
  for (const { type, words } of entities) {
    const id = labels.idOf(type);
    if (id === undefined) throw unknownType(type, labels);
    const head = words[0];
    const tail = words[words.length - 1];
    if (head === undefined || tail === undefined || tail >= length) {
      throw new RangeError(`entity [${words.join(', ')}] does not lie within ${length} words`);
    }
    for (let i = 1; i < words.length; i++) visit(words[i - 1]! * length + words[i]!, LABEL_NNW);
    visit(tail * length + head, id);
  }
}

/**
 * Pairs of entities that share both head and tail word and so claim one THW cell, as index pairs into `entities`. With
 * different types one of the two is lost (the earlier); with one type and different words both can still be read.
 */
export function sharedCellPairs(
  entities: readonly EntityMention[],
): { readonly first: number; readonly second: number; readonly lossy: boolean }[] {
  const pairs: { first: number; second: number; lossy: boolean }[] = [];
  for (let second = 1; second < entities.length; second++) {
    const b = entities[second]!;
    for (let first = 0; first < second; first++) {
      const a = entities[first]!;
      if (a.words[0] !== b.words[0] || a.words[a.words.length - 1] !== b.words[b.words.length - 1]) continue;
      const lossy = typeKey(a.type) !== typeKey(b.type);
      if (lossy || !sameWords(a.words, b.words)) pairs.push({ first, second, lossy });
    }
  }
  return pairs;
}

/** Whether two entities are made of the same words. */
export function sameWords(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}
