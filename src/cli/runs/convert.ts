/** `w2ner convert`, the work: data in another format, and what became of every mention. */
import { join, resolve } from 'node:path';
import { createColors } from 'picocolors';
import { UserError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { writeNewFolder } from '../../convert/new-folder.ts';
import { type Conversion, convertData } from '../../data/formats/convert-data.ts';
import { type DataFormat, dataFormats, type InputFormat } from '../../data/formats/names.ts';
import { type FormatProblem, isLost, type ProblemKind, problemKinds } from '../../data/formats/types.ts';
import type { DataFile } from '../../data/formats/write-data.ts';
import { csvRow } from '../../export/csv.ts';
import { extensionOf } from '../../export/extension.ts';
import { besideName } from '../../export/output.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { countList } from '../data-report.ts';
import { placeName, refuseOverwriting, summaryStream } from '../out.ts';
import { numberColumns, renderTable } from '../table.ts';
import { formatCount, formatPlural } from '../text.ts';

/** Options of `w2ner convert`. */
export interface ConvertOptions {
  readonly to?: DataFormat;
  readonly from?: InputFormat;
  readonly problems?: string;
}

/** Problems shown on the terminal; the file of `--problems` has all. */
const mostShown = 12;

/** Runs the command. @returns the exit code */
export async function runConvert(
  [input, out]: readonly string[],
  options: ConvertOptions,
  context: CliContext,
): Promise<number> {
  const { problems } = options;
  refuseOverwriting({ where: '<out>', targets: [out!], inputs: [input!], called: 'inputs' });
  if (problems !== undefined) {
    refuseOverwriting({ where: '--problems', targets: [problems], inputs: [input!], called: 'inputs' });
    checkProblemsPath(problems, out!);
  }
  const to = options.to ?? formatOfName(out!);
  const conversion = convertData(input!, to, options.from);
  if (to === 'brat') {
    if (out === '-') {
      const message = 'brat needs a folder, got standard output';
      throw new UserError({ code: 'E_OPTION', where: '<out>', message });
    }
    writeNewFolder(out!, (folder) => {
      for (const { name, data } of conversion.files) writeFileAtomic(join(folder, name), data);
    });
  } else writeFiles(conversion.files, out!, context);
  if (problems !== undefined) writeProblems(problems, conversion.problems);
  const stream = summaryStream(out!, context);
  stream.write(report(conversion, out!, options, createColors(wantsColor(stream, context.env))));
  return exitCodes.success;
}

/** The list is a file of its own, as CSV or JSON. */
function checkProblemsPath(problems: string, out: string): void {
  const refuse = (message: string): UserError =>
    new UserError({
      code: 'E_OPTION',
      where: `--problems ${problems}`,
      message,
      hint: 'for example --problems problems.csv',
    });
  if (problems === '-') throw refuse('standard output is for the data, expected a file');
  if (resolve(problems) === resolve(out)) throw refuse('is the output itself, expected another file');
  if (!['csv', 'json', ''].includes(extensionOf(problems))) throw refuse('expected a name in .csv or .json');
}

/** The format that a name says where `--to` does not. Label Studio's tasks are JSON too, but the training format goes first. */
function formatOfName(out: string): DataFormat {
  const extension = out === '-' ? '' : extensionOf(out);
  const said = (['json', 'jsonl', 'conll'] as const).find((format) => format === extension);
  if (said !== undefined) return said;
  throw new UserError({
    code: 'E_OPTION',
    where: '--to',
    message: `is missing, and ${placeName(out)} does not say the format, expected one of ${dataFormats.join(', ')}`,
    hint: 'without --to, the output must be named .json, .jsonl or .conll',
  });
}

function writeFiles(files: readonly DataFile[], out: string, context: CliContext): void {
  for (const { name, data } of files) {
    if (out !== '-') writeFileAtomic(besideName(out, name), data);
    else if (name === '') context.stdout.write(data);
  }
}

/** Writes the list as JSON, or as CSV by the name's ending. */
function writeProblems(path: string, problems: readonly FormatProblem[]): void {
  const rows = problems.map((problem) => ({
    document: problem.document,
    id: problem.id,
    type: problem.type ?? null,
    start: problem.charStart ?? null,
    end: problem.charEnd ?? null,
    problem: problem.kind,
    lost: isLost(problem),
    detail: problem.detail,
  }));
  const columns = ['document', 'id', 'type', 'start', 'end', 'problem', 'lost', 'detail'] as const;
  const csv = (): string => {
    const cells = rows.map((row) =>
      columns.map((column) => (column === 'lost' ? String(row.lost) : row[column])),
    );
    return `\uFEFF${[columns, ...cells].map((row) => csvRow(row)).join('')}`;
  };
  const json = (): string => `[${rows.map((row) => `\n${JSON.stringify(row)}`).join(',')}\n]\n`;
  writeFileAtomic(path, extensionOf(path) === 'csv' ? csv() : json());
}

type Colors = ReturnType<typeof createColors>;

/** The account: counts that add up, and the first problems. */
function report(conversion: Conversion, out: string, options: ConvertOptions, colors: Colors): string {
  const { from, to, documents, sentences, mentions, written, joined, problems, ignored } = conversion;
  const kinds = (Object.keys(problemKinds) as ProblemKind[]).map(
    (kind) => [kind, problems.filter((problem) => problem.kind === kind).length] as const,
  );
  const rowsOf = (lost: boolean): string[][] =>
    kinds
      .filter(([kind, count]) => count > 0 && problemKinds[kind].lost === lost)
      .map(([kind, count]) => [`  ${kind}: ${problemKinds[kind].meaning}`, formatCount(count)]);
  const rows = [
    ['Written', formatCount(written)],
    ...rowsOf(false),
    ...(joined === 0
      ? []
      : [['  joined sentences: it spans what the rules took for several', formatCount(joined)]]),
    ['Left out', formatCount(mentions - written)],
    ...rowsOf(true),
  ];
  const table = renderTable(numberColumns('Mentions', 'Count'), rows, {
    colors,
    totals: [['In the input', formatCount(mentions)]],
  });
  const size = sentences === undefined ? '' : `, ${formatPlural(sentences, 'sentence')}`;
  const lines = [
    `\n${from} to ${to}: ${formatPlural(documents, 'document')}${size} written to ${placeName(out)}`,
    ...(Object.keys(ignored).length === 0 ? [] : [`· not converted: ${countList(ignored)}`]),
    ...problemLines(problems, options),
  ];
  return `${table}${lines.join('\n')}\n`;
}

function problemLines(problems: readonly FormatProblem[], { problems: file }: ConvertOptions): string[] {
  if (problems.length === 0) return [];
  if (file !== undefined) return [`· ${formatPlural(problems.length, 'problem')} listed in ${file}`];
  const first = [...problems].sort((a, b) => Number(isLost(b)) - Number(isLost(a))).slice(0, mostShown);
  const lines = first.map(({ document, id, kind, type, charStart, charEnd, detail }) => {
    const place = charStart === undefined ? '' : ` [${charStart}, ${charEnd})`;
    const name = [document, `${id}${place}`, type].filter((part) => part !== undefined && part !== '');
    return `  ${name.join(' ')} – ${kind}: ${detail}`;
  });
  const rest = problems.length - first.length;
  return [
    '',
    ...lines,
    ...(rest > 0 ? [`  … and ${formatCount(rest)} more; --problems FILE writes all`] : []),
  ];
}
