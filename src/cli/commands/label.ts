/** `w2ner label`: training data from plain documents, by what several models agree on. */
import { defineCommand, examples } from '../command.ts';
import { collect, device, deviceHelp, fraction, wholeNumber } from '../options.ts';
import type { LabelOptions } from '../runs/label.ts';

const help = `
Several models label sentences drawn at random from your documents; an entity's score is the mean over
them. A model that learns from the result first and from annotated data afterwards knows the language of
your documents (self-training). The models are those of several seeds of one recipe, or of several recipes.`;

/** The command. */
export const labelCommand = defineCommand<LabelOptions>({
  name: 'label',
  summary: 'make training data from plain documents, by what several models agree on',
  configure: (command) =>
    command
      .argument('<paths...>', 'documents: files, folders, patterns')
      .requiredOption('-m, --model <name|dir>', 'a model; repeat it for each', collect)
      .requiredOption('-o, --out <file>', 'training data to write, JSON')
      .option('--sentences <n>', 'most sentences to draw', wholeNumber('--sentences'), 20_000)
      .option(
        '-s, --min-score <number>',
        'mean score from which an entity counts',
        fraction('--min-score'),
        0.25,
      )
      .option(
        '--doubt-from <number>',
        'leave a sentence out that has an entity with a mean score from here up to --min-score',
        fraction('--doubt-from'),
        0.15,
      )
      .option('--empty-share <number>', 'largest share without any entity', fraction('--empty-share'), 0.2)
      .option('--seed <n>', 'fixes which sentences are drawn', wholeNumber('--seed', 0), 1)
      .option('--threads <n>', 'processor threads to use', wholeNumber('--threads'))
      .option('--device <name>', deviceHelp, device, 'cpu')
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner label protocols/ -m seed-1 -m seed-2 -m seed-3 -o labelled.json', 'agreement of three'],
            ['w2ner train --config c.json --train labelled.json --dev dev.json --out first', 'learn from it'],
            [
              'w2ner train --config c.json --train train.json --dev dev.json --init first --out model',
              'then this',
            ],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/label.ts')).runLabel,
});
