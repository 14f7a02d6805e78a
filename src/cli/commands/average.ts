/** `w2ner average`: one model of several. */
import { defineCommand, examples } from '../command.ts';
import { collect, deviceOption, threadsOption } from '../options.ts';
import type { AverageOptions } from '../runs/average.ts';

const help = `
Models that were trained further from the same weights (train --init), with other seeds, are near each other:
the mean of their weights can be about as good as the best of them, without choosing one by the dev data, and
is no slower than one. What a run fits at its end is fitted anew on --dev.
Average before quantising.`;

/** The command. */
export const averageCommand = defineCommand<AverageOptions>({
  name: 'average',
  summary: 'make one model of several that were trained from the same weights',
  configure: (command) =>
    command
      .argument('<models...>', 'model folders, two or more')
      .requiredOption('-o, --out <dir>', 'folder for the model')
      .requiredOption('--train <file>', 'annotated sentences they learnt from; may be repeated', collect)
      .requiredOption('--dev <file>', 'sentences to fit and compare with: a data file or BRAT folder')
      .addOption(threadsOption)
      .addOption(deviceOption)
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner average run-1 run-2 run-3 --train train.json --dev dev.json --out mean', 'three seeds'],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/average.ts')).runAverage,
});
