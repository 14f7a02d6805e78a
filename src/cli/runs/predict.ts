/** `w2ner predict`, the work: entities for data that is already split into words. */
import { readExamples } from '../../data/examples.ts';
import type { Example } from '../../data/types.ts';
import { exporters, writeRecords } from '../../export/exporters.ts';
import type { Output } from '../../export/output.ts';
import { predict } from '../../predict/predict.ts';
import { selectTypes } from '../../predict/select-types.ts';
import type { Tagger } from '../../predict/types.ts';
import { chooseFormat } from '../choose-format.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { loadTagger, type ModelOptions } from '../load-tagger.ts';
import { pick } from '../options.ts';
import { openOut, placeName, refuseOverwriting } from '../out.ts';
import { startProgress } from '../progress.ts';
import { formatPlural, formatRate, formatSeconds } from '../text.ts';

/** Options of `w2ner predict`. */
export interface PredictOptions extends ModelOptions {
  readonly data: string;
  readonly out: string;
  readonly types?: readonly string[];
  readonly minScore?: number;
}

/** Runs the command. @returns the exit code */
export async function runPredict(
  _args: readonly string[],
  options: PredictOptions,
  context: CliContext,
): Promise<number> {
  refuseOverwriting({ where: '--out', targets: [options.out], inputs: [options.data], called: 'inputs' });
  const { json, jsonl } = exporters;
  const format = chooseFormat({ json, jsonl }, options.out);
  const data = readExamples(options.data, { nerRequired: false });
  const output = openOut(options.out, context);
  try {
    const tagger = await loadTagger(options, context);
    try {
      await predictTo(output, format, data, tagger, options, context);
    } finally {
      await tagger.dispose();
    }
  } finally {
    output.abort();
  }
  return exitCodes.success;
}

async function predictTo(
  output: Output,
  format: 'json' | 'jsonl',
  data: readonly Example[],
  tagger: Tagger,
  options: PredictOptions,
  context: CliContext,
): Promise<void> {
  const types = options.types && selectTypes(options.types, tagger.types);
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const progress = await startProgress(context, 'Predicting');
  try {
    const records = predict(
      data.map((example) => example.words),
      {
        tagger,
        ...pick(options, 'minScore'),
        ...(types === undefined ? {} : { types }),
        signal: context.signal,
        onProgress: (done) => progress.update(done / data.length, `${formatRate(done, seconds())}/s`),
      },
    );
    await writeRecords(records, exporters[format], output);
  } finally {
    progress.stop();
  }
  const time = `${formatSeconds(seconds())}, ${formatRate(data.length, seconds())} sentences/s`;
  context.stderr.write(
    `${formatPlural(data.length, 'sentence')} written to ${placeName(options.out)} (${time})\n`,
  );
}
