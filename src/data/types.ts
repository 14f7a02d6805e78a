/** Annotated sentences, as the training format holds them. */

/** One gold or predicted entity of a sentence. */
export interface EntityMention {
  /** Display name of the type, for example `DOSAGE`. */
  readonly type: string;
  /** Ascending word indices; with gaps when the entity is discontinuous. */
  readonly words: readonly number[];
}

/** One sentence of a data file. */
export interface Example {
  readonly words: readonly string[];
  readonly entities: readonly EntityMention[];
  /** Name of the document that it is from, where the file tells. */
  readonly document?: string;
}

/** A predicted entity with its confidence in [0, 1]. */
export interface ScoredEntity extends EntityMention {
  readonly score: number;
}
