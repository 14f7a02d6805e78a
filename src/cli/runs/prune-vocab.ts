/** `w2ner prune-vocab`, the work. */
import { createColors } from 'picocolors';
import { type PruneSize, pruneModel } from '../../convert/prune-vocabulary.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { convertProgress } from '../convert-progress.ts';
import { pick } from '../options.ts';
import { startProgress } from '../progress.ts';
import { numberColumns, renderTable } from '../table.ts';
import { formatCount, formatMegabytes, formatPlural, formatSeconds, formatShare } from '../text.ts';

/** Options of `w2ner prune-vocab`. */
export interface PruneVocabOptions {
  readonly out: string;
  readonly corpus?: readonly string[];
  readonly data?: readonly string[];
  readonly script?: readonly string[];
}

/** Runs the command. @returns the exit code */
export async function runPruneVocab(
  [model]: readonly string[],
  options: PruneVocabOptions,
  context: CliContext,
): Promise<number> {
  const started = performance.now();
  const { out, script: scripts } = options;
  const progress = await startProgress(context, 'Cutting');
  const { before, after, words } = await pruneModel({
    model: model!,
    out,
    ...pick(options, 'corpus', 'data'),
    ...(scripts === undefined ? {} : { scripts }),
    signal: context.signal,
    onProgress: convertProgress(progress),
  }).finally(() => progress.stop());
  const seconds = (performance.now() - started) / 1000;
  const colors = createColors(wantsColor(context.stdout, context.env));
  const row = (name: string, { rows, bytes }: PruneSize): string[] => [
    name,
    formatCount(rows),
    formatMegabytes(bytes),
  ];
  const left = ['Left', formatShare(after.rows, before.rows), formatShare(after.bytes, before.bytes)];
  const table = renderTable(
    numberColumns('', 'Pieces', 'Weights'),
    [row('Before', before), row('After', after), left],
    { colors },
  );
  const covered = [
    ...(words > 0 ? [formatPlural(words, 'distinct word')] : []),
    ...(scripts === undefined ? [] : [`all words in ${scripts.join(', ')}`]),
  ];
  context.stdout.write(
    `${table}\nCovered: ${covered.join(', ')}\n${formatSeconds(seconds)}: ${out}\n` +
      `Next: w2ner evaluate --model ${out} --data dev.json\n`,
  );
  return exitCodes.success;
}
