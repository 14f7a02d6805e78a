/** What the service and its processes say to each other. */
import type { Glossary } from '../text/glossary.ts';
import type { Answer, Order, ServedModel, WorkProgress } from './analyst.ts';
import type { Failure } from './problems.ts';

/** Entities of sentences, still packed: the service only passes them on. */
export interface TaggedSentences {
  /** Per sentence its entities as JSON. */
  readonly answers: readonly string[];
  /** Sentences with more readings than the decoder's bound. */
  readonly bounded: number;
}

/** From the service to a process that reads documents. */
export type ToReader =
  | {
      readonly kind: 'analyze';
      readonly task: number;
      readonly order: Order;
      /** The order's model. */
      readonly model: Pick<ServedModel, 'types' | 'readsMeanings'>;
    }
  | { readonly kind: 'tagged'; readonly task: number; readonly call: number; readonly found: TaggedSentences }
  | { readonly kind: 'refused'; readonly task: number; readonly call: number; readonly failure: Failure }
  | { readonly kind: 'cancel'; readonly task: number };

/** From a process that reads documents. Each task ends with `done` or `failed`, also when it was cancelled. */
export type FromReader =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly task: number; readonly progress: WorkProgress }
  | {
      readonly kind: 'tag';
      readonly task: number;
      readonly call: number;
      /** Per sentence its words as JSON; none is longer than a window. */
      readonly sentences: readonly string[];
    }
  | { readonly kind: 'done'; readonly task: number; readonly answer: Answer; readonly memory: number }
  | { readonly kind: 'failed'; readonly task: number; readonly failure: Failure; readonly memory: number };

/** From the service to a process that runs a model: first `load`. */
export type ToTagger =
  | {
      readonly kind: 'load';
      /** What words stand for, besides what the model knows. */
      readonly glossary: Glossary | undefined;
    }
  | { readonly kind: 'tag'; readonly batch: number; readonly sentences: readonly string[] };

/** From a process that runs a model. */
export type FromTagger =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly failure: Failure }
  | {
      readonly kind: 'tagged';
      readonly batch: number;
      readonly answers: readonly string[];
      /** Indices of sentences with more readings than the decoder's bound. */
      readonly bounded: readonly number[];
    }
  | { readonly kind: 'failed'; readonly batch: number; readonly failure: Failure };
