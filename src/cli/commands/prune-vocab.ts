/** `w2ner prune-vocab`: a BERT model without the pieces that covered text does not need. */
import { defineCommand, examples } from '../command.ts';
import { collectList } from '../options.ts';
import type { PruneVocabOptions } from '../runs/prune-vocab.ts';

const help = `
Most of a multilingual BERT is its table of word pieces, of which text of one language needs few.
The new model finds the same in the text that was given, with the same scores, and also in all
words of the scripts named; other words may be split into smaller pieces than before.`;

/** The command. */
export const pruneVocabCommand = defineCommand<PruneVocabOptions>({
  name: 'prune-vocab',
  summary: 'make a BERT model smaller by leaving out word pieces that are not needed',
  configure: (command) =>
    command
      .argument('<model>', 'model folder')
      .requiredOption('-o, --out <dir>', 'folder for the smaller model')
      .option('--corpus <path...>', 'documents to cover: files, folders, patterns')
      .option('-d, --data <file...>', 'sentences as words to cover, JSON or JSON lines')
      .option('--script <list>', 'scripts to cover, separated by commas: cyrillic,latin', collectList)
      .addHelpText(
        'after',
        help +
          examples([
            [
              'w2ner prune-vocab my-model --out small --script cyrillic,latin',
              'for any text in Russian with Latin names',
            ],
            [
              'w2ner prune-vocab my-model --out small --corpus guidelines/ --data train.json',
              'for these texts',
            ],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/prune-vocab.ts')).runPruneVocab,
});
