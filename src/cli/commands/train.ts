/** `w2ner train`: a model from annotated sentences. */
import { defineCommand, examples } from '../command.ts';
import { collect, modelOptions, wholeNumber } from '../options.ts';
import type { TrainOptions } from '../runs/train.ts';

const help = `
Data may be in any format that convert reads: the training format (JSON, JSON lines), a BRAT folder,
CoNLL (.conll, .bio, .iob, .tsv), JSON lines with BIO tags, exports of Label Studio.
Data files are checked first; every bad record is listed. The model folder holds the best epoch by
dev F1 and all that using the model needs; "last" in it holds the last epoch and the checkpoint,
"train-log.jsonl" every step. Ctrl-C stops after the current step and leaves a checkpoint;
the same command with --resume continues exactly there. The same seed gives the same losses.`;

/** The command. */
export const trainCommand = defineCommand<TrainOptions>({
  name: 'train',
  summary: 'train a model on annotated sentences',
  configure: (command) =>
    command
      .requiredOption('-c, --config <file>', 'settings, for example configs/guidelines-ru.json')
      .requiredOption(
        '--train <file>',
        'sentences to learn from: a data file or BRAT folder; may be repeated',
        collect,
      )
      .requiredOption('--dev <file>', 'sentences to choose the best epoch by')
      .option('--test <file>', 'sentences to score at the end')
      .requiredOption('-o, --out <dir>', 'folder for the model')
      .option('--set <key=value>', 'replace one setting; may be repeated', collect)
      .option('--epochs <n>', 'the same as --set epochs=<n>', wholeNumber('--epochs'))
      .option('--seed <n>', 'the same as --set seed=<n>', wholeNumber('--seed', 0))
      .option('--resume', 'continue the run whose checkpoint is in the folder')
      .option(
        '--init <file|dir>',
        'weights to start from, written by "w2ner pretrain", or a model folder to train further',
      )
      .option('--download', 'fetch the encoder that "bert_name" names when it is not on this machine')
      .addHelpText(
        'after',
        help +
          examples([
            [
              'w2ner train --config configs/guidelines-ru.json --train train.json --dev dev.json --out my-model',
              'a model',
            ],
            ['w2ner train … --set learning_rate=0.002 --set dilation=[1,2]', 'with other settings'],
            [
              'w2ner train … --glossary configs/terms/abbreviations.txt --terms DRUG=drugs.txt',
              'a model that reads what words stand for',
            ],
            ['w2ner train … --init my-model', 'a model trained further, on more data'],
            ['w2ner train … --resume', 'after an interruption'],
          ]).trimEnd(),
      ),
  options: modelOptions,
  load: async () => (await import('../runs/train.ts')).runTrain,
});
