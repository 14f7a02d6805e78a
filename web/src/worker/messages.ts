/** What the page and its worker say to each other. */
import type { DocumentResult } from '../../../src/predict/document-result.ts';
import type { EngineInput, EngineProgress } from '../engine/types.ts';

/** Where a model's files lie. */
export interface ModelPlace {
  readonly name: string;
  /** Absolute address of its folder, with a slash at the end. */
  readonly folder: string;
  /** Whether a glossary lies there. */
  readonly readsMeanings: boolean;
  /** Size of the weights, for progress. */
  readonly bytes: number;
}

/** Where ONNX Runtime's files lie (absolute addresses), and how it is run. */
export interface RuntimePlace {
  readonly mjs: string;
  readonly wasm: string;
  /** Threads inside an operator; more than one are only had by a page that is isolated from other origins. */
  readonly threads: number;
}

/** What the worker is asked. The runtime is loaded once; one model is kept at a time. */
export type ToWorker =
  | {
      readonly kind: 'load';
      readonly call: number;
      readonly model: ModelPlace;
      readonly runtime: RuntimePlace;
    }
  | {
      readonly kind: 'analyze';
      readonly call: number;
      readonly model: ModelPlace;
      readonly runtime: RuntimePlace;
      readonly input: EngineInput;
    }
  | { readonly kind: 'cancel'; readonly call: number };

/** An error as it crosses threads. */
export interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What the worker answers. `stopped` is the end of a call that was cancelled. */
export type FromWorker =
  | { readonly kind: 'progress'; readonly call: number; readonly progress: EngineProgress }
  | { readonly kind: 'loaded'; readonly call: number; readonly threads: number }
  | { readonly kind: 'result'; readonly call: number; readonly result: DocumentResult }
  | { readonly kind: 'failed'; readonly call: number; readonly error: PlainError }
  | { readonly kind: 'stopped'; readonly call: number };
