/** What a command of the command line is. */
import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** A command with its own kind of options. */
export interface CommandSpec<Options> {
  readonly name: string;
  readonly summary: string;
  /** Adds arguments, options and help. */
  configure(command: Command): void;
  /**
   * Does the work; heavy modules are imported in here, so that `--help` stays quick.
   * @returns the exit code
   */
  run(args: readonly string[], options: Options, context: CliContext): Promise<number>;
}

/** A command of the table. */
export type CliCommand = CommandSpec<unknown>;

/** Makes a table entry; commander fills the options as `configure` declared them. */
export function defineCommand<Options>(spec: CommandSpec<Options>): CliCommand {
  return { ...spec, run: (args, options, context) => spec.run(args, options as Options, context) };
}

/** The examples at the end of a command's help, after a blank line. */
export function examples(lines: readonly (readonly [command: string, meaning: string])[]): string {
  return `\n\nExamples:\n${lines.map(([command, meaning]) => `  $ ${command}\n      ${meaning}`).join('\n')}\n`;
}

/** Exit codes. */
export const exitCodes = { success: 0, bug: 1, badInput: 2, interrupted: 130 } as const;
