/** The table of commands. */
import type { CliCommand } from './command.ts';
import { extractCommand } from './commands/extract.ts';
import { predictCommand } from './commands/predict.ts';

/** All commands, in the order of the help. */
export const commands: readonly CliCommand[] = [extractCommand, predictCommand];
