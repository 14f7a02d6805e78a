/** `w2ner augment`: more sentences to learn from, made of annotated ones. */
import { defineCommand, examples } from '../command.ts';
import { collect, wholeNumber } from '../options.ts';
import type { AugmentOptions } from '../runs/augment.ts';

const help = `
Coordinates entities: where two of a type begin or end with the same words ("рентгенография желудка",
"рентгенографию грудной клетки"), one is put beside the other in its sentence ("рентгенография желудка и
грудной клетки"), and both are annotated, one as a discontinuous entity. For data whose guidelines say that
conjuncts are entities of their own, and that has few of them. Only words without numbers are coordinated.

Replaces terms: with --terms, entities of a type that are in a list of yours become others of it, in their case
("терапия ритуксимабом" becomes "терапия даратумумабом"). For names that the annotated sentences lack. The
list has a term a line, in the nominative; "#" begins a comment. Groups are in the plural ("ингибиторы АПФ").
Masculine nouns in a consonant or -й, adjectives in -ый, feminine ones in -а or -ия and groups in -ы or -и with the
genitive in -ов are declined; abbreviations and Latin names stay. Leave out what declines otherwise.

Makes tables: with --terms and --tabulated, sentences of terms one after the other with nothing between them, as
tables in PDF files are read ("инфликсимаб метронидазол"), also with what follows such terms in the data (doses).`;

/** The command. */
export const augmentCommand = defineCommand<AugmentOptions>({
  name: 'augment',
  summary: 'make more training sentences of annotated ones: coordinated entities, other terms',
  configure: (command) =>
    command
      .argument('<data>', 'annotated sentences: a data file or BRAT folder')
      .requiredOption('-o, --out <file>', 'training data to write, .json; "-" is standard output')
      .option(
        '--coordinated <n>',
        'most sentences with coordinated entities',
        wholeNumber('--coordinated', 0),
        1500,
      )
      .option('--terms <type=file>', 'terms of a type; may be repeated', collect)
      .option(
        '--replaced <n>',
        'most sentences with other terms, for each list',
        wholeNumber('--replaced', 0),
        1500,
      )
      .option(
        '--tabulated <n>',
        'sentences that are tables of terms without cells, for each list',
        wholeNumber('--tabulated', 0),
        0,
      )
      .option('--seed <n>', 'fixes which are made', wholeNumber('--seed', 0), 1)
      .addHelpText(
        'after',
        help +
          examples([
            ['w2ner augment train.json --out more.json', 'coordinate entities'],
            ['w2ner augment train.json --out more.json --terms DRUG=drugs.txt', 'replace drugs as well'],
            ['w2ner train … --train train.json --train more.json', 'learn from both'],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/augment.ts')).runAugment,
});
