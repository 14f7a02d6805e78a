/** `w2ner pretrain`: what a model can start from, learnt from plain text. */
import { defineCommand, examples } from '../command.ts';
import { collect, threadsOption, wholeNumber } from '../options.ts';
import type { PretrainOptions } from '../runs/pretrain.ts';

const help = `
The encoder and the BiLSTM learn to guess the next and the previous word of plain text (a paragraph a
line, no annotation); with "transformer_layers", the encoder and the transformer learn to guess hidden
words instead. Give the file to "w2ner train --init" with a configuration of the same shapes.
Ctrl-C ends the reading early and writes what was learnt so far.`;

/** The command. */
export const pretrainCommand = defineCommand<PretrainOptions>({
  name: 'pretrain',
  summary: 'learn from plain text what a model can start from',
  configure: (command) =>
    command
      .requiredOption('-c, --config <file>', 'settings, for example configs/guidelines-ru.json')
      .requiredOption('--text <file>', 'plain text, a paragraph a line; may be repeated', collect)
      .requiredOption('-o, --out <file>', 'weights file to write (.safetensors)')
      .option('--passes <n>', 'passes over the text (default: 1)', wholeNumber('--passes'))
      .option('--max-words <n>', 'words to read at most', wholeNumber('--max-words'))
      .option('--init <file>', 'weights to read on from: what an earlier run wrote')
      .option('--set <key=value>', 'replace one setting; may be repeated', collect)
      .addOption(threadsOption)
      .addHelpText(
        'after',
        help +
          examples([
            [
              'w2ner pretrain --config configs/guidelines-ru.json --text notes.txt --out start.safetensors',
              'one pass',
            ],
            ['w2ner train … --init start.safetensors', 'a model that starts from it'],
          ]).trimEnd(),
      ),
  load: async () => (await import('../runs/pretrain.ts')).runPretrain,
});
