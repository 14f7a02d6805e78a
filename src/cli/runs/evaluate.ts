/** `w2ner evaluate`, the work: how good and how fast a model is on annotated data. */
import { createColors } from 'picocolors';
import { changedNote, type DataProblem, readExamples } from '../../data/examples.ts';
import type { Example } from '../../data/types.ts';
import { evaluateTagger } from '../../predict/evaluate.ts';
import type { Tagger } from '../../predict/types.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { renderEvaluation } from '../evaluation-report.ts';
import { loadTagger, type ModelOptions } from '../load-tagger.ts';
import { startProgress } from '../progress.ts';
import { formatRate } from '../text.ts';

/** Options of `w2ner evaluate`. */
export interface EvaluateOptions extends ModelOptions {
  readonly data: string;
  readonly train?: string;
  readonly json?: boolean;
  readonly bootstrap?: number;
  readonly seed?: number;
}

/** Runs the command. @returns the exit code */
export async function runEvaluate(
  _args: readonly string[],
  options: EvaluateOptions,
  context: CliContext,
): Promise<number> {
  const gold = readData(options.data, context);
  const training = options.train === undefined ? undefined : readData(options.train, context);
  const tagger = await loadTagger(options, context);
  try {
    await evaluateTo(tagger, gold, training, options, context);
  } finally {
    await tagger.dispose();
  }
  return exitCodes.success;
}

/** The examples of a file; what of it did not come through as it is, is told. */
function readData(file: string, context: CliContext): Example[] {
  const problems: DataProblem[] = [];
  const examples = readExamples(file, { onWarning: (problem) => problems.push(problem) });
  const note = changedNote({ file, problems });
  if (note !== undefined) context.stderr.write(`warning: ${note}\n`);
  return examples;
}

async function evaluateTo(
  tagger: Tagger,
  gold: readonly Example[],
  training: readonly Example[] | undefined,
  options: EvaluateOptions,
  context: CliContext,
): Promise<void> {
  warnOfTypes(tagger, gold, context);
  const progress = await startProgress(context, 'Evaluating');
  const report = await evaluateTagger(tagger, gold, {
    ...(training === undefined ? {} : { training }),
    bootstrap: { resamples: options.bootstrap ?? 1000, seed: options.seed ?? 1 },
    signal: context.signal,
    onProgress: (done, seconds) =>
      progress.update(done / gold.length, `${formatRate(done, seconds)} sentences/s`),
  }).finally(() => progress.stop());
  if (options.json === true) {
    context.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const colors = createColors(wantsColor(context.stdout, context.env));
  context.stdout.write(`${tagger.name} on ${options.data}\n\n${renderEvaluation(report, colors)}`);
}

/** Types that the model cannot find explain a low score. */
function warnOfTypes(tagger: Tagger, gold: readonly Example[], context: CliContext): void {
  const known = new Set(tagger.types.map((type) => type.toLowerCase()));
  const foreign = new Set(
    gold
      .flatMap(({ entities }) => entities.map(({ type }) => type))
      .filter((type) => !known.has(type.toLowerCase())),
  );
  if (foreign.size === 0) return;
  context.stderr.write(
    `warning: the model does not know these types of the data: ${[...foreign].join(', ')}\n`,
  );
}
