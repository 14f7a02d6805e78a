/** The processes that run one model: batches over all requests, lost batches tried once more. */
import type { Glossary } from '../text/glossary.ts';
import type { OnServiceEvent } from './analyst.ts';
import type { FromTagger, TaggedSentences, ToTagger } from './messages.ts';
import { workerModule } from './paths.ts';
import { fromFailure, Problem } from './problems.ts';
import { createSentenceQueue, type Portion, type SentenceCall } from './sentence-queue.ts';
import { createWorkerGroup, type Worker } from './worker-group.ts';
import type { StartWorker } from './worker-process.ts';

/** Settings of {@link createTaggerPool}. */
export interface TaggerPoolOptions {
  /** Name of the model, for logs. */
  readonly name: string;
  readonly folder: string;
  /** What words stand for, besides what the model knows. */
  readonly glossary?: Glossary | undefined;
  readonly workers: number;
  /** Processor threads of each. */
  readonly threads: number;
  /** Longest time for one batch. */
  readonly batchSeconds: number;
  readonly execArgv?: readonly string[];
  readonly start: StartWorker;
  readonly onEvent: OnServiceEvent;
}

/** Processes of one model. */
export interface TaggerPool {
  readonly alive: number;
  readonly busy: number;
  /** Sentences that wait. */
  readonly waiting: number;
  /** Resolves when all processes were ready once. @throws UserError when the model cannot be loaded */
  readonly ready: Promise<void>;
  /**
   * Tags sentences together with those of other calls.
   * @param sentences per sentence its words as JSON
   * @throws Problem `E_WORKER` when processes were lost twice over them, the signal's reason, what the model throws
   */
  tag(sentences: readonly string[], signal?: AbortSignal): Promise<TaggedSentences>;
  close(): void;
}

interface Call extends SentenceCall {
  readonly answers: string[];
  missing: number;
  bounded: number;
  /** Whether a process was lost over some of its sentences. */
  lostBefore: boolean;
  /** Ends the call, once. */
  settle(error?: unknown): void;
}

interface Batch {
  readonly number: number;
  readonly portions: readonly Portion<Call>[];
  readonly started: number;
  readonly timer: NodeJS.Timeout;
}

/** Starts the processes. */
export function createTaggerPool(options: TaggerPoolOptions): TaggerPool {
  const { name, onEvent } = options;
  const role = `model ${name}`;
  const queue = createSentenceQueue<Call>();
  const idle = new Set<Worker<ToTagger>>();
  const batches = new Map<Worker<ToTagger>, Batch>();
  let unusable: (error: Error) => void = () => {};
  const usable = new Promise<never>((_, reject) => {
    unusable = reject;
  });
  usable.catch(() => {});
  let count = 0;
  let scheduled = false;

  /** Sentences of requests that arrive in the same turn of the event loop share a batch. */
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      dispatch();
    });
  };

  const dispatch = (): void => {
    for (const worker of idle) {
      const portions = queue.take(performance.now());
      if (portions.length === 0) return;
      idle.delete(worker);
      const number = ++count;
      const timer = setTimeout(
        () => worker.kill(`no answer within ${options.batchSeconds} s`),
        options.batchSeconds * 1000,
      );
      batches.set(worker, { number, portions, started: performance.now(), timer });
      const sentences = portions.flatMap(({ call, start, end }) => call.sentences.slice(start, end));
      worker.send({ kind: 'tag', batch: number, sentences });
    }
  };

  const finish = (worker: Worker<ToTagger>): Batch | undefined => {
    const batch = batches.get(worker);
    if (batch !== undefined) clearTimeout(batch.timer);
    batches.delete(worker);
    return batch;
  };

  const group = createWorkerGroup<ToTagger, FromTagger>({
    role,
    count: options.workers,
    spec: {
      module: workerModule('tagger-worker'),
      args: [options.folder, name, String(options.threads)],
      ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
    },
    greeting: { kind: 'load', glossary: options.glossary },
    start: options.start,
    onEvent,
    onReady: (worker) => {
      idle.add(worker);
      schedule();
    },
    onMessage: (worker, message) => {
      if (message.kind === 'ready') return;
      if (message.kind === 'unusable') return unusable(fromFailure(message.failure));
      const batch = finish(worker);
      if (batch === undefined || batch.number !== message.batch) return;
      idle.add(worker);
      if (message.kind === 'tagged') {
        const seconds = (performance.now() - batch.started) / 1000;
        const { sentences, requests } = deliver(batch.portions, message);
        onEvent({ kind: 'batch', model: name, sentences, requests, seconds });
      } else {
        const error = fromFailure(message.failure);
        for (const { call } of batch.portions) call.settle(error);
      }
      dispatch();
    },
    onLost: (worker) => {
      idle.delete(worker);
      const portions = finish(worker)?.portions ?? [];
      if (portions.length > 0) tryAgain(portions);
      return portions.length;
    },
  });

  const tryAgain = (portions: readonly Portion<Call>[]): void => {
    const again: Portion<Call>[] = [];
    for (const portion of portions) {
      if (portion.call.lostBefore) portion.call.settle(lostTwice());
      else again.push(portion);
    }
    for (const { call } of again) call.lostBefore = true;
    if (again.length > 0) onEvent({ kind: 'retry', role, tasks: again.length });
    queue.giveBack(again);
    schedule();
  };

  return {
    get alive() {
      return group.alive;
    },
    get busy() {
      return batches.size;
    },
    get waiting() {
      return queue.sentences;
    },
    ready: Promise.race([group.ready, usable]),
    tag: (sentences, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => call.settle(signal?.reason);
        const call: Call = {
          sentences,
          answers: new Array<string>(sentences.length),
          missing: sentences.length,
          bounded: 0,
          lostBefore: false,
          settle: (error) => {
            signal?.removeEventListener('abort', stop);
            if (error === undefined) resolve(call);
            else {
              queue.remove(call);
              reject(error);
            }
          },
        };
        if (signal?.aborted === true) return reject(signal.reason);
        if (sentences.length === 0) return resolve(call);
        signal?.addEventListener('abort', stop);
        queue.add(call);
        schedule();
      }),
    close: () => group.close(),
  };
}

const lostTwice = (): Problem =>
  new Problem('E_WORKER', 'the process that runs the model was lost twice while it worked on this document', {
    hint: 'try again; the log of the service says why it was lost',
  });

/** Hands out a batch's answers; calls that were given up in the meantime take none. */
function deliver(
  portions: readonly Portion<Call>[],
  { answers, bounded }: Extract<FromTagger, { kind: 'tagged' }>,
): { sentences: number; requests: number } {
  let at = 0;
  for (const { call, start, end } of portions) {
    const size = end - start;
    for (let i = 0; i < size; i++) call.answers[start + i] = answers[at + i]!;
    call.bounded += bounded.filter((index) => index >= at && index < at + size).length;
    call.missing -= size;
    at += size;
    if (call.missing === 0) call.settle();
  }
  return { sentences: at, requests: portions.length };
}
