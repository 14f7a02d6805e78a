/** What a training run reports while it goes on. */
import type { EvaluationReport } from '../evaluate/report.ts';

export type TrainEvent =
  | {
      readonly kind: 'start';
      readonly sentences: number;
      readonly devSentences: number;
      readonly parameters: number;
      /** Of these, how many are trained. */
      readonly trained: number;
      readonly labels: readonly string[];
      readonly epochs: number;
      /** Steps of an epoch, each of one batch or of several that are accumulated. */
      readonly batches: number;
      readonly seed: number;
      /** The optimizer step that a resumed run continues from; 0 for a new run. */
      readonly resumedAt: number;
    }
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly gradientNorm: number;
      readonly learningRate: number;
      readonly sentencesPerSecond: number;
      readonly secondsLeft: number;
    }
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly epochs: number;
      readonly loss: number;
      readonly seconds: number;
      readonly dev: { readonly precision: number; readonly recall: number; readonly f1: number };
      readonly best: boolean;
    }
  | {
      /** An encoder is being fetched. */
      readonly kind: 'download';
      readonly file: string;
      /** Bytes of all files so far, and in all. */
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'checkpoint'; readonly folder: string; readonly step: number }
  | {
      readonly kind: 'stopped';
      readonly reason: 'aborted' | 'patience';
      readonly epoch: number;
      readonly step: number;
    }
  | { readonly kind: 'end'; readonly folder: string; readonly seconds: number; readonly bestEpoch: number };

/** What a training run comes to. */
export interface TrainResult {
  /** The model folder, with the best epoch's weights. */
  readonly folder: string;
  readonly bestEpoch: number;
  readonly bestF1: number;
  readonly steps: number;
  /** Whether a signal ended the run; it can be resumed. */
  readonly aborted: boolean;
  /** Full reports on the dev and test data; absent when aborted. */
  readonly dev?: EvaluationReport;
  readonly test?: EvaluationReport;
}
