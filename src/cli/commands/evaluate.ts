/** `w2ner evaluate`: how good and how fast a model is on annotated data. */
import type { Example } from '../../data/types.ts';
import type { Tagger } from '../../predict/types.ts';
import { defineCommand, examples, exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { pick, wholeNumber } from '../options.ts';
import { formatRate } from '../text.ts';

interface Options {
  readonly model: string;
  readonly data: string;
  readonly train?: string;
  readonly json?: boolean;
  readonly bootstrap?: number;
  readonly seed?: number;
  readonly threads?: number;
}

const help = `
An entity counts as found when its type and all of its words are right. With --train the scores
of a lexicon stand beside the model's: what a mere list of the training entities would find.
--json prints one object: micro, macro, per_type, flat, nested, discontinuous, partial, relations,
confidence_interval, calibration, lexicon, unholdable, sentences, words, sentences_per_second.`;

/** The command. */
export const evaluateCommand = defineCommand<Options>({
  name: 'evaluate',
  summary: 'score a model on annotated data, beside a lexicon baseline',
  configure: (command) =>
    command
      .option('-m, --model <name|dir>', 'shipped model or model folder', 'guidelines-ru')
      .requiredOption('-d, --data <file>', 'annotated sentences, JSON or JSON lines')
      .option('--train <file>', "the model's training data, for the lexicon baseline")
      .option('--json', 'print one JSON object instead of tables')
      .option('--bootstrap <n>', 'resamples for the confidence interval', wholeNumber('--bootstrap', 0), 1000)
      .option('--seed <n>', 'seed of the resampling', wholeNumber('--seed', 0), 1)
      .option('--threads <n>', 'processor threads to use', wholeNumber('--threads'))
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner evaluate --data dev.json --train train.json', 'the default model beside a lexicon'],
            ['w2ner evaluate --model my-model --data dev.json --json | jq .micro.f1', 'one number'],
          ]).trimEnd(),
      ),
  run: async (_args, options, context) => {
    const { readExamples } = await import('../../data/examples.ts');
    const gold = readExamples(options.data);
    const training = options.train === undefined ? undefined : readExamples(options.train);
    const tagger = await context.loadModel(options.model, pick(options, 'threads'));
    try {
      await evaluateTo(tagger, gold, training, options, context);
    } finally {
      await tagger.dispose();
    }
    return exitCodes.success;
  },
});

async function evaluateTo(
  tagger: Tagger,
  gold: readonly Example[],
  training: readonly Example[] | undefined,
  options: Options,
  context: CliContext,
): Promise<void> {
  const { evaluateTagger } = await import('../../predict/evaluate.ts');
  const { startProgress } = await import('../progress.ts');
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
  const { renderEvaluation } = await import('../evaluation-report.ts');
  const { createColors } = await import('picocolors');
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
