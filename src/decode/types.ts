/** What decoding takes and gives: the cells of a relation grid, bounds, entities with scores. */

/** The cells of one grid that hold a relation, in any order; a cell may have several labels, one given twice counts as last given. */
export interface GridCells {
  /** Words in the sentence, `L`. */
  readonly length: number;
  /** Cells to read from the front of the arrays. */
  readonly count: number;
  /** [count] word of the row. */
  readonly rows: ArrayLike<number>;
  /** [count] word of the column. */
  readonly columns: ArrayLike<number>;
  /** [count] label ids. */
  readonly labels: ArrayLike<number>;
  /** [count] probability of the chosen label; 1 when absent. */
  readonly probabilities?: ArrayLike<number>;
}

/** How the probabilities of an entity's cells (its THW cell and its NNW links) become one score. */
export type ScoreRule = 'minimum' | 'geometric_mean' | 'product';

/** Limits on ambiguous grids. */
export interface DecodeBounds {
  /** Readings (word sequences) of one THW cell. */
  readonly perCell: number;
  /** Readings beyond the first of each cell, over the whole sentence. */
  readonly extraPerSentence: number;
}

/** Settings of {@link decodeCells}. */
export interface DecodeOptions {
  /** Default `minimum`: an entity is as sure as its least sure cell. */
  readonly score?: ScoreRule;
  readonly bounds?: DecodeBounds;
  /** Of a THW cell with several readings: all of them (default), or the one with the greatest score, of equal ones the shortest. */
  readonly readings?: 'all' | 'best';
}

/** One entity read off a grid. */
export interface DecodedEntity {
  /** Ascending word indices. */
  readonly words: number[];
  /** Label id of the type. */
  readonly label: number;
  /** In (0, 1]. */
  readonly score: number;
}

/** What {@link decodeGrid} returns. */
export interface Decoding {
  /** Ordered by first word, last word, label, then words. */
  readonly entities: DecodedEntity[];
  /** Whether readings were left out at the bound. */
  readonly bounded: boolean;
  /** How many; `Infinity` when past counting. */
  readonly dropped: number;
}
