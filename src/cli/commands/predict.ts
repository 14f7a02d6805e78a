/** `w2ner predict`: entities for data that is already split into words. */
import { UserError } from '../../base/errors.ts';
import type { Example } from '../../data/types.ts';
import { exporters, writeRecords } from '../../export/exporters.ts';
import { type Output, openFileOutput, openStreamOutput } from '../../export/output.ts';
import type { Tagger } from '../../predict/types.ts';
import { defineCommand, examples, exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { chooseFormat, collectList, fraction, pick, wholeNumber } from '../options.ts';
import { startProgress } from '../progress.ts';
import { formatPlural, formatRate, formatSeconds } from '../text.ts';

interface Options {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly types?: readonly string[];
  readonly minScore?: number;
  readonly threads?: number;
}

const help = `
The data is JSON or JSON lines as for training: {"sentence": ["слово", …]}; "ner" may be absent.
There is one result for each record, in the same order:
{"sentence", "entities": [{"type", "index", "text", "score"}]}.`;

/** The command. */
export const predictCommand = defineCommand<Options>({
  name: 'predict',
  summary: 'find entities in data that is already split into words',
  configure: (command) =>
    command
      .option('-m, --model <name|dir>', 'shipped model or model folder', 'guidelines-ru')
      .requiredOption('-d, --data <file>', 'sentences as words, JSON or JSON lines')
      .requiredOption('-o, --out <file>', 'where results go, .json or .jsonl; "-" is standard output')
      .option('-t, --types <list>', 'only these types, separated by commas: drug,dosage', collectList)
      .option(
        '-s, --min-score <number>',
        'only entities at least this certain, 0 to 1',
        fraction('--min-score'),
      )
      .option('--threads <n>', 'processor threads to use', wholeNumber('--threads'))
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner predict --data sentences.json --out entities.json', 'with the default model'],
          ]).trimEnd(),
      ),
  run: async (_args, options, context) => {
    const format = chooseFormat(undefined, options.out);
    if (format === 'csv') {
      const message = 'predict writes JSON, expected a name that ends in .json or .jsonl';
      throw new UserError({ code: 'E_OPTION', where: options.out, message });
    }
    const { readExamples } = await import('../../data/examples.ts');
    const data = readExamples(options.data, { nerRequired: false });
    const output = options.out === '-' ? openStreamOutput(context.stdout) : openFileOutput(options.out);
    try {
      const tagger = await context.loadModel(options.model, pick(options, 'threads'));
      try {
        await predictTo(output, format, data, tagger, options, context);
      } finally {
        await tagger.dispose();
      }
    } finally {
      output.abort();
    }
    return exitCodes.success;
  },
});

async function predictTo(
  output: Output,
  format: 'json' | 'jsonl',
  data: readonly Example[],
  tagger: Tagger,
  options: Options,
  context: CliContext,
): Promise<void> {
  const { predict } = await import('../../predict/predict.ts');
  const { selectTypes } = await import('../../predict/select-types.ts');
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
  const target = options.out === '-' ? 'standard output' : options.out;
  context.stderr.write(`${formatPlural(data.length, 'sentence')} written to ${target} (${time})\n`);
}
