/** The table of commands. */
import type { CliCommand } from './command.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { extractCommand } from './commands/extract.ts';
import { predictCommand } from './commands/predict.ts';
import { validateCommand } from './commands/validate.ts';

/** All commands, in the order of the help. */
export const commands: readonly CliCommand[] = [
  extractCommand,
  evaluateCommand,
  predictCommand,
  validateCommand,
];
