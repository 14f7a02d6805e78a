/** `w2ner pretrain`, the work. */
import { loadConfig } from '../../config/load.ts';
import { pretrain } from '../../train/pretrain.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { pick } from '../options.ts';
import { refuseOverwriting } from '../out.ts';
import { startProgress } from '../progress.ts';
import { formatCount, formatRate } from '../text.ts';

/** Options of `w2ner pretrain`. */
export interface PretrainOptions {
  readonly config: string;
  readonly text: readonly string[];
  readonly out: string;
  readonly passes?: number;
  readonly maxWords?: number;
  readonly init?: string;
  readonly set?: readonly string[];
  readonly threads?: number;
}

/** Runs the command. @returns the exit code */
export async function runPretrain(
  _args: readonly string[],
  options: PretrainOptions,
  context: CliContext,
): Promise<number> {
  // Weights to read on from may be replaced by those that have read on.
  const inputs = [options.config, ...options.text];
  refuseOverwriting({ where: '--out', targets: [options.out], inputs, called: 'inputs' });
  const config = loadConfig(options.config, options.set ?? []);
  const progress = await startProgress(context, 'Reading');
  try {
    const { steps, words, loss } = await pretrain({
      config,
      ...pick(options, 'passes', 'maxWords', 'init', 'threads'),
      text: options.text,
      out: options.out,
      signal: context.signal,
      onProgress: ({ step, steps, loss, wordsPerSecond }) =>
        progress.update(step / steps, `loss ${loss.toFixed(3)} · ${formatRate(wordsPerSecond, 1)} words/s`),
    });
    progress.stop();
    context.stdout.write(
      `${formatCount(words)} words in ${formatCount(steps)} steps, loss ${loss.toFixed(3)}: ${options.out}\n`,
    );
    return context.signal.aborted ? exitCodes.interrupted : exitCodes.success;
  } finally {
    progress.stop();
  }
}
