/** Everything about one document in one object: what the service answers and the page shows. */
import type { BlockKind } from '../document/types.ts';
import type { GuidelineIdentity, Recommendation } from '../guideline/types.ts';
import type { ExtractRecord } from './record.ts';

/** A sentence with its entities and the places of its words. */
export interface DocumentSentence extends ExtractRecord {
  /** Per word its half-open character ranges in `text`: one, or several when markup interrupts it. */
  readonly word_spans: readonly (readonly (readonly [number, number])[])[];
}

/** A block as the page draws it; `start` and `end` are a half-open character range of `text`. */
export interface DocumentBlock {
  readonly kind: BlockKind;
  readonly start: number;
  readonly end: number;
  /** Depth of a heading, from 1. */
  readonly level?: number;
  readonly page?: number;
  /** Place in a table, from 0. */
  readonly row?: number;
  readonly column?: number;
}

/** A document, read and tagged. */
export interface DocumentResult {
  readonly name: string;
  readonly format: string;
  /** Name of the model. */
  readonly model: string;
  /** Its entity types, in the model's order. */
  readonly types: readonly string[];
  /** The text that all offsets point into: the decoded file, or the text extracted from a PDF, DOCX, HTML or record. */
  readonly text: string;
  readonly blocks: readonly DocumentBlock[];
  /** Every sentence, also those without entities. */
  readonly sentences: readonly DocumentSentence[];
  readonly guideline: GuidelineIdentity;
  /** Abbreviations that the document explains, and what they stand for. */
  readonly abbreviations: Readonly<Record<string, string>>;
  readonly recommendations: readonly Recommendation[];
  readonly summary: {
    readonly sentences: number;
    readonly entities: number;
    readonly byType: Readonly<Record<string, number>>;
    /** What the reader left out, by kind. */
    readonly skipped: Readonly<Record<string, number>>;
    readonly windowed: number;
    readonly bounded: number;
    readonly seconds: number;
  };
}
