/** Everything that continuing a training run exactly needs, in one file that is whole or absent. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import type { RandomState } from '../base/random.ts';
import { elementCount, type TensorData } from '../onnx/dtype.ts';
import { modelFiles } from '../weights/model-description.ts';
import { openSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import type { TensorStore } from '../weights/tensor-store.ts';
import type { AdamW } from './adamw.ts';

/** Where a run stands. */
export interface Progress {
  /** Of the data and settings: a run is only continued with the same ones. */
  readonly fingerprint: string;
  /** Epochs completed. */
  readonly epoch: number;
  /** Steps of the current epoch completed, each of one batch or of several that were accumulated. */
  readonly batch: number;
  /** Optimizer steps completed. */
  readonly step: number;
  /** Sum of the current epoch's losses. */
  readonly lossSum: number;
  /** The batch order's generator at the start of the current epoch. */
  readonly orderState: RandomState;
  /** The generator of masks and hidden features now. */
  readonly noiseState: RandomState;
  readonly bestF1: number;
  /** -1 before the first evaluation. */
  readonly bestEpoch: number;
  readonly seconds: number;
}

/** The checkpoint's place inside the model folder. */
export const checkpointPath = (out: string): string => join(out, 'last', 'checkpoint.safetensors');

/** @throws UserError `E_OUT` when a folder holds a run or a model, which a new run would overwrite */
export function checkNewRun(out: string): void {
  const run = existsSync(checkpointPath(out));
  if (!run && !existsSync(join(out, modelFiles.weights))) return;
  const message = `already holds a ${run ? 'training run' : 'model'}`;
  const other = 'choose another --out folder';
  const hint = run ? `add --resume to continue that run, or ${other}` : `${other}, or move that model away`;
  throw new UserError({ code: 'E_OUT', where: out, message, hint });
}

const kinds = ['parameter', 'mean', 'variance'] as const;

export function writeCheckpoint(path: string, progress: Progress, optimizer: AdamW): void {
  optimizer.settle();
  const tensors = new Map<string, TensorData>();
  for (const [name, slot] of optimizer.slots) {
    for (const kind of kinds) {
      const data = slot[kind];
      tensors.set(`${kind}/${name}`, { dtype: 'float32', shape: [data.length], data });
    }
  }
  writeSafetensors(path, tensors, {
    progress: JSON.stringify({ ...progress, optimizerSteps: optimizer.steps }),
  });
}

const resumeError = (
  where: string,
  message: string,
  hint = 'start the training without --resume',
): UserError => new UserError({ code: 'E_RESUME', where, message, hint });

/**
 * Puts a checkpoint's tensors into the optimizer (and so the parameters), one at a time: together they are three times
 * the model. @throws UserError `E_RESUME`; `E_WEIGHTS` for a damaged file
 */
export function readCheckpoint(path: string, fingerprint: string, optimizer: AdamW): Progress {
  if (!existsSync(path)) throw resumeError(path, 'there is no checkpoint to resume from');
  const store = openSafetensors(path);
  try {
    const progress = readProgress(store, fingerprint);
    for (const [name, slot] of optimizer.slots) {
      for (const kind of kinds) {
        const entry = store.entries.get(`${kind}/${name}`);
        if (entry === undefined || elementCount(entry.shape) !== slot[kind].length) {
          throw resumeError(path, `tensor "${kind}/${name}" is missing or of another size`);
        }
        slot[kind].set(store.read(`${kind}/${name}`).data as Float32Array);
      }
    }
    optimizer.restore(progress.optimizerSteps);
    return progress;
  } finally {
    store.close();
  }
}

function readProgress(
  { where, metadata }: TensorStore,
  fingerprint: string,
): Progress & { readonly optimizerSteps: number } {
  let progress: Progress & { optimizerSteps: number };
  try {
    progress = JSON.parse(metadata.progress ?? '');
  } catch (error) {
    throw resumeError(where, `is not a training checkpoint (${errorMessage(error)})`);
  }
  if (progress.fingerprint === fingerprint) return progress;
  const hint = 'resume with the same files, settings and --init, or start anew in another --out folder';
  throw resumeError(where, 'belongs to a run with other data or settings', hint);
}
