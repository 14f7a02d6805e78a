/** `w2ner augment`: more sentences with discontinuous entities, made of annotated ones. */
import { defineCommand, examples } from '../command.ts';
import { wholeNumber } from '../options.ts';
import type { AugmentOptions } from '../runs/augment.ts';

const help = `
Coordinates entities: where two of a type begin or end with the same words ("рентгенография желудка",
"рентгенография грудной клетки"), one is put beside the other in its sentence ("рентгенография желудка и
грудной клетки"), and both are annotated, one as a discontinuous entity. For data whose guidelines say that
conjuncts are entities of their own, and that has few of them. Only words without numbers are coordinated.`;

/** The command. */
export const augmentCommand = defineCommand<AugmentOptions>({
  name: 'augment',
  summary: 'make more sentences with discontinuous entities of annotated ones',
  configure: (command) =>
    command
      .argument('<data>', 'annotated sentences: a data file or BRAT folder')
      .requiredOption('-o, --out <file>', 'training data to write, JSON')
      .option('--sentences <n>', 'most sentences to make', wholeNumber('--sentences'), 1500)
      .option('--seed <n>', 'fixes which are made', wholeNumber('--seed', 0), 1)
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner augment train.json --out more.json', 'make them'],
            ['w2ner train … --train train.json --train more.json', 'learn from both'],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/augment.ts')).runAugment,
});
