/** `w2ner import`, the work. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { importModel } from '../../convert/import-model.ts';
import { modelFiles } from '../../weights/model-description.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { convertProgress, showDownload } from '../convert-progress.ts';
import { pick } from '../options.ts';
import { startProgress } from '../progress.ts';
import { formatCount, formatMegabytes, formatPlural, formatSeconds } from '../text.ts';

/** Options of `w2ner import`. */
export interface ImportOptions {
  readonly config: string;
  readonly encoder?: string;
  readonly labels?: string;
  readonly train?: string;
  readonly dev?: string;
  readonly test?: string;
  readonly out: string;
  readonly download?: boolean;
}

/** Runs the command. @returns the exit code */
export async function runImport(
  [model]: readonly string[],
  options: ImportOptions,
  context: CliContext,
): Promise<number> {
  const started = performance.now();
  const { config, out } = options;
  const progress = await startProgress(context, 'Importing');
  const result = await importModel({
    model: model!,
    config,
    out,
    ...pick(options, 'encoder', 'labels', 'train', 'dev', 'test', 'download'),
    signal: context.signal,
    onDownload: showDownload(progress),
    onProgress: convertProgress(progress),
  }).finally(() => progress.stop());
  const bytes = statSync(join(out, modelFiles.weights)).size;
  const seconds = (performance.now() - started) / 1000;
  context.stdout.write(
    `${formatPlural(result.tensors, 'tensor')}, ${formatPlural(result.parameters, 'parameter')}, ` +
      `${formatMegabytes(bytes)} in ${formatSeconds(seconds)}: ${out}\n` +
      `${formatCount(result.types.length)} types: ${result.types.join(', ')}\n` +
      `Next: w2ner evaluate --model ${out} --data dev.json\n`,
  );
  return exitCodes.success;
}
