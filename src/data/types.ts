/** Annotated sentences, as the training format holds them. */

/** One gold or predicted entity of a sentence. */
export interface EntityMention {
  /** Display name of the type, for example `DOSAGE`. */
  readonly type: string;
  /** Ascending word indices; with gaps when the entity is discontinuous. */
  readonly words: readonly number[];
}

/** Row, column, label (a type, or `<suc>`) and how likely it is at that word pair. */
export type LabelChance = readonly [row: number, column: number, label: string, probability: number];

/** One sentence of a data file. */
export interface Example {
  readonly words: readonly string[];
  readonly entities: readonly EntityMention[];
  /**
   * What models that labelled the sentence hold likely (`w2ner label`), as the training format's `cells`; the rest
   * of a pair's probability is "no relation". Absent where a sentence is annotated: its entities are certain.
   */
  readonly chances?: readonly LabelChance[];
  /** Name of the document that it is from, where the file tells. */
  readonly document?: string;
  /** What its record holds under keys that mean nothing here; kept only to be written again. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A predicted entity with its confidence in [0, 1]. */
export interface ScoredEntity extends EntityMention {
  readonly score: number;
}
