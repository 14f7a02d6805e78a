/** What finds entities for the page: the service that served it, or this browser itself. */
import type { DocumentResult } from '../../../src/predict/document-result.ts';

/** A model to choose from. */
export interface ModelInfo {
  readonly name: string;
  /** Its entity types, in its order. */
  readonly types: readonly string[];
  /** Whether it is used when none is named. */
  readonly default: boolean;
  /** Size of the weights. */
  readonly bytes: number;
  /** Strict micro F1 on the dev data, where it is known. */
  readonly f1: number | null;
}

/** A document: a file as it is, or a text. The name's extension says the format; a text without one is plain text. */
export type EngineInput =
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly text: string };

/** How far a document is. */
export interface EngineProgress {
  /** `queued`, `loading` (the model), `reading` or `tagging`. */
  readonly stage: string;
  /** Done, in [0, 1]. */
  readonly fraction: number;
  readonly sentences: number;
  readonly entities: number;
}

/** Settings of {@link Engine.analyze}. */
export interface EngineOptions {
  /** One of {@link Engine.models}; the default one when absent. */
  readonly model?: string;
  readonly signal: AbortSignal;
  onProgress(progress: EngineProgress): void;
}

/** Finds entities. */
export interface Engine {
  models(): Promise<ModelInfo[]>;
  /**
   * Reads and tags a document.
   * @throws EngineError for what is wrong with the document or the engine; the signal's reason when it was aborted
   */
  analyze(input: EngineInput, options: EngineOptions): Promise<DocumentResult>;
}

/** What went wrong, for people. */
export class EngineError extends Error {
  /** Stable, for example `E_DOCUMENT`; `E_NETWORK` when the service cannot be reached. */
  readonly code: string;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
    this.hint = hint;
  }
}
