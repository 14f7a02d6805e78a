/** What the rest of the toolkit knows of a loaded model: words in, entities out. */
import type { ScoredEntity } from '../data/types.ts';

/** Things that happened while tagging and that a user should be able to see. */
export interface TaggerCounts {
  /** Sentences answered, repeated ones included. */
  sentences: number;
  /** Sentences too long for one grid, cut into overlapping windows. */
  windowed: number;
  /** Sentences whose grid held more readings than the decoder's bound; the bound's worth were kept. */
  bounded: number;
}

/** A model ready for use. */
export interface Tagger {
  /** The name or folder it was loaded by. */
  readonly name: string;
  /** Display names of the entity types. */
  readonly types: readonly string[];
  /** Whether words may carry what they stand for (`withMeaning`): the model was trained with a glossary. */
  readonly readsMeanings: boolean;
  readonly counts: Readonly<TaggerCounts>;
  /** What computes. */
  readonly device: 'cpu' | 'webgpu' | 'cuda';
  /**
   * Finds the entities of sentences of any length (also empty ones), in the order given.
   * Within a sentence entities are ordered by first word, then last word.
   */
  tag(sentences: readonly (readonly string[])[]): Promise<ScoredEntity[][]>;
  dispose(): Promise<void>;
}
