/** What a reader makes of a file: blocks of text, each character of which knows its place in the source. */

/** A half-open range in UTF-16 code units of the source text. */
export interface CharSpan {
  readonly charStart: number;
  readonly charEnd: number;
}

export type BlockKind = 'heading' | 'paragraph' | 'list-item' | 'table-cell';

/** A stretch of text that no sentence crosses. */
export interface Block {
  readonly kind: BlockKind;
  /** The readable text: markup removed, hard wraps joined. */
  readonly text: string;
  /** `offsets[i]` is the place in the source of `text[i]`; one more entry marks the end. */
  readonly offsets: Int32Array;
  /** Column header, for a table cell under one. */
  readonly header?: string;
  /** Row number in its table, from 0 for the header row. */
  readonly row?: number;
  /** Column number in its table, from 0. */
  readonly column?: number;
  /** Depth of a heading, from 1. */
  readonly level?: number;
  /** Number of its page, from 1, where the format has pages. */
  readonly page?: number;
  /** Title of the section that it stands in, as the format says. */
  readonly section?: string;
}

/** A file that was read; its blocks are made on demand, so that a large file never stands in memory twice. */
export interface Document {
  /** Path as the user gave it, or as found under a folder that the user gave. */
  readonly path: string;
  /** File name without folders: `source_file` of the results. */
  readonly name: string;
  /** The decoded text that all offsets point into (a byte-order mark is not part of it). */
  readonly source: string;
  readonly encoding: string;
  /** Name of the format, for example `markdown` or `pdf`. */
  readonly format?: string;
  /** The blocks in document order; each call starts again. */
  blocks(): Iterable<Block>;
  /** What was left out, counted by kind, for example `{ code: 2 }`; complete once the blocks were run through. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** A word and where it stands. */
export interface Word {
  readonly text: string;
  /**
   * Source ranges that make up the word: one, or several when markup or an end-of-line hyphen interrupts it.
   * Their slices, joined, are `text` (a character reference such as `&gt;` stands for its character).
   */
  readonly spans: readonly CharSpan[];
}

/** A sentence of a document. */
export interface Sentence extends CharSpan {
  readonly blockIndex: number;
  readonly words: readonly Word[];
}
