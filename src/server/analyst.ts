/** What the routes know of the work behind them: documents in, results out, progress on the way. */

/** A model that is served. */
export interface ServedModel {
  readonly name: string;
  /** Where it was loaded from. */
  readonly folder: string;
  /** Entity types in the model's order. */
  readonly types: readonly string[];
  /** Whether it reads what words stand for (`Tagger.readsMeanings`). */
  readonly readsMeanings: boolean;
  readonly default: boolean;
  /** Size of the weights. */
  readonly bytes: number;
  /** Strict micro F1 on its dev data; null when the folder does not say. */
  readonly f1: number | null;
}

/** A document to be analysed, and how. */
export interface Order {
  /** File name, for its extension and for the results. */
  readonly name: string;
  /** A text that came as such, or a file as it is. */
  readonly content: string | Uint8Array;
  /** Name of the document's format; by the name's extension when absent. */
  readonly format?: string;
  /** Name of a served model. */
  readonly model: string;
  /** Types to keep, spelled as the model does; all when absent. */
  readonly types?: readonly string[];
  /** Least confidence to keep, in [0, 1]. */
  readonly minScore?: number;
  /** Name of the format of the answer. */
  readonly output: string;
}

/** A finished answer, ready to be sent. */
export interface Answer {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** What a browser should save it as; absent for JSON. */
  readonly fileName?: string;
  /** Entities that the format cannot hold. */
  readonly lost: number;
  readonly sentences: number;
  readonly entities: number;
}

/** How far the work on a document is. */
export interface WorkProgress {
  readonly state: 'queued' | 'reading' | 'tagging';
  /** Done, in [0, 1]. */
  readonly progress: number;
  readonly sentences: number;
  readonly entities: number;
}

/** Settings of one analysis. */
export interface AnalyzeOptions {
  /** Stops the work; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: WorkProgress) => void;
}

/** How busy the service is. */
export interface WorkLoad {
  /** Processes that are ready, and those at work. */
  readonly alive: number;
  readonly busy: number;
  /** Documents that wait, and documents that are worked on. */
  readonly queue: number;
  readonly running: number;
  /** Sentences that wait for a model. */
  readonly sentences: number;
  /** Whether every model has a process that is ready. */
  readonly ready: boolean;
}

/** Does the work. */
export interface Analyst {
  readonly models: readonly ServedModel[];
  /**
   * Accepts a document.
   * @throws Problem `E_BUSY` at once, when the queue is full
   * @returns the answer; rejects with a UserError for the document, with a Problem, or with the signal's reason
   */
  analyze(order: Order, options?: AnalyzeOptions): Promise<Answer>;
  load(): WorkLoad;
  /** Ends all processes; unfinished work fails. */
  close(): Promise<void>;
}

/** Things that happen and that logs and metrics tell. No text of documents is in them. */
export type ServiceEvent =
  | { readonly kind: 'worker-ready'; readonly role: string; readonly pid: number; readonly seconds: number }
  | {
      readonly kind: 'worker-lost';
      readonly role: string;
      readonly pid: number;
      /** Why it ended: an exit code, a signal, or what the service did. */
      readonly reason: string;
      /** Pieces of work that were in it. */
      readonly tasks: number;
    }
  | {
      readonly kind: 'batch';
      readonly model: string;
      readonly sentences: number;
      /** Requests whose sentences were in it. */
      readonly requests: number;
      readonly seconds: number;
    }
  | { readonly kind: 'retry'; readonly role: string; readonly tasks: number };

/** Hears of events. */
export type OnServiceEvent = (event: ServiceEvent) => void;
