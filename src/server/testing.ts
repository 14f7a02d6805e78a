/** Stand-ins for tests of the service: an analyst without processes, processes without a computer. */

import { expect } from 'vitest';
import type { Analyst, AnalyzeOptions, Answer, Order } from './analyst.ts';
import { createApp } from './app.ts';
import type { GuardOptions } from './guards.ts';
import { createHeldBytes } from './held-bytes.ts';
import { createJobs } from './jobs.ts';
import { defaultLimits, type ServiceLimits } from './limits.ts';
import { createMetrics } from './metrics.ts';
import { createRequestSchemas } from './schemas.ts';
import type { StartWorker } from './worker-process.ts';

/** An order that waits to be answered by the test. */
export interface OpenOrder {
  readonly order: Order;
  readonly options: AnalyzeOptions;
  answer(answer?: Partial<Answer>): void;
  fail(error: unknown): void;
}

/** An analyst whose orders are answered by the test, or at once with the order itself. */
export function fakeAnalyst({
  atOnce,
}: {
  readonly atOnce: boolean;
}): Analyst & { readonly orders: OpenOrder[] } {
  const orders: OpenOrder[] = [];
  const types = ['DRUG', 'DOSAGE', 'PROCEDURE / TEST'];
  const described = { name: 'small', folder: '/models/small', types, readsMeanings: false };
  const model = { ...described, default: true, bytes: 12, f1: 0.5 };
  return {
    orders,
    models: [model, { ...model, name: 'other', default: false, f1: null }],
    analyze: (order, options = {}) =>
      new Promise((resolve, reject) => {
        options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
        const { content, ...rest } = order;
        const echo = {
          ...rest,
          content: typeof content === 'string' ? content : new TextDecoder().decode(content),
        };
        const body = new TextEncoder().encode(JSON.stringify(echo));
        const open: OpenOrder = {
          order,
          options,
          answer: (answer = {}) =>
            resolve({ body, contentType: 'application/json', lost: 0, sentences: 2, entities: 3, ...answer }),
          fail: reject,
        };
        orders.push(open);
        if (atOnce) open.answer();
      }),
    load: () => ({ alive: 2, busy: 0, queue: 0, running: 0, sentences: 0, ready: true }),
    close: async () => {},
  };
}

/** Settings of {@link fakeService}. */
export interface FakeServiceOptions {
  readonly atOnce?: boolean;
  readonly limits?: Partial<ServiceLimits>;
  readonly guards?: Partial<GuardOptions>;
  readonly stopping?: () => boolean;
  readonly webFolder?: string;
}

/** The application with a fake analyst. */
export function fakeService(options: FakeServiceOptions = {}) {
  const limits = { ...defaultLimits, ...options.limits };
  const analyst = fakeAnalyst({ atOnce: options.atOnce ?? true });
  const bugs: unknown[] = [];
  const log: object[] = [];
  const metrics = createMetrics({ process: false });
  const jobs = createJobs({
    analyst,
    limits,
    onDone: metrics.document,
    onBug: (error) => bugs.push(error),
  });
  const held = createHeldBytes(limits.heldBytes);
  metrics.observe({ analyst, jobs, held });
  const schemas = createRequestSchemas({
    documents: ['markdown', 'text', 'html', 'pdf'],
    outputs: ['json', 'csv'],
  });
  const intake = { models: analyst.models, limits, held, schemas };
  const stopping = options.stopping ?? (() => false);
  const app = createApp({
    services: { analyst, jobs, metrics, held, limits, intake, version: '1.2.3', stopping },
    guards: { host: '127.0.0.1', origins: [], ...options.guards },
    log: { request: (entry) => log.push(entry), bug: (error) => bugs.push(error) },
    webFolder: options.webFolder ?? '/nowhere',
  });
  return { app, analyst, jobs, held, bugs, log };
}

/** A process that a test plays. */
export interface FakeWorker<In, Out> {
  readonly args: readonly string[];
  /** What was sent to it. */
  readonly received: In[];
  say(message: Out): void;
  exit(reason: string): void;
  readonly killed: string | undefined;
}

/** Starts processes that the test plays; all of them in the order of their start. */
export function fakeWorkers<In, Out>(): {
  readonly workers: FakeWorker<In, Out>[];
  readonly start: StartWorker;
} {
  const workers: FakeWorker<In, Out>[] = [];
  const start = ((spec: Parameters<StartWorker>[0]) => {
    const received: In[] = [];
    let killed: string | undefined;
    const worker: FakeWorker<In, Out> = {
      args: [spec.module, ...(spec.args ?? [])],
      received,
      say: (message) => spec.onMessage(message),
      exit: (reason) => spec.onExit(reason),
      get killed() {
        return killed;
      },
    };
    workers.push(worker);
    return {
      pid: workers.length,
      send: (message: unknown) => received.push(message as In),
      kill: (reason: string) => {
        killed ??= reason;
        spec.onExit(reason);
      },
    };
  }) as StartWorker;
  return { workers, start };
}

/** Asks again and again until what is expected holds: on a busy machine, processes take their time. */
export const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 90_000 });
