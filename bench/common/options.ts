/** Options of the benchmark programs: a table of defaults is also the help. */
import { parseArgs } from 'node:util';
import { formatError, UserError } from '../../src/base/errors.ts';

type Value = string | number | boolean | readonly string[];

/** Default and meaning of an option; the default's type is the option's. */
export type OptionTable = Readonly<Record<string, readonly [value: Value, help: string]>>;

type Widen<V> = V extends string
  ? string
  : V extends number
    ? number
    : V extends boolean
      ? boolean
      : string[];

export type Options<T extends OptionTable> = { readonly [K in keyof T]: Widen<T[K][0]> };

/** Reads `process.argv`; `--help` prints the table and ends. @throws UserError `E_OPTION` */
export function readOptions<const T extends OptionTable>(title: string, table: T): Options<T> {
  const entries = Object.entries<readonly [Value, string]>(table);
  const definitions = Object.fromEntries(
    entries.map(([name, [value]]) => [
      name,
      {
        type: typeof value === 'boolean' ? 'boolean' : 'string',
        multiple: typeof value === 'object',
      } as const,
    ]),
  );
  let given: Record<string, unknown>;
  try {
    given = parseArgs({ options: { ...definitions, help: { type: 'boolean' } }, strict: true }).values;
  } catch (error) {
    throw new UserError({ code: 'E_OPTION', message: (error as Error).message, hint: 'see --help' });
  }
  if (given.help === true) {
    const lines = entries.map(([name, [value, help]]) => `  --${name.padEnd(16)} ${help} [${String(value)}]`);
    process.stdout.write(`${title}\n\n${lines.join('\n')}\n`);
    process.exit(0);
  }
  const values = entries.map(([name, [value]]) => [name, convert(name, given[name], value)]);
  return Object.fromEntries(values) as Options<T>;
}

function convert(name: string, given: unknown, standard: Value): Value {
  if (given === undefined) return standard;
  if (typeof standard !== 'number') return given as Value;
  const number = Number(given);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new UserError({ code: 'E_OPTION', where: `--${name}`, message: `got "${given}", expected a number` });
}

/** Runs a program: errors of the user's making without a stack, exit code 2. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${formatError(error)}\n`);
    process.exitCode = 2;
  }
}

/** A line of progress. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
