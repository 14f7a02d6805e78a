/** `w2ner extract`, the work: documents in, entities out. */
import { exporters, type FormatName, writeRecords } from '../../export/exporters.ts';
import { type Output, openFileOutput, openStreamOutput } from '../../export/output.ts';
import { extractSources } from '../../predict/extract.ts';
import type { ExtractProgress } from '../../predict/pipeline.ts';
import type { FoundSources } from '../../predict/sources.ts';
import { findSources, nothingRead } from '../../predict/sources.ts';
import { createSummary, type ExtractSummary } from '../../predict/summary.ts';
import type { Tagger } from '../../predict/types.ts';
import { chooseFormat } from '../choose-format.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { writeExtractReport, writeFailures } from '../extract-report.ts';
import { loadTagger, type ModelOptions } from '../load-tagger.ts';
import { pick } from '../options.ts';
import { type ProgressReporter, startProgress } from '../progress.ts';
import { formatCount, formatPlural, formatRate } from '../text.ts';

/** Options of `w2ner extract`. */
export interface ExtractOptions extends ModelOptions {
  readonly out?: string;
  readonly format?: string;
  readonly types?: readonly string[];
  readonly minScore?: number;
  readonly all?: boolean;
  readonly delimiter?: string;
}

/** Runs the command. @returns the exit code */
export async function runExtract(
  paths: readonly string[],
  options: ExtractOptions,
  context: CliContext,
): Promise<number> {
  const format = chooseFormat(options.format, options.out);
  const target = options.out ?? `results.${format}`;
  const found = findSources(paths);
  if (found.sources.length === 0) throw nothingRead(found.failures);
  const output = target === '-' ? openStreamOutput(context.stdout) : openFileOutput(target);
  try {
    const started = performance.now();
    const bytes = found.sources.reduce((sum, source) => sum + source.bytes, 0);
    const tagger = await loadTagger(options, context, bytes);
    const loadSeconds = (performance.now() - started) / 1000;
    try {
      const summary = createSummary([]);
      const count = await extractTo(output, format, found, tagger, summary, options, context);
      return report(summary, count, target, loadSeconds, context);
    } finally {
      await tagger.dispose();
    }
  } finally {
    output.abort();
  }
}

/** Runs the extraction under a progress bar. @returns the number of records written */
async function extractTo(
  output: Output,
  format: FormatName,
  found: FoundSources,
  tagger: Tagger,
  summary: ExtractSummary,
  options: ExtractOptions,
  context: CliContext,
): Promise<number> {
  const progress = await startProgress(context, 'Extracting');
  try {
    const records = extractSources(
      found,
      tagger,
      {
        ...pick(options, 'types', 'minScore', 'all'),
        signal: context.signal,
        onProgress: (state) => showProgress(progress, state, summary.seconds),
      },
      summary,
    );
    return await writeRecords(records, exporters[format], output, pick(options, 'delimiter'));
  } finally {
    progress.stop();
  }
}

function showProgress(progress: ProgressReporter, state: ExtractProgress, seconds: number): void {
  const place =
    state.files > 1
      ? `file ${formatCount(Math.min(state.filesDone + 1, state.files))} of ${formatCount(state.files)}`
      : '';
  const details = [
    formatPlural(state.sentences, 'sentence'),
    `${formatRate(state.sentences, seconds)}/s`,
    place,
  ];
  progress.update(state.bytes === 0 ? 1 : state.bytesDone / state.bytes, details.filter(Boolean).join(' · '));
}

/** Writes the tables, to where the results did not go. @returns the exit code */
function report(
  summary: ExtractSummary,
  count: number,
  target: string,
  loadSeconds: number,
  context: CliContext,
): number {
  const stream = target === '-' ? context.stderr : context.stdout;
  const place = target === '-' ? 'standard output' : target;
  const size = `${formatPlural(summary.entities, 'entity', 'entities')} in ${formatPlural(count, 'sentence')}`;
  writeExtractReport(summary, `${size} written to ${place}`, loadSeconds, stream, context);
  writeFailures(summary.failures, context);
  if (summary.failures.some((failure) => failure.bug !== undefined)) return exitCodes.bug;
  return summary.failures.length > 0 ? exitCodes.badInput : exitCodes.success;
}
