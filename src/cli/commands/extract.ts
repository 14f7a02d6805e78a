/** `w2ner extract`: documents in, entities out. */
import { exporters, type FormatName, writeRecords } from '../../export/exporters.ts';
import { type Output, openFileOutput, openStreamOutput } from '../../export/output.ts';
import type { ExtractProgress } from '../../predict/pipeline.ts';
import type { FoundSources } from '../../predict/sources.ts';
import { createSummary, type ExtractSummary } from '../../predict/summary.ts';
import type { Tagger } from '../../predict/types.ts';
import { defineCommand, examples, exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { writeExtractReport, writeFailures } from '../extract-report.ts';
import { chooseFormat, collectList, delimiter, fraction, pick, wholeNumber } from '../options.ts';
import { type ProgressReporter, startProgress } from '../progress.ts';
import { formatCount, formatPlural, formatRate } from '../text.ts';

interface Options {
  readonly model: string;
  readonly out?: string;
  readonly format?: string;
  readonly types?: readonly string[];
  readonly minScore?: number;
  readonly all?: boolean;
  readonly threads?: number;
  readonly delimiter?: string;
}

const help = `
Sentences without entities are left out unless --all is given. A record holds the sentence as
words ("sentence"), as text ("sentence_text") and as it stands in the file ("orig_sentence",
"start", "end"); an entity its type, words ("index"), text, character ranges in the file
("spans") and confidence ("score"). CSV has a row for each entity.
Files that cannot be read are listed at the end; the others are processed, and the exit code is 2.`;

/** The command. */
export const extractCommand = defineCommand<Options>({
  name: 'extract',
  summary: 'find entities in documents (.md, .txt; files, folders, patterns)',
  configure: (command) =>
    command
      .argument('<path...>', 'files, folders (with all folders in them), patterns such as "docs/**/*.md"')
      .option('-m, --model <name|dir>', 'shipped model or model folder', 'guidelines-ru')
      .option('-o, --out <file>', 'where results go, "-" for standard output (default: results.<format>)')
      .option('-f, --format <name>', 'json, jsonl or csv (default: by the extension of --out, else json)')
      .option('-t, --types <list>', 'only these types, separated by commas: drug,dosage', collectList)
      .option(
        '-s, --min-score <number>',
        'only entities at least this certain, 0 to 1',
        fraction('--min-score'),
      )
      .option('-a, --all', 'also sentences without entities')
      .option('--threads <n>', 'processor threads to use', wholeNumber('--threads'))
      .option(
        '--delimiter <sign>',
        'CSV: comma, semicolon (for Excel with Russian settings) or tab',
        delimiter,
      )
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner extract guidelines/ notes.txt', 'results.json and tables by type and by file'],
            ['w2ner extract guidelines/ --format csv --delimiter semicolon', 'results.csv for a spreadsheet'],
            ['w2ner extract a.md --types drug,dosage --min-score 0.8', 'certain drugs and doses only'],
            ['w2ner extract a.md --format jsonl --out - | jq .entities', 'records into another program'],
          ]).trimEnd(),
      ),
  run: runExtract,
});

async function runExtract(paths: readonly string[], options: Options, context: CliContext): Promise<number> {
  const format = chooseFormat(options.format, options.out);
  const target = options.out ?? `results.${format}`;
  const { findSources, nothingRead } = await import('../../predict/sources.ts');
  const found = findSources(paths);
  if (found.sources.length === 0) throw nothingRead(found.failures);
  const output = target === '-' ? openStreamOutput(context.stdout) : openFileOutput(target);
  try {
    const started = performance.now();
    const tagger = await context.loadModel(options.model, pick(options, 'threads'));
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
  options: Options,
  context: CliContext,
): Promise<number> {
  const { extractSources } = await import('../../predict/extract.ts');
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
