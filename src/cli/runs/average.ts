/** `w2ner average`, the work. */
import { createColors } from 'picocolors';
import type { Device } from '../../runtime/devices.ts';
import { averageModels } from '../../train/average.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { renderEvaluation } from '../evaluation-report.ts';
import { pick } from '../options.ts';
import { startProgress } from '../progress.ts';
import { formatPlural } from '../text.ts';

/** Options of `w2ner average`. */
export interface AverageOptions {
  readonly out: string;
  readonly train: readonly string[];
  readonly dev: string;
  readonly threads?: number;
  readonly device?: Device;
}

/** Runs the command. @returns the exit code */
export async function runAverage(
  models: readonly string[],
  options: AverageOptions,
  context: CliContext,
): Promise<number> {
  const { out, train, dev } = options;
  const progress = await startProgress(context, 'Fitting');
  const report = await averageModels({
    models,
    train,
    dev,
    out,
    ...pick(options, 'threads', 'device'),
    onWarning: (message) => progress.note(`warning: ${message}`),
  }).finally(() => progress.stop());
  const colors = createColors(wantsColor(context.stdout, context.env));
  context.stdout.write(
    `${renderEvaluation(report, colors)}\nThe mean of ${formatPlural(models.length, 'model')} is in ${out}\n`,
  );
  return exitCodes.success;
}
