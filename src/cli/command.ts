/** What a command of the command line is. */
import type { Command, Option } from 'commander';
import type { CliContext } from './context.ts';

/** Does a command's work. @returns the exit code */
export type Run<Options> = (
  args: readonly string[],
  options: Options,
  context: CliContext,
) => Promise<number>;

/** A command with its own kind of options. */
export interface CommandSpec<Options> {
  readonly name: string;
  readonly summary: string;
  /** Adds arguments, options and help. */
  configure(command: Command): void;
  /** Options that other commands have too, behind its own. */
  readonly options?: readonly Option[];
  /** Loads what does the work: only then are heavy modules read, so that `--help` stays quick. */
  load(): Promise<Run<Options>>;
}

/** A command of the table. */
export interface CliCommand extends Omit<CommandSpec<unknown>, 'load' | 'options'> {
  readonly run: Run<unknown>;
}

/** Makes a table entry; commander fills the options as `configure` declared them. */
export function defineCommand<Options>({
  load,
  options: shared = [],
  ...spec
}: CommandSpec<Options>): CliCommand {
  return {
    ...spec,
    configure: (command) => {
      spec.configure(command);
      for (const option of shared) command.addOption(option);
    },
    run: async (args, options, context) => (await load())(args, options as Options, context),
  };
}

/** The examples at the end of a command's help, after a blank line. */
export function examples(lines: readonly (readonly [command: string, meaning: string])[]): string {
  return `\n\nExamples:\n${lines.map(([command, meaning]) => `  $ ${command}\n      ${meaning}`).join('\n')}\n`;
}

/** Exit codes. */
export const exitCodes = { success: 0, bug: 1, badInput: 2, interrupted: 130 } as const;
