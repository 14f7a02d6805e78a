/** Documents as the page holds them. */
import type { DocumentResult } from '../../../src/predict/document-result.ts';

/** An entity of a sentence; never changed in place. */
export interface PageEntity {
  /** Unique in its document, for example `12.0`; stays the same when the entity is changed. */
  readonly id: string;
  readonly type: string;
  /** Ascending word indices; with gaps when the entity is discontinuous. */
  readonly words: readonly number[];
  /** Confidence in [0, 1]; 1 for what a person set. */
  readonly score: number;
}

/** The entities of a document, sentence by sentence. */
export type EntityLists = readonly (readonly PageEntity[])[];

/** A half-open range of sentence indices. */
export interface SentenceRange {
  readonly from: number;
  readonly to: number;
}

/** A paragraph, heading or item of a list. */
export interface TextItem extends SentenceRange {
  readonly kind: 'heading' | 'paragraph' | 'list-item';
  /** Depth of a heading, from 1; of a list item, from 0. */
  readonly level: number;
  /** Bullet or number of a list item. */
  readonly mark?: string;
  readonly page?: number;
}

/** A cell; absent cells of a row are undefined. */
export type Cell = readonly SentenceRange[];

/** A table. */
export interface TableItem extends SentenceRange {
  readonly kind: 'table';
  readonly rows: readonly (readonly (Cell | undefined)[])[];
  readonly columns: number;
  readonly page?: number;
}

/** What is drawn one below the other. */
export type Item = TextItem | TableItem;

/** A heading with all that stands under it. */
export interface Section extends SentenceRange {
  readonly title: string;
  /** From 1. */
  readonly level: number;
}

/** A document's result, and what the page derives from it once. */
export interface PageDocument {
  readonly result: DocumentResult;
  readonly items: readonly Item[];
  readonly sections: readonly Section[];
  /** The pages, ascending; empty where the format has none. */
  readonly pages: readonly number[];
  /** What the model found. */
  readonly found: EntityLists;
}
