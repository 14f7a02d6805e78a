/** `w2ner predict`: entities for data that is already split into words. */
import { defineCommand, examples } from '../command.ts';
import { collectList, fraction, modelOptions } from '../options.ts';
import type { PredictOptions } from '../runs/predict.ts';

const help = `
The data is JSON or JSON lines as for training: {"sentence": ["слово", …]}; "ner" may be absent.
There is one result for each record, in the same order:
{"sentence", "entities": [{"type", "index", "text", "score"}]}.`;

/** The command. */
export const predictCommand = defineCommand<PredictOptions>({
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
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner predict --data sentences.json --out entities.json', 'with the default model'],
          ]).trimEnd(),
      ),
  options: modelOptions,
  load: async () => (await import('../runs/predict.ts')).runPredict,
});
