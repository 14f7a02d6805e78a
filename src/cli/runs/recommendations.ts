/** `w2ner recommendations`, the work: documents in, a row per recommendation out. */
import { createColors } from 'picocolors';
import { writeRecords } from '../../export/exporters.ts';
import { type RecommendationRow, recommendationRows } from '../../export/recommendation-rows.ts';
import { type RecommendationFormat, recommendationExporters } from '../../export/recommendations.ts';
import { analyzeDocument } from '../../predict/analyze-document.ts';
import { selectTypes } from '../../predict/select-types.ts';
import { type FoundSources, findSources, nothingRead } from '../../predict/sources.ts';
import { describeFailure, type FileFailure } from '../../predict/summary.ts';
import type { Tagger } from '../../predict/types.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, textWidth, wantsColor } from '../context.ts';
import { writeFailures, writeOthers } from '../extract-report.ts';
import { loadTagger, type ModelOptions } from '../load-tagger.ts';
import { pick } from '../options.ts';
import { chooseTarget, openOut, placeName, summaryStream } from '../out.ts';
import { startProgress } from '../progress.ts';
import { numberColumns, renderTable } from '../table.ts';
import { formatCount, formatPlural, formatSeconds, shorten } from '../text.ts';

/** Options of `w2ner recommendations`. */
export interface RecommendationsOptions extends ModelOptions {
  readonly out?: string;
  readonly format?: RecommendationFormat;
  readonly types?: readonly string[];
  readonly minScore?: number;
  readonly delimiter?: string;
}

/** Counts of one file. */
interface FileCounts {
  readonly name: string;
  readonly sentences: number;
  readonly rows: readonly RecommendationRow[];
}

/** What was read, filled while rows come out. */
interface Tally {
  readonly files: FileCounts[];
  readonly failures: FileFailure[];
}

/** Runs the command. @returns the exit code */
export async function runRecommendations(
  paths: readonly string[],
  options: RecommendationsOptions,
  context: CliContext,
): Promise<number> {
  const found = findSources(paths);
  if (found.sources.length === 0) throw nothingRead(found.failures);
  const { format, target } = chooseTarget(
    recommendationExporters,
    options,
    found.sources.map(({ path }) => path),
    (name) => `recommendations.${name}`,
  );
  const output = openOut(target, context);
  const tally: Tally = { files: [], failures: [...found.failures] };
  try {
    const tagger = await loadTagger(options, context);
    const started = performance.now();
    try {
      const rows = readRows(found, tagger, options, context, tally);
      const settings = { ...pick(options, 'delimiter'), types: tagger.types };
      await writeRecords(rows, recommendationExporters[format], output, settings);
    } finally {
      await tagger.dispose();
    }
    const code = report(tally, target, (performance.now() - started) / 1000, context);
    writeOthers(found.others, target, context);
    return code;
  } finally {
    output.abort();
  }
}

/** The rows of all documents, one after the other, under a progress bar. @throws UserError when no document could be read */
async function* readRows(
  { sources }: FoundSources,
  tagger: Tagger,
  options: RecommendationsOptions,
  context: CliContext,
  tally: Tally,
): AsyncGenerator<RecommendationRow> {
  if (options.types !== undefined) selectTypes(options.types, tagger.types);
  const progress = await startProgress(context, 'Reading');
  try {
    for (const [i, source] of sources.entries()) {
      try {
        const result = await analyzeDocument(await source.read(), tagger, {
          ...pick(options, 'types', 'minScore'),
          signal: context.signal,
          onProgress: (done, total) =>
            progress.update((i + (total === 0 ? 1 : done / total)) / sources.length, source.name),
        });
        const rows = recommendationRows(result);
        tally.files.push({ name: source.name, sentences: result.sentences.length, rows });
        yield* rows;
      } catch (error) {
        context.signal.throwIfAborted();
        tally.failures.push(describeFailure(source.path, error));
      }
    }
  } finally {
    progress.stop();
  }
  if (tally.files.length === 0) throw nothingRead(tally.failures);
}

/** Writes the table, to where the rows did not go. @returns the exit code */
function report(tally: Tally, target: string, seconds: number, context: CliContext): number {
  const stream = summaryStream(target, context);
  const colors = createColors(wantsColor(stream, context.env));
  const cells = (name: string, files: readonly FileCounts[]): string[] => {
    const rows = files.flatMap((file) => file.rows);
    const count = (test: (row: RecommendationRow) => boolean): string =>
      formatCount(rows.filter(test).length);
    return [
      name,
      formatCount(rows.length),
      ...['A', 'B', 'C'].map((strength) => count((row) => row.strength === strength)),
      count((row) => row.strength === null),
      count((row) => row.advice === 'against'),
      count((row) => (row.entities.drugs ?? []).length > 0),
    ];
  };
  const width = Math.max(20, textWidth(stream) - 72);
  const table = renderTable(
    numberColumns('File', 'Recommendations', 'A', 'B', 'C', 'No grade', 'Against', 'With drugs'),
    tally.files.map((file) => cells(shorten(file.name, width), [file])),
    { colors, totals: [cells(formatPlural(tally.files.length, 'file'), tally.files)] },
  );
  const rows = tally.files.reduce((sum, file) => sum + file.rows.length, 0);
  const sentences = tally.files.reduce((sum, file) => sum + file.sentences, 0);
  stream.write(
    `\n${table}\n${formatPlural(rows, 'recommendation')} written to ${placeName(target)}\n` +
      `${formatPlural(sentences, 'sentence')} in ${formatSeconds(seconds)}\n`,
  );
  writeFailures(tally.failures, context);
  if (tally.failures.some((failure) => failure.bug !== undefined)) return exitCodes.bug;
  return tally.failures.length > 0 ? exitCodes.badInput : exitCodes.success;
}
