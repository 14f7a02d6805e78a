/** `w2ner quantize`, the work. */
import { join } from 'node:path';
import { createColors } from 'picocolors';
import { UserError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { type QuantizeResult, quantizeModel } from '../../convert/quantize-model.ts';
import { readExamples } from '../../data/examples.ts';
import type { Example } from '../../data/types.ts';
import type { EvaluationReport } from '../../evaluate/report.ts';
import { letSignalsIn } from '../../predict/batches.ts';
import { evaluateTagger } from '../../predict/evaluate.ts';
import { modelFiles } from '../../weights/model-description.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { convertProgress } from '../convert-progress.ts';
import { loadTagger } from '../load-tagger.ts';
import { pick } from '../options.ts';
import { startProgress } from '../progress.ts';
import { numberColumns, renderTable } from '../table.ts';
import { formatMegabytes, formatPlural, formatRate, formatSeconds } from '../text.ts';

/** Options of `w2ner quantize`. */
export interface QuantizeOptions {
  readonly out: string;
  readonly data?: string;
  readonly bits: number;
  readonly wordsOnly?: boolean;
  readonly threads?: number;
}

/** Runs the command. @returns the exit code */
export async function runQuantize(
  [model]: readonly string[],
  options: QuantizeOptions,
  context: CliContext,
): Promise<number> {
  const { out, bits } = options;
  if (bits !== 7 && bits !== 8) {
    throw new UserError({ code: 'E_OPTION', where: '--bits', message: `got ${bits}, expected 7 or 8` });
  }
  const gold = options.data === undefined ? undefined : readExamples(options.data);
  const started = performance.now();
  const progress = await startProgress(context, 'Quantising');
  let result: QuantizeResult;
  try {
    result = quantizeModel({
      model: model!,
      out,
      bits,
      ...pick(options, 'wordsOnly'),
      onProgress: convertProgress(progress),
    });
  } finally {
    progress.stop();
  }
  await letSignalsIn();
  context.signal.throwIfAborted();
  const time = formatSeconds((performance.now() - started) / 1000);
  const reports = [];
  for (const name of gold === undefined ? [] : [model!, out]) {
    reports.push(await evaluate(name, gold!, options, context));
  }
  const [before, after] = reports;
  if (before !== undefined && after !== undefined) {
    const quantized = {
      bits,
      ...pick({ words_only: options.wordsOnly }, 'words_only'),
      from: model,
      float32: scoreOf(before),
      int8: scoreOf(after),
    };
    const metrics = { quantized, dev: after };
    writeFileAtomic(join(out, modelFiles.metrics), `${JSON.stringify(metrics, null, 2)}\n`);
  }
  context.stdout.write(comparison(result, before, after, context));
  context.stdout.write(`${formatPlural(result.quantized, 'tensor')} quantised in ${time}: ${out}\n`);
  if (gold === undefined) {
    context.stdout.write(`Next: w2ner evaluate --model ${out} --data dev.json\n`);
  }
  return exitCodes.success;
}

async function evaluate(
  name: string,
  gold: readonly Example[],
  options: QuantizeOptions,
  context: CliContext,
): Promise<EvaluationReport> {
  const tagger = await loadTagger({ model: name, ...pick(options, 'threads') }, context);
  const progress = await startProgress(context, 'Evaluating');
  try {
    return await evaluateTagger(tagger, gold, {
      signal: context.signal,
      onProgress: (done, seconds) =>
        progress.update(done / gold.length, `${name}, ${formatRate(done, seconds)} sentences/s`),
    });
  } finally {
    progress.stop();
    await tagger.dispose();
  }
}

const scoreOf = ({ micro, sentences_per_second }: EvaluationReport): object => ({
  f1: micro.f1,
  sentences_per_second,
});

function comparison(
  { bytesBefore, bytesAfter }: QuantizeResult,
  before: EvaluationReport | undefined,
  after: EvaluationReport | undefined,
  context: CliContext,
): string {
  const colors = createColors(wantsColor(context.stdout, context.env));
  const row = (name: string, bytes: number, report: EvaluationReport | undefined): string[] => [
    name,
    formatMegabytes(bytes),
    ...(report === undefined
      ? []
      : [report.micro.f1.toFixed(4), formatRate(1, 1 / (report.sentences_per_second ?? Number.NaN))]),
  ];
  const heads = ['Weights', 'Size', ...(before === undefined ? [] : ['Micro F1', 'Sentences/s'])];
  const rows = [row('float32', bytesBefore, before), row('int8', bytesAfter, after)];
  return `${renderTable(numberColumns(...(heads as [string, ...string[]])), rows, { colors })}\n`;
}
