/** `w2ner quantize`: a model with int8 weights. */
import { defineCommand, examples } from '../command.ts';
import { threadsOption, wholeNumber } from '../options.ts';
import type { QuantizeOptions } from '../runs/quantize.ts';

const help = `
Weights of the large matrix products become whole numbers with one scale per output, tables with
one per row; activations are quantised as they come. A BERT model is then a quarter of its size
and two to three times as fast on a processor. The new model is for use only.
Seven bits are used of each weight: processors without VNNI instructions add pairs of products in
16 bits, which eight bits can overflow, so that results would depend on the machine.`;

/** The command. */
export const quantizeCommand = defineCommand<QuantizeOptions>({
  name: 'quantize',
  summary: 'make a smaller and faster model with int8 weights',
  configure: (command) =>
    command
      .argument('<model>', "shipped model's name or model folder")
      .requiredOption('-o, --out <dir>', 'folder for the int8 model')
      .option('-d, --data <file>', 'annotated sentences: compare scores and speed before and after')
      .option('--bits <n>', '7, or 8 for processors with VNNI only', wholeNumber('--bits'), 7)
      .option(
        '--words-only',
        'of a compact model the table and the BiLSTMs only: the same in every batch, and can be trained further',
      )
      .addOption(threadsOption)
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner quantize my-model --out my-model-int8 --data dev.json', 'with scores and speed'],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/quantize.ts')).runQuantize,
});
