/** `w2ner validate`, the work: checks data files and counts what is in them. */
import { createColors } from 'picocolors';
import { formatError, UserError } from '../../base/errors.ts';
import type { CheckedExamples } from '../../data/examples.ts';
import { checkExamples, formatProblem } from '../../data/examples.ts';
import { filesStatistics } from '../../data/statistics.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { countList, renderStatistics } from '../data-report.ts';
import { formatPlural } from '../text.ts';

/** Options of `w2ner validate`. */
export interface ValidateOptions {
  readonly json?: boolean;
  readonly ner: boolean;
}

/** Runs the command. @returns the exit code */
export async function runValidate(
  paths: readonly string[],
  options: ValidateOptions,
  context: CliContext,
): Promise<number> {
  const checked: CheckedExamples[] = [];
  const unreadable: UserError[] = [];
  for (const path of paths) {
    try {
      checked.push(checkExamples(path, { nerRequired: options.ner }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable.push(error);
    }
  }
  const problems = checked.flatMap((file) => file.problems);
  const errors = problems.filter((problem) => problem.severity === 'error');
  const statistics = filesStatistics(checked);
  const bad = errors.length + unreadable.length;
  const ignored = checked.flatMap((file) =>
    Object.keys(file.ignored).length === 0 ? [] : [{ file: file.file, counts: file.ignored }],
  );
  if (options.json === true) {
    const failures = unreadable.map(({ code, message }) => ({ code, message }));
    context.stdout.write(
      `${JSON.stringify({ valid: bad === 0, problems, failures, ignored, ...statistics }, null, 2)}\n`,
    );
    return bad === 0 ? exitCodes.success : exitCodes.badInput;
  }
  const colors = createColors(wantsColor(context.stdout, context.env));
  const lines = [
    ...unreadable.map((error) => colors.red(formatError(error))),
    ...problems.map((problem) =>
      problem.severity === 'error'
        ? colors.red(formatProblem(problem))
        : colors.yellow(formatProblem(problem)),
    ),
  ];
  const tables = checked.some((file) => file.examples.length > 0)
    ? `${renderStatistics(statistics, colors)}\n`
    : '';
  const list = [...lines, ...ignored.map(({ file, counts }) => `· ${file}: not read: ${countList(counts)}`)];
  const head = list.length === 0 ? '' : `${list.join('\n')}\n\n`;
  context.stdout.write(head + tables + verdict(paths.length, bad, problems.length - errors.length));
  return bad === 0 ? exitCodes.success : exitCodes.badInput;
}

function verdict(files: number, bad: number, warnings: number): string {
  const notes = warnings === 0 ? '' : `, ${formatPlural(warnings, 'warning')}`;
  const what = bad === 0 ? 'no problem' : formatPlural(bad, 'problem');
  return `${formatPlural(files, 'file')}: ${what}${notes}\n`;
}
