/** `w2ner export`, the work. */
import type { ExportKind } from '../../convert/export-kinds.ts';
import { exportModel } from '../../convert/export-model.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { convertProgress } from '../convert-progress.ts';
import { pick } from '../options.ts';
import { startProgress } from '../progress.ts';
import { formatMegabytes, formatPlural, formatSeconds } from '../text.ts';

/** Options of `w2ner export`. */
export interface ExportOptions {
  readonly model: string;
  readonly to: ExportKind;
  readonly out: string;
  readonly half?: boolean;
}

/** What to do with a result. */
const next: Readonly<Record<ExportKind, (out: string) => string>> = {
  pt: (out) => `in Python: model.load_state_dict(torch.load("${out}"))`,
  safetensors: (out) => `in Python: safetensors.torch.load_file("${out}")`,
  onnx: (out) => `${out}/README.md says how to feed it`,
};

/** Runs the command. @returns the exit code */
export async function runExport(
  _args: readonly string[],
  options: ExportOptions,
  context: CliContext,
): Promise<number> {
  const started = performance.now();
  const { model, to, out } = options;
  const progress = await startProgress(context, 'Exporting');
  const { tensors, bytes, notes } = await exportModel({
    model,
    to,
    out,
    ...pick(options, 'half'),
    signal: context.signal,
    onProgress: convertProgress(progress),
  }).finally(() => progress.stop());
  const seconds = (performance.now() - started) / 1000;
  for (const note of notes) context.stderr.write(`note: ${note}\n`);
  context.stdout.write(
    `${formatPlural(tensors, 'tensor')}, ${formatMegabytes(bytes)} in ${formatSeconds(seconds)}: ${out}\n` +
      `Next: ${next[to](out)}\n`,
  );
  return exitCodes.success;
}
