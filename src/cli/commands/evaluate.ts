/** `w2ner evaluate`: how good and how fast a model is on annotated data. */
import { defineCommand, examples } from '../command.ts';
import { modelOptions, wholeNumber } from '../options.ts';
import type { EvaluateOptions } from '../runs/evaluate.ts';

const help = `
Data may be in any format that convert reads: the training format (JSON, JSON lines), a BRAT folder,
CoNLL (.conll, .bio, .iob, .tsv), JSON lines with BIO tags, exports of Label Studio.
An entity counts as found when its type and all of its words are right. With --train the scores
of a lexicon stand beside the model's: what a mere list of the training entities would find.
--json prints one object: micro, macro, per_type, flat, nested, discontinuous, partial, relations,
confidence_interval, calibration, lexicon, unholdable, sentences, words, sentences_per_second.`;

/** The command. */
export const evaluateCommand = defineCommand<EvaluateOptions>({
  name: 'evaluate',
  summary: 'score a model on annotated data, beside a lexicon baseline',
  configure: (command) =>
    command
      .option('-m, --model <name|dir>', 'shipped model or model folder', 'guidelines-ru')
      .requiredOption('-d, --data <file>', 'annotated sentences: a data file or BRAT folder')
      .option('--train <file>', "the model's training data, for the lexicon baseline")
      .option('--json', 'print one JSON object instead of tables')
      .option('--bootstrap <n>', 'resamples for the confidence interval', wholeNumber('--bootstrap', 0), 1000)
      .option('--seed <n>', 'seed of the resampling', wholeNumber('--seed', 0), 1)
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner evaluate --data dev.json --train train.json', 'the default model beside a lexicon'],
            ['w2ner evaluate --model my-model --data dev.json --json | jq .micro.f1', 'one number'],
          ]).trimEnd(),
      ),
  options: modelOptions,
  load: async () => (await import('../runs/evaluate.ts')).runEvaluate,
});
