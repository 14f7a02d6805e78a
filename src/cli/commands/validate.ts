/** `w2ner validate`: checks data files and counts what is in them. */
import { formatError, UserError } from '../../base/errors.ts';
import type { CheckedExamples } from '../../data/examples.ts';
import { defineCommand, examples, exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { formatPlural } from '../text.ts';

interface Options {
  readonly json?: boolean;
  readonly ner: boolean;
}

const help = `
Files are JSON arrays or JSON lines of {"sentence": ["слово", …], "ner": [{"type", "index"}]}.
Every bad record is listed with its file, number and reason; the exit code is then 2.
Statistics count the good records: sizes, types, nested and discontinuous entities, and
sentences that stand twice, in one file or in two of them.`;

/** The command. */
export const validateCommand = defineCommand<Options>({
  name: 'validate',
  summary: 'check data files and count what is in them',
  configure: (command) =>
    command
      .argument('<file...>', 'data files in the training format')
      .option('--json', 'print one JSON object instead of tables')
      .option('--no-ner', 'records need no "ner" (data for predict)')
      .addHelpText(
        'after',
        help +
          examples([['w2ner validate train.json dev.json', 'both files, and what they share']]).trimEnd(),
      ),
  run: runValidate,
});

async function runValidate(paths: readonly string[], options: Options, context: CliContext): Promise<number> {
  const { checkExamples, formatProblem } = await import('../../data/examples.ts');
  const { filesStatistics } = await import('../../data/statistics.ts');
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
  if (options.json === true) {
    const failures = unreadable.map(({ code, message }) => ({ code, message }));
    context.stdout.write(
      `${JSON.stringify({ valid: bad === 0, problems, failures, ...statistics }, null, 2)}\n`,
    );
    return bad === 0 ? exitCodes.success : exitCodes.badInput;
  }
  const { renderStatistics } = await import('../data-report.ts');
  const { createColors } = await import('picocolors');
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
  const list = lines.length === 0 ? '' : `${lines.join('\n')}\n\n`;
  context.stdout.write(list + tables + verdict(paths.length, bad, problems.length - errors.length));
  return bad === 0 ? exitCodes.success : exitCodes.badInput;
}

function verdict(files: number, bad: number, warnings: number): string {
  const notes = warnings === 0 ? '' : `, ${formatPlural(warnings, 'warning')}`;
  const what = bad === 0 ? 'no problem' : formatPlural(bad, 'problem');
  return `${formatPlural(files, 'file')}: ${what}${notes}\n`;
}
