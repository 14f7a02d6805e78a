/** What `extract` tells at its end: tables by type and by file, speed, what was left out, what failed. */
import { extname, resolve } from 'node:path';
import { createColors } from 'picocolors';
import { groupBy } from '../base/group.ts';
import type { ExtractSummary, FileFailure, FileSummary } from '../predict/summary.ts';
import { type CliContext, type TerminalStream, textWidth, wantsColor } from './context.ts';
import { numberColumns, renderTable } from './table.ts';
import {
  fitList,
  formatCount,
  formatPlural,
  formatRate,
  formatSeconds,
  formatShare,
  wrapName,
} from './text.ts';

type Colors = ReturnType<typeof createColors>;

const mostFiles = 40;

/** Writes the report. @param result what became of the output, for example `412 records in results.json` */
export function writeExtractReport(
  summary: ExtractSummary,
  result: string,
  loadSeconds: number,
  stream: TerminalStream,
  context: CliContext,
): void {
  const colors = createColors(wantsColor(stream, context.env));
  const width = textWidth(stream);
  const parts = [typeTable(summary, width, colors), fileTable(summary, width, colors)];
  stream.write(`\n${parts.join('\n')}\n${closingLines(summary, result, loadSeconds).join('\n')}\n`);
}

function typeTable(summary: ExtractSummary, width: number, colors: Colors): string {
  if (summary.entities === 0) return 'No entities were found.\n';
  const rows = summary.types.filter((type) => type.entities > 0).sort((a, b) => b.entities - a.entities);
  const used = Math.max(10, ...rows.map((row) => row.type.length)) + 4 * 2 + 8 + 7 + 9 + 5;
  return renderTable(
    [...numberColumns('Type', 'Entities', 'Share', 'Sentences', 'Score'), { title: 'For example' }],
    rows.map((row) => [
      row.type,
      formatCount(row.entities),
      formatShare(row.entities, summary.entities),
      formatCount(row.sentences),
      (row.scoreSum / row.entities).toFixed(2),
      fitList(row.examples, Math.max(10, width - used - 2)),
    ]),
    {
      colors,
      totals: [['Total', formatCount(summary.entities), '', formatCount(summary.sentencesWithEntities)]],
    },
  );
}

function fileTable(summary: ExtractSummary, width: number, colors: Colors): string {
  const most = [...summary.files].sort((a, b) => b.entities - a.entities).slice(0, mostFiles);
  const shown = summary.files.filter((file) => most.includes(file));
  const rest = summary.files.filter((file) => !most.includes(file));
  const label = labeller(summary.files);
  const cells = (name: string, files: readonly FileSummary[]): string[] => {
    const sum = (count: (file: FileSummary) => number): string =>
      formatCount(files.reduce((total, file) => total + count(file), 0));
    return [
      name,
      sum((file) => file.sentences),
      sum((file) => file.sentencesWithEntities),
      sum((file) => file.words),
      sum((file) => file.entities),
    ];
  };
  const rows = shown.map((file) => cells(wrapName(label(file), Math.max(20, width - 46)), [file]));
  if (rest.length > 0) rows.push(cells(`${formatPlural(rest.length, 'more file')}`, rest));
  return renderTable(numberColumns('File', 'Sentences', 'With entities', 'Words', 'Entities'), rows, {
    colors,
    totals: [cells(formatPlural(summary.files.length, 'file'), summary.files)],
  });
}

/** File names, or paths where names clash. */
function labeller(files: readonly FileSummary[]): (file: FileSummary) => string {
  const names = new Set(files.map((file) => file.name));
  return (file) => (names.size === files.length ? file.name : file.path);
}

function closingLines(summary: ExtractSummary, result: string, loadSeconds: number): string[] {
  const { sentences, seconds, repeated, windowed, bounded } = summary;
  const skipped = Object.entries(summary.skipped)
    .map(([kind, count]) => `${formatCount(count)} × ${kind}`)
    .join(', ');
  const lines = [
    result,
    `${formatPlural(sentences, 'sentence')} in ${formatSeconds(seconds)}: ` +
      `${formatRate(sentences, seconds)} sentences/s (the model took ${formatSeconds(loadSeconds)} to load)`,
  ];
  const notes = [
    repeated > 0 ? `${formatPlural(repeated, 'repeated sentence')} answered from memory` : '',
    windowed > 0 ? `${formatPlural(windowed, 'long sentence')} read in overlapping windows` : '',
    bounded > 0 ? `${formatPlural(bounded, 'sentence')} with more readings than the decoder follows` : '',
    skipped === '' ? '' : `left out: ${skipped}`,
  ].filter((note) => note !== '');
  return notes.length === 0 ? lines : [...lines, ...notes.map((note) => `· ${note}`)];
}

/** So many are named, more are counted by their extensions. */
const mostOthers = 3;

/** Says which files of the folders are no documents. @param others their paths @param target the output, which may be there */
export function writeOthers(others: readonly string[], target: string, context: CliContext): void {
  const passed = others.filter((path) => resolve(path) !== resolve(target));
  if (passed.length === 0) return;
  const kinds = groupBy(passed, (path) => [extname(path).toLowerCase() || 'no extension']);
  const counts = [...kinds]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([kind, paths]) => `${formatCount(paths.length)} × ${kind}`);
  const list = passed.length <= mostOthers ? passed : counts;
  context.stderr.write(`Passed over, no documents: ${list.join(', ')}\n`);
}

/** Writes the list of files that failed. */
export function writeFailures(failures: readonly FileFailure[], context: CliContext): void {
  if (failures.length === 0) return;
  const colors = createColors(wantsColor(context.stderr, context.env));
  const lines = failures.flatMap(({ message, hint, bug }) => [
    `  ${message}`,
    ...(hint === undefined ? [] : [`    hint: ${hint}`]),
    ...(bug instanceof Error ? [`    this is a bug in w2ner, please report it:\n${bug.stack}`] : []),
  ]);
  const head = `${formatPlural(failures.length, 'file')} could not be read:`;
  context.stderr.write(`\n${colors.red(head)}\n${lines.join('\n')}\n`);
}
