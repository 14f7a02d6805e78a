/** `w2ner validate`: checks data files and counts what is in them. */
import { defineCommand, examples } from '../command.ts';
import type { ValidateOptions } from '../runs/validate.ts';

const help = `
Files are JSON arrays or JSON lines of {"sentence": ["слово", …], "ner": [{"type", "index"}]}, or any other
format that convert reads: BRAT folders, CoNLL, JSON lines with BIO tags, exports of Label Studio.
Every bad record is listed with its file, number and reason, and so is every annotation that cannot be read
or contradicts its text; the exit code is then 2. What is sound but does not fit words or sentences is a warning;
relations, notes and the like are counted.
Statistics count the good records: sizes, types, nested and discontinuous entities, and
sentences that stand twice, in one file or in two of them.`;

/** The command. */
export const validateCommand = defineCommand<ValidateOptions>({
  name: 'validate',
  summary: 'check data files and count what is in them',
  configure: (command) =>
    command
      .argument('<file...>', 'data files, BRAT folders')
      .option('--json', 'print one JSON object instead of tables')
      .option('--no-ner', 'records need no "ner" (data for predict)')
      .addHelpText(
        'after',
        help +
          examples([['w2ner validate train.json dev.json', 'both files, and what they share']]).trimEnd(),
      ),
  load: async () => (await import('../runs/validate.ts')).runValidate,
});
