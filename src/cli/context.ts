/** What a command may touch: streams, environment, interruption, and how a model is loaded. */
import type { Writable } from 'node:stream';
import type { LoadOptions } from '../predict/load-parallel.ts';
import type { Tagger } from '../predict/types.ts';
import type { TrainResult } from '../train/events.ts';
import type { TrainOptions } from '../train/train.ts';

/** A stream that may be a terminal. */
export interface TerminalStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything outside of a command; tests give their own. */
export interface CliContext {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Loads a model by name or folder. */
  loadModel(nameOrDir: string, options: LoadOptions): Promise<Tagger>;
  trainModel(options: TrainOptions): Promise<TrainResult>;
}

/** The context of this process. */
export function processContext(signal: AbortSignal): CliContext {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal,
    loadModel: async (nameOrDir, options) => {
      const { loadFor } = await import('../predict/load-parallel.ts');
      return loadFor(nameOrDir, options);
    },
    trainModel: async (options) => {
      const { trainModel } = await import('../train/train.ts');
      return trainModel(options);
    },
  };
}

/** Whether to write colours: a terminal, unless `NO_COLOR` or a dumb terminal says otherwise. */
export function wantsColor(stream: TerminalStream, env: CliContext['env']): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Columns to fill: the terminal's, within what reads well; 100 where there is none. */
export function textWidth(stream: TerminalStream): number {
  return Math.max(60, Math.min(stream.columns || 100, 120)); // some terminals say 0
}
