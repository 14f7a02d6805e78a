/** `w2ner label`: training data from plain documents, by what several models find together. */
import { defineCommand, examples } from '../command.ts';
import { collect, deviceOption, fraction, threadsOption, wholeNumber } from '../options.ts';
import type { LabelOptions } from '../runs/label.ts';

const help = `
Several models label sentences drawn at random from your documents: "cells" holds how likely they find each
label of each word pair on average, "ner" the entities that this reads as. A model that learns from these and
from annotated data comes close to all of them together (distillation), and knows the language of your
documents. The models are those of several seeds of one recipe, or of several recipes.`;

/** The command. */
export const labelCommand = defineCommand<LabelOptions>({
  name: 'label',
  summary: 'make training data from plain documents, by what several models find together',
  configure: (command) =>
    command
      .argument('<paths...>', 'documents: files, folders, patterns')
      .requiredOption('-m, --model <name|dir>', 'a model; repeat it for each', collect)
      .requiredOption('-o, --out <file>', 'training data to write, .json; "-" is standard output')
      .option('--sentences <n>', 'most sentences to draw', wholeNumber('--sentences'), 20_000)
      .option('--empty-share <number>', 'largest share without any entity', fraction('--empty-share'), 0.2)
      .option('--seed <n>', 'fixes which sentences are drawn', wholeNumber('--seed', 0), 1)
      .addOption(threadsOption)
      .addOption(deviceOption)
      .addHelpText(
        'after',
        help +
          examples([
            [
              'w2ner label protocols/ -m seed-1 -m seed-2 -m seed-3 -o labelled.json',
              'three models together',
            ],
            [
              'w2ner train --config c.json --train train.json --train labelled.json --dev dev.json --out model',
              'a model of both',
            ],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/label.ts')).runLabel,
});
