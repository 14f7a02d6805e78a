/** What a reader makes of a file: blocks of text, each character of which knows its place in the source. */
import type { DocumentFormat } from './format.ts';

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
  /** Text of the nearest heading at or before it. */
  readonly section?: string;
}

/** What a document says of itself outside its text. Absent where it is not stated. */
export interface DocumentMetadata {
  readonly title?: string;
  /** The rubricator's identifier, for example `773_2`. */
  readonly id?: string;
  readonly icd10?: readonly string[];
  /** As written, for example «Дети». */
  readonly ageCategory?: string;
  readonly year?: number;
  readonly developers?: readonly string[];
}

/** A file that was read; its blocks are made on demand, so that a large file never stands in memory twice. */
export interface Document {
  /** Path as the user gave it, or as found under a folder that the user gave. */
  readonly path: string;
  /** File name without folders: `source_file` of the results. */
  readonly name: string;
  /**
   * The text that all offsets point into: for Markdown and plain text the decoded file (without its byte-order mark), for
   * other formats the text extracted from it.
   */
  readonly source: string;
  /** How the file's characters are encoded; the name of the format where that has its own ways. */
  readonly encoding: string;
  readonly format?: DocumentFormat;
  /** Place in the source where each page begins, ascending; present where the format has pages. */
  readonly pageStarts?: readonly number[];
  readonly metadata?: DocumentMetadata;
  /** The blocks in document order; each call starts again. */
  blocks(): Iterable<Block>;
  /** What was left out, counted by kind, for example `{ code: 2 }`; complete once the blocks were run through. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Parts that could not be read, each with its reason, for example a damaged page. */
  readonly problems?: readonly string[];
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
  /** Number of the page that it begins on, from 1, where the format has pages. */
  readonly page?: number;
  /** Text of the nearest heading at or before it. */
  readonly section?: string;
}
