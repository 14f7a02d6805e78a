/** What a relation grid cannot hold: gold entities that are lost, and readings that nobody annotated, after a round trip. */
import type { LabelSet } from '../data/labels.ts';
import { encodeGrid, sharedCellPairs } from '../data/relation-grid.ts';
import type { EntityMention, Example } from '../data/types.ts';
import { decodeGrid } from './decode.ts';
import type { DecodedEntity } from './types.ts';

/** The difference between a sentence's entities and what its own grid reads as. */
export interface GridLosses {
  /** Entities whose THW cell a later entity of another type with the same head and tail took. */
  readonly lost: EntityMention[];
  /** Readings with the words of a lost entity and the type that took its cell. */
  readonly mistyped: DecodedEntity[];
  /** Readings put together of several entities' NNW links. */
  readonly spurious: DecodedEntity[];
}

/** Sums of {@link GridLosses} over sentences, as reports print them. */
export interface UnholdableCounts {
  /** Pairs of entities that share head and tail word. */
  readonly shared_cell_pairs: number;
  readonly lost: number;
  readonly mistyped: number;
  readonly spurious: number;
  /** Sentences with any of the last three: not even a perfect model reads them right. */
  readonly sentences: number;
}

/** Encodes a sentence's entities, decodes the grid, and compares. @throws UserError `E_LABELS` for an unknown type */
export function gridLosses(entities: readonly EntityMention[], length: number, labels: LabelSet): GridLosses {
  const { entities: read } = decodeGrid(encodeGrid(entities, length, labels), length);
  const key = (label: number | undefined, words: readonly number[]): string => `${label} ${words.join(',')}`;
  const gold = new Set(entities.map(({ type, words }) => key(labels.idOf(type), words)));
  const found = new Set(read.map(({ label, words }) => key(label, words)));
  const lost = entities.filter(({ type, words }) => !found.has(key(labels.idOf(type), words)));
  const lostWords = new Set(lost.map(({ words }) => words.join(',')));
  const extra = read.filter(({ label, words }) => !gold.has(key(label, words)));
  return {
    lost,
    mistyped: extra.filter(({ words }) => lostWords.has(words.join(','))),
    spurious: extra.filter(({ words }) => !lostWords.has(words.join(','))),
  };
}

/** Counts over sentences; label ids play no part. */
export function countUnholdable(examples: readonly Example[], labels: LabelSet): UnholdableCounts {
  const sums = { shared_cell_pairs: 0, lost: 0, mistyped: 0, spurious: 0, sentences: 0 };
  for (const { words, entities } of examples) {
    sums.shared_cell_pairs += sharedCellPairs(entities).length;
    const { lost, mistyped, spurious } = gridLosses(entities, words.length, labels);
    sums.lost += lost.length;
    sums.mistyped += mistyped.length;
    sums.spurious += spurious.length;
    if (lost.length + mistyped.length + spurious.length > 0) sums.sentences++;
  }
  return sums;
}
