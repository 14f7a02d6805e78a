/** What the page of tests and benchmarks offers as `globalThis.harness`. */
import type { DocumentResult } from '../../src/predict/document-result.ts';

/** An analysis as it ended. */
export interface Outcome {
  readonly result?: DocumentResult;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string | undefined };
  /** Stages told of, in order, without repetition. */
  readonly stages: readonly string[];
  readonly milliseconds: number;
}

/** The calls; what they take and give crosses into the browser as JSON. */
export interface Harness {
  models(): Promise<readonly { readonly name: string; readonly default: boolean }[]>;
  /** @returns threads, and milliseconds from the start of the page's navigation on */
  ready(): Promise<{ readonly threads: number; readonly milliseconds: number }>;
  /** @param content a text, or the bytes of a file */
  analyze(name: string, content: string | number[], model?: string): Promise<Outcome>;
  /** Cancels when tagging begins. @returns what the call threw, and milliseconds from the cancellation on */
  cancel(name: string, text: string): Promise<{ readonly threw: string; readonly milliseconds: number }>;
}
