/** `w2ner extract`, the work: documents in, entities out. */

import { UserError } from '../../base/errors.ts';
import { defaultName, exporters, type FormatName } from '../../export/exporters.ts';
import { followDocuments } from '../../export/follow-documents.ts';
import { type Output, openFileTarget, openFolderTarget, openStreamOutput } from '../../export/output.ts';
import type { Exporter } from '../../export/types.ts';
import { asEvents, type Written, writeEvents } from '../../export/write-records.ts';
import { extractSources } from '../../predict/extract.ts';
import type { ExtractProgress } from '../../predict/pipeline.ts';
import type { FoundSources } from '../../predict/sources.ts';
import { findSources, nothingRead } from '../../predict/sources.ts';
import { createSummary, type ExtractSummary } from '../../predict/summary.ts';
import type { Tagger } from '../../predict/types.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { writeExtractReport, writeFailures, writeOthers } from '../extract-report.ts';
import { loadTagger, type ModelOptions } from '../load-tagger.ts';
import { pick } from '../options.ts';
import { chooseTarget, placeName, summaryStream } from '../out.ts';
import { type ProgressReporter, startProgress } from '../progress.ts';
import { savingText } from '../save-text.ts';
import { formatCount, formatPlural, formatRate } from '../text.ts';

/** Options of `w2ner extract`. */
export interface ExtractOptions extends ModelOptions {
  readonly out?: string;
  readonly format?: string;
  readonly types?: readonly string[];
  readonly minScore?: number;
  readonly all?: boolean;
  readonly delimiter?: string;
  /** Folder for the text of each document. */
  readonly saveText?: string;
  readonly language?: 'en' | 'ru';
}

/** Runs the command. @returns the exit code */
export async function runExtract(
  paths: readonly string[],
  options: ExtractOptions,
  context: CliContext,
): Promise<number> {
  const named = findSources(paths);
  if (named.sources.length === 0) throw nothingRead(named.failures);
  const documents = named.sources.map(({ path }) => path);
  const { format, target } = chooseTarget(exporters, options, documents, (name) => defaultName(name));
  const found = options.saveText === undefined ? named : savingText(named, options.saveText);
  const output = openOutput(format, target, context);
  try {
    const started = performance.now();
    const bytes = found.sources.reduce((sum, source) => sum + source.bytes, 0);
    const tagger = await loadTagger(options, context, bytes);
    const loadSeconds = (performance.now() - started) / 1000;
    try {
      const summary = createSummary([]);
      const written = await extractTo(output, format, found, tagger, summary, options, context);
      const code = report(summary, written, target, loadSeconds, context);
      writeOthers(named.others, target, context);
      return code;
    } finally {
      await tagger.dispose();
    }
  } finally {
    output.abort();
  }
}

function openOutput(format: FormatName, target: string, context: CliContext): Output {
  const exporter: Exporter = exporters[format];
  if (target !== '-') return exporter.isFolder === true ? openFolderTarget(target) : openFileTarget(target);
  if (exporter.isFolder !== true) return openStreamOutput(context.stdout);
  const message = `${format} makes a folder, got standard output`;
  throw new UserError({ code: 'E_OPTION', where: '--out', message, hint: 'name a new folder' });
}

/** Runs the extraction under a progress bar. */
async function extractTo(
  output: Output,
  format: FormatName,
  found: FoundSources,
  tagger: Tagger,
  summary: ExtractSummary,
  options: ExtractOptions,
  context: CliContext,
): Promise<Written> {
  const exporter: Exporter = exporters[format];
  const followed = followDocuments(found.sources);
  const progress = await startProgress(context, 'Extracting');
  try {
    const records = extractSources(
      { ...found, sources: exporter.needsDocuments === true ? followed.sources : found.sources },
      tagger,
      {
        ...pick(options, 'types', 'minScore', 'all'),
        ...(exporter.needsAll === true ? { all: true } : {}),
        signal: context.signal,
        onProgress: (state) => showProgress(progress, state, summary.seconds),
      },
      summary,
    );
    const events = exporter.needsDocuments === true ? followed.events(records) : asEvents(records);
    return await writeEvents(events, exporter, output, {
      ...pick(options, 'delimiter', 'language'),
      types: tagger.types,
      model: tagger.name,
    });
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
  written: Written,
  target: string,
  loadSeconds: number,
  context: CliContext,
): number {
  const size = `${formatPlural(summary.entities, 'entity', 'entities')} in ${formatPlural(written.records, 'sentence')}`;
  writeExtractReport(
    summary,
    [`${size} written to ${placeName(target)}`, ...lostLines(written)].join('\n'),
    loadSeconds,
    summaryStream(target, context),
    context,
  );
  writeFailures(summary.failures, context);
  if (summary.failures.some((failure) => failure.bug !== undefined)) return exitCodes.bug;
  return summary.failures.length > 0 ? exitCodes.badInput : exitCodes.success;
}

/** Entities told one by one when a format cannot hold them. */
const mostListed = 10;

/** What the format could not hold: how many of each kind, and the first of them. */
function lostLines({ problems }: Written): string[] {
  if (problems.length === 0) return [];
  const kinds = [...new Set(problems.map(({ kind }) => kind))].map((kind) => {
    const count = problems.filter((problem) => problem.kind === kind).length;
    return `${formatCount(count)} ${kind}`;
  });
  const first = problems
    .slice(0, mostListed)
    .map(
      ({ document, id, kind, type, detail }) => `    ${document}, ${id}: ${type ?? ''} ${detail} (${kind})`,
    );
  const rest = problems.length - first.length;
  return [
    `· what this format cannot hold: ${kinds.join(', ')}`,
    ...first,
    ...(rest > 0 ? [`    … and ${formatCount(rest)} more`] : []),
  ];
}
