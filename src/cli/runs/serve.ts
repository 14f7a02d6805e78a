/** `w2ner serve`, the work: settings checked, the service started, stopped by Ctrl-C. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { UserError } from '../../base/errors.ts';
import { inputError } from '../../document/read.ts';
import { defaultModel } from '../../predict/extract.ts';
import { defaultLimits } from '../../server/limits.ts';
import { startService } from '../../server/serve.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { chosenGlossary, type GlossaryOptions } from '../options.ts';
import { packageVersion } from '../version.ts';

/** Options of `w2ner serve`. */
export interface ServeOptions extends GlossaryOptions {
  readonly port: number;
  readonly host: string;
  readonly model?: readonly string[];
  readonly token?: string;
  readonly tokenFile?: string;
  readonly workers?: number;
  readonly maxBody: number;
  readonly queue: number;
  readonly timeout: number;
  readonly origin?: readonly string[];
  readonly logLevel?: string;
}

/** Runs the command until it is told to stop. @returns the exit code */
export async function runServe(
  _args: readonly string[],
  options: ServeOptions,
  context: CliContext,
): Promise<number> {
  const token = readToken(options, context);
  const glossary = chosenGlossary(options);
  const cores = availableParallelism();
  const workers = options.workers ?? Math.max(1, Math.min(4, Math.floor(cores / 2)));
  const service = await startService({
    host: options.host,
    port: checkPort(options.port),
    models: options.model ?? [defaultModel],
    ...(glossary === undefined ? {} : { glossary }),
    workers,
    threads: Math.max(1, Math.floor(cores / workers)),
    limits: limitsOf(options),
    origins: (options.origin ?? []).map(checkOrigin),
    ...(token === undefined ? {} : { token }),
    version: packageVersion(),
    logLevel: options.logLevel ?? (context.stderr.isTTY === true ? 'warn' : 'info'),
    logTo: context.stderr,
  });
  context.stdout.write(`w2ner is ready: ${service.url}\nReference for programs: ${service.url}/docs\n`);
  await aborted(context.signal);
  context.stderr.write(''.padEnd(context.stderr.isTTY === true ? 1 : 0, '\n'));
  const finished = await service.stop();
  if (!finished) context.stderr.write('some work was not finished in time and was given up\n');
  return exitCodes.success;
}

function limitsOf({ maxBody, queue, timeout }: ServeOptions) {
  const bodyBytes = maxBody * 1024 * 1024;
  return {
    ...defaultLimits,
    bodyBytes,
    heldBytes: Math.max(defaultLimits.heldBytes, 4 * bodyBytes),
    queue,
    seconds: timeout,
    readSeconds: Math.min(defaultLimits.readSeconds, timeout),
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

function checkPort(port: number): number {
  if (port <= 65_535) return port;
  throw new UserError({ code: 'E_OPTION', where: '--port', message: `got ${port}, expected at most 65535` });
}

function checkOrigin(text: string): string {
  if (
    URL.canParse(text) &&
    /^https?:$/.test(new URL(text).protocol) &&
    new URL(text).origin === text.replace(/\/$/, '')
  ) {
    return new URL(text).origin;
  }
  throw new UserError({
    code: 'E_OPTION',
    where: '--origin',
    message: `got "${text}", expected an origin such as https://ner.example.org`,
    hint: 'scheme, host and port only, without a path',
  });
}

/** The shortest token that is taken: shorter ones are guessed. */
const shortestToken = 16;

/** The token of the option, the file or the environment. @throws UserError `E_OPTION` for one that anyone could guess */
function readToken({ token, tokenFile }: ServeOptions, { env }: CliContext): string | undefined {
  if (token !== undefined && tokenFile !== undefined) {
    throw new UserError({ code: 'E_OPTION', where: '--token', message: '--token-file is given as well' });
  }
  const [where, value] =
    tokenFile !== undefined
      ? [tokenFile, readText(tokenFile).trim()]
      : token !== undefined
        ? ['--token', token]
        : ['W2NER_TOKEN', env.W2NER_TOKEN];
  if (value === undefined || (value === '' && where === 'W2NER_TOKEN')) return undefined;
  if (value.length >= shortestToken && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new UserError({
    code: 'E_OPTION',
    where,
    message: `the token has to have at least ${shortestToken} characters, all of them ASCII without spaces`,
    hint: 'for example the output of: openssl rand -hex 24',
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw inputError(path, error);
  }
}
