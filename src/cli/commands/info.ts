/** `w2ner info`: what a model knows, how good it is, where it comes from. */
import { defineCommand, examples } from '../command.ts';
import type { InfoOptions } from '../runs/info.ts';

/** The command. */
export const infoCommand = defineCommand<InfoOptions>({
  name: 'info',
  summary: 'list the shipped models, or describe one',
  configure: (command) =>
    command
      .argument('[model]', 'shipped model or model folder (default: all shipped models)')
      .option('-m, --model <name|dir>', 'the same')
      .option('--json', 'print JSON instead of tables')
      .addHelpText(
        'after',
        examples([['w2ner info guidelines-ru', 'types, size, training and scores']]).trimEnd(),
      ),
  load: async () => (await import('../runs/info.ts')).runInfo,
});
