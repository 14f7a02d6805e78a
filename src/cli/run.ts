/** Runs one command line: finds the command, turns errors into messages and exit codes. */
import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { createColors } from 'picocolors';
import { formatError, UserError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { OutputClosed } from '../export/output.ts';
import { type CliCommand, examples, exitCodes } from './command.ts';
import { commands } from './commands.ts';
import { type CliContext, textWidth, wantsColor } from './context.ts';
import { packageVersion } from './version.ts';

const description = `Finds medical entities (drugs, doses, procedures, …) in Russian clinical guidelines.
Documents are Markdown, plain text, PDF, DOCX, HTML and records of the rubricator; models are
trained and run by this program alone.`;

const mainExamples = examples([
  ['w2ner extract guidelines/', 'all documents of a folder; results go to results.json'],
  [
    'w2ner extract a.md b.txt --format csv --types drug,dosage',
    'drugs and doses of two files, for a spreadsheet',
  ],
  ['w2ner info', 'the shipped models, what they know and how good they are'],
]).slice(1);

/**
 * Runs a command line.
 * @param argv arguments without program and script
 * @returns the exit code: 0 done, 1 a bug, 2 bad input, 130 interrupted
 */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = exitCodes.success;
  const program = createProgram(context, async (command, args, options) => {
    exitCode = await command.run(args, options, context);
  });
  try {
    if (argv.length === 0) {
      context.stderr.write(program.helpInformation() + mainExamples);
      return exitCodes.badInput;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, context);
  }
}

type Run = (command: CliCommand, args: readonly string[], options: unknown) => Promise<void>;

function createProgram(context: CliContext, run: Run): Command {
  const program = new Command('w2ner')
    .description(description)
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', mainExamples);
  settle(program, context);
  program.on('command:*', ([name]: string[]) => {
    program.showHelpAfterError(false).error(`error: ${unknownCommand(name!, program)}`);
  });
  for (const command of commands) {
    const child = program
      .command(command.name)
      .description(command.summary)
      .helpOption('-h, --help', 'print help');
    settle(child, context);
    command.configure(child);
    child.action((...all: unknown[]) => run(command, (all.at(-1) as Command).args, all.at(-2)));
  }
  return program;
}

function settle(command: Command, context: CliContext): void {
  const path = command.parent === null ? 'w2ner --help' : `w2ner ${command.name()} --help`;
  command.showHelpAfterError(`  hint: ${path} shows how it is used`);
  command.exitOverride().configureOutput({
    writeOut: (text) => context.stdout.write(text),
    writeErr: (text) => context.stderr.write(text),
    getOutHelpWidth: () => textWidth(context.stdout),
    getErrHelpWidth: () => textWidth(context.stderr),
    outputError: (text, write) => write(paintError(text.replace(/^error: /, ''), context)),
  });
}

function unknownCommand(name: string, program: Command): string {
  if (existsSync(name)) {
    return `"${name}" is a file or folder, not a command\n  hint: w2ner extract ${name}`;
  }
  const names = program.commands.map((command) => command.name());
  const near = nearest(name, names);
  const question = near === undefined ? '' : `did you mean "${near}"? `;
  return `"${name}" is not a command\n  hint: ${question}the commands are ${names.join(', ')}`;
}

function paintError(text: string, context: CliContext): string {
  const colors = createColors(wantsColor(context.stderr, context.env));
  return `${colors.red('error:')} ${text}`;
}

/** Says what went wrong on standard error. @returns the exit code */
function reportError(error: unknown, context: CliContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.badInput;
  if (error instanceof OutputClosed) return exitCodes.success;
  if (context.signal.aborted) {
    const note = error instanceof UserError ? error.message : 'stopped before the end, nothing was written';
    context.stderr.write(`Interrupted: ${note}.\n`);
    return exitCodes.interrupted;
  }
  if (error instanceof UserError) {
    context.stderr.write(paintError(`${formatError(error)}\n`, context));
    return exitCodes.badInput;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const plea = `This is a bug in w2ner ${packageVersion()} (Node ${process.version}). Please report it with the lines above.`;
  context.stderr.write(`${paintError('something went wrong inside w2ner', context)}\n${text}\n${plea}\n`);
  return exitCodes.bug;
}
