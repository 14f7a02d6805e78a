/** The running service: listens, answers, and stops in good order. */
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import pino, { type Logger } from 'pino';
import { UserError } from '../base/errors.ts';
import { documentFormats } from '../document/format.ts';
import type { Glossary } from '../text/glossary.ts';
import type { Analyst, OnServiceEvent } from './analyst.ts';
import { createApp, type RequestLog } from './app.ts';
import { answerBrokenRequests } from './broken-requests.ts';
import { isLoopback } from './guards.ts';
import { createHeldBytes, type HeldBytes } from './held-bytes.ts';
import { createJobs, type Jobs } from './jobs.ts';
import type { ServiceLimits } from './limits.ts';
import { createMetrics } from './metrics.ts';
import { describeModels } from './models.ts';
import { outputNames } from './outputs.ts';
import { webFolder } from './paths.ts';
import { Problem, problemResponse } from './problems.ts';
import { startAnalyst } from './process-analyst.ts';
import { createRequestSchemas } from './schemas.ts';

/** Settings of {@link startService}. */
export interface ServiceOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Shipped models' names or model folders; the first is the default. */
  readonly models: readonly string[];
  /** What words stand for, besides what the models know. */
  readonly glossary?: Glossary;
  /** Processes of each model. */
  readonly workers: number;
  /** Processor threads of each. */
  readonly threads: number;
  readonly limits: ServiceLimits;
  readonly origins: readonly string[];
  readonly token?: string;
  readonly version: string;
  readonly logLevel: string;
  /** Where the log goes. */
  readonly logTo: { write(line: string): unknown };
  /** Flags of Node for the processes. */
  readonly execArgv?: readonly string[];
  readonly webFolder?: string;
}

/** A service that listens. */
export interface Service {
  /** With the port that was chosen. */
  readonly url: string;
  /**
   * Accepts no more work, finishes what it accepted, ends.
   * @returns whether all of it was finished in time
   */
  stop(): Promise<boolean>;
}

/**
 * Starts the service.
 * @throws UserError `E_LISTEN` when the address cannot be had, `E_TOKEN` for an open address without a token, and those
 * of models that cannot be loaded
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { host, limits, version } = options;
  checkExposure(options);
  const models = describeModels(options.models);
  if (options.glossary !== undefined && !models.some(({ readsMeanings }) => readsMeanings)) {
    throw new UserError({
      code: 'E_GLOSSARY',
      where: models.map(({ name }) => name).join(', '),
      message: 'trained without a glossary, can read none',
      hint: 'serve a model that "w2ner info" shows a glossary of',
    });
  }
  const log = pino({ level: options.logLevel, base: null }, options.logTo);
  const metrics = createMetrics({ process: true });
  const held = createHeldBytes(limits.heldBytes);
  let stopping = false;
  // The address first: a second service on the same port ends before it has started processes.
  let fetch: Hono['fetch'] = () => problemResponse(isStarting(), '');
  const server = createServer((request, env) => fetch(request, env), limits);
  const port = await listen(server, options.port, host);
  try {
    const analyst = await startAnalyst({
      models,
      ...(options.glossary === undefined ? {} : { glossary: options.glossary }),
      workers: options.workers,
      threads: options.threads,
      limits,
      onEvent: (event) => {
        metrics.onEvent(event);
        logEvent(log, event);
      },
      ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
    });
    const requestLog = createRequestLog(log);
    const jobs = createJobs({ analyst, limits, onDone: metrics.document, onBug: requestLog.bug });
    metrics.observe({ analyst, jobs, held });
    const schemas = createRequestSchemas({ documents: documentFormats, outputs: outputNames });
    const app = createApp({
      services: {
        analyst,
        jobs,
        metrics,
        held,
        limits,
        intake: { models, limits, held, schemas },
        version,
        stopping: () => stopping,
      },
      guards: {
        host,
        origins: options.origins,
        ...(options.token === undefined ? {} : { token: options.token }),
      },
      log: requestLog,
      webFolder: options.webFolder ?? webFolder,
    });
    fetch = app.fetch as Hono['fetch'];
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    log.info({ url, models: models.map(({ name }) => name), version }, 'listening');
    return {
      url,
      stop: async () => {
        stopping = true;
        log.info(analyst.load(), 'stopping');
        const end = performance.now() + limits.stopSeconds * 1000;
        const finished = await finishWork(analyst, jobs, held, end);
        await analyst.close();
        jobs.close();
        await closeServer(server, end);
        log.info({ finished }, 'stopped');
        return finished;
      },
    };
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw error;
  }
}

const isStarting = (): Problem => new Problem('E_BUSY', 'the service is starting', { retryAfter: 3 });

/** An address that others reach needs a token. */
function checkExposure({ host, token }: ServiceOptions): void {
  if (token !== undefined || isLoopback(host)) return;
  throw new UserError({
    code: 'E_TOKEN',
    where: `--host ${host}`,
    message: 'other computers could use the service, and no token was given',
    hint: 'give one with --token-file (any long random text), or listen on 127.0.0.1 only',
  });
}

function createServer(fetch: Hono['fetch'], limits: ServiceLimits): Server {
  const server = createAdaptorServer({
    fetch,
    serverOptions: {
      requestTimeout: limits.seconds * 1000, // for the whole request, its body included
      headersTimeout: Math.min(20, limits.seconds) * 1000,
      connectionsCheckingInterval: 2000,
      keepAliveTimeout: 30_000,
    },
  }) as Server;
  answerBrokenRequests(server);
  return server;
}

const listenHints: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  EADDRINUSE: ['the port is in use', 'another service runs there: stop it, or choose a port with --port'],
  EACCES: ['the port may not be used', 'ports below 1024 are for administrators: choose another with --port'],
  EADDRNOTAVAIL: ['the address does not belong to this computer', 'choose another with --host'],
  ENOTFOUND: ['there is no such host', 'choose another with --host'],
  EAI_AGAIN: ['there is no such host', 'choose another with --host'],
};

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const [message, hint] = listenHints[error.code ?? ''] ?? [error.message, undefined];
      const parts = { code: 'E_LISTEN', where: `${host}:${port}`, message, cause: error };
      reject(new UserError(hint === undefined ? parts : { ...parts, hint }));
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Milliseconds for which a job that has just been done may still be fetched. */
const fetchTime = 3000;

/** Waits until everything accepted is done, at most as long as the limit says. */
async function finishWork(analyst: Analyst, jobs: Jobs, held: HeldBytes, end: number): Promise<boolean> {
  const unfinished = (): boolean => {
    const { queue, running } = analyst.load();
    return queue + running + jobs.unfinished + held.bytes > 0; // held: also what is still being received
  };
  const waitedForJobs = jobs.unfinished > 0;
  while (unfinished() && performance.now() < end) await pause(20);
  const fetchEnd = Math.min(end, performance.now() + fetchTime);
  while (waitedForJobs && jobs.unfetched > 0 && performance.now() < fetchEnd) await pause(20);
  return !unfinished();
}

/** Lets answers go out, then closes what is left open. */
async function closeServer(server: Server, end: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const late = setTimeout(() => server.closeAllConnections(), Math.max(1000, end - performance.now()));
  await new Promise((resolve) => server.close(resolve));
  clearInterval(idle);
  clearTimeout(late);
}

function createRequestLog(log: Logger): RequestLog {
  return {
    request: ({ status, ...entry }) => {
      const level = status >= 500 && status !== 503 ? 'warn' : entry.route === 'page' ? 'debug' : 'info';
      log[level]({ ...entry, status }, 'request');
    },
    // The stack alone: a message may quote a document.
    bug: (error, id) => log.error({ id, error: stackOf(error) }, 'bug'),
  };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames].join('\n');
}

function logEvent(log: Logger, event: Parameters<OnServiceEvent>[0]): void {
  const { kind, ...rest } = event;
  if (kind === 'batch') log.debug(rest, kind);
  else if (kind === 'worker-ready') log.info(rest, kind);
  else log.warn(rest, kind);
}
