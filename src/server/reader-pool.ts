/** The processes that read documents and put results together: short texts share one, long documents have one each. */
import { extname } from 'node:path';
import type { AnalyzeOptions, Answer, OnServiceEvent, Order, ServedModel } from './analyst.ts';
import { quickBytes, type ServiceLimits } from './limits.ts';
import type { FromReader, TaggedSentences, ToReader } from './messages.ts';
import { workerModule } from './paths.ts';
import { fromFailure, Problem, toFailure } from './problems.ts';
import { createWorkerGroup, type Worker, type WorkerGroup } from './worker-group.ts';
import type { StartWorker } from './worker-process.ts';

/** Settings of {@link createReaderPool}. */
export interface ReaderPoolOptions {
  /** Processes for long documents. */
  readonly workers: number;
  readonly limits: Pick<ServiceLimits, 'characters' | 'queue' | 'seconds' | 'readSeconds'>;
  readonly execArgv?: readonly string[];
  readonly start: StartWorker;
  readonly onEvent: OnServiceEvent;
  /** A served model by its name. */
  readonly modelOf: (name: string) => Pick<ServedModel, 'types' | 'readsMeanings'>;
  /** Tags sentences of a document. */
  readonly tag: (
    model: string,
    sentences: readonly string[],
    signal: AbortSignal,
  ) => Promise<TaggedSentences>;
}

/** Processes that read. */
export interface ReaderPool {
  readonly alive: number;
  readonly busy: number;
  /** Documents that wait, and documents that are worked on. */
  readonly queue: number;
  readonly running: number;
  readonly ready: Promise<void>;
  /** @throws Problem `E_BUSY` at once, when the queue is full */
  analyze(order: Order, options?: AnalyzeOptions): Promise<Answer>;
  close(): void;
}

/** A document on its way. */
interface Task {
  readonly number: number;
  readonly order: Order;
  readonly options: AnalyzeOptions;
  attempts: number;
  /** Ends it for whoever asked, once; a process may still have to let go of it. */
  settle(outcome: { readonly answer: Answer } | { readonly error: unknown }): void;
  settled: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Stops its calls of the model; a new one for each attempt. */
  stopTagging: AbortController;
}

/** A kind of process with the tasks that wait for it. */
interface Lane {
  readonly name: 'quick' | 'long';
  /** Tasks that one process works on at a time. */
  readonly concurrency: number;
  readonly waiting: Task[];
  /** Ready processes with the tasks in them. */
  readonly workers: Map<Worker<ToReader>, Map<number, Task>>;
  group: WorkerGroup;
}

/** Milliseconds within which a process has to let go of a task that was stopped. */
const letGo = 2000;

/** Seconds after which a short text that is still being read holds up the others: all are tried again, each alone. */
const quickReadSeconds = 15;

/** A process that has grown beyond this is replaced once it is idle: what long documents leave behind is given back. */
const mostMemory = 1024 * 1024 * 1024;

const laneSettings = {
  quick: { concurrency: 64, heapMegabytes: 512 },
  long: { concurrency: 1, heapMegabytes: 2048 },
} as const;

/** Starts the processes. */
export function createReaderPool(options: ReaderPoolOptions): ReaderPool {
  const { limits, onEvent } = options;
  let tasks = 0;
  let closed = false;
  const pace = createPace();

  const createLane = (name: Lane['name'], count: number): Lane => {
    const { concurrency, heapMegabytes } = laneSettings[name];
    const workers: Lane['workers'] = new Map();
    const lane: Omit<Lane, 'group'> = { name, concurrency, waiting: [], workers };
    const group = createWorkerGroup<ToReader, FromReader>({
      role: `reader ${name}`,
      count,
      spec: {
        module: workerModule('reader-worker'),
        args: [String(limits.characters)],
        heapMegabytes,
        ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
      },
      start: options.start,
      onEvent,
      onReady: (worker) => {
        workers.set(worker, new Map());
        dispatch(lane);
      },
      onMessage: (worker, message) => hear(lane, worker, message),
      onLost: (worker, reason) => {
        const inside = [...(workers.get(worker)?.values() ?? [])];
        workers.delete(worker);
        for (const task of inside) recover(task, reason);
        return inside.length;
      },
    });
    return Object.assign(lane, { group });
  };

  const dispatch = (lane: Omit<Lane, 'group'>): void => {
    for (const [worker, inside] of lane.workers) {
      while (inside.size < lane.concurrency) {
        const task = lane.waiting.shift();
        if (task === undefined) return;
        inside.set(task.number, task);
        startTask(lane, worker, task);
      }
    }
  };

  const startTask = (lane: Omit<Lane, 'group'>, worker: Worker<ToReader>, task: Task): void => {
    const { order, number } = task;
    task.attempts++;
    task.stopTagging = new AbortController();
    if (lane.name === 'long') setDeadline(worker, task, limits.readSeconds, 'reading it');
    else {
      clearTimeout(task.timer);
      task.timer = setTimeout(() => worker.kill('it hung over a short text'), quickReadSeconds * 1000);
    }
    const { types, readsMeanings } = options.modelOf(order.model);
    worker.send({ kind: 'analyze', task: number, order, model: { types, readsMeanings } });
  };

  /** Bounds the time of what comes next; a process that does not let go of the task then is ended. */
  const setDeadline = (worker: Worker<ToReader>, task: Task, seconds: number, what: string): void => {
    clearTimeout(task.timer);
    task.timer = setTimeout(() => {
      task.settle({ error: tooLong(seconds, what) });
      stop(worker, task);
    }, seconds * 1000);
  };

  const stop = (worker: Worker<ToReader>, task: Task): void => {
    task.stopTagging.abort(new Error('stopped'));
    worker.send({ kind: 'cancel', task: task.number });
    clearTimeout(task.timer);
    task.timer = setTimeout(() => worker.kill('it did not let go of a stopped document'), letGo);
  };

  const hear = (lane: Omit<Lane, 'group'>, worker: Worker<ToReader>, message: FromReader): void => {
    if (message.kind === 'ready') return;
    const inside = lane.workers.get(worker);
    const task = inside?.get(message.task);
    if (inside === undefined || task === undefined) return;
    if (message.kind === 'progress') {
      if (!task.settled) task.options.onProgress?.(message.progress);
    } else if (message.kind === 'tag') {
      if (message.call === 0 && !task.settled) setDeadline(worker, task, limits.seconds, 'tagging it');
      tagFor(worker, task, message);
    } else {
      clearTimeout(task.timer);
      inside.delete(task.number);
      pace.count();
      if (message.kind === 'done') task.settle({ answer: message.answer });
      else task.settle({ error: fromFailure(message.failure) });
      if (inside.size === 0 && message.memory > mostMemory) worker.kill('it had grown large');
      else dispatch(lane);
    }
  };

  const tagFor = (
    worker: Worker<ToReader>,
    task: Task,
    { call, sentences }: Extract<FromReader, { kind: 'tag' }>,
  ): void => {
    const { signal } = task.stopTagging;
    const { number } = task;
    options.tag(task.order.model, sentences, signal).then(
      ({ answers, bounded }) => {
        worker.send({ kind: 'tagged', task: number, call, found: { answers, bounded } });
      },
      (error) => {
        if (error instanceof Problem) task.settle({ error }); // keeps its status
        worker.send({ kind: 'refused', task: number, call, failure: toFailure(error) });
      },
    );
  };

  /** A task whose process was lost is tried once more, alone in a process, so that it cannot spoil others again. */
  const recover = (task: Task, reason: string): void => {
    clearTimeout(task.timer);
    task.stopTagging.abort(new Error('the process was lost'));
    if (task.settled) return;
    if (task.attempts > 1) {
      task.settle({ error: lostTwice(reason) });
      return;
    }
    onEvent({ kind: 'retry', role: 'reader', tasks: 1 });
    startWaiting(task);
    long.waiting.unshift(task);
    dispatch(long);
  };

  /** Bounds the wait for a process. */
  const startWaiting = (task: Task): void => {
    task.timer = setTimeout(() => {
      task.settle({ error: waitedTooLong(limits.seconds, pace.secondsFor(waiting())) });
      withdraw(task);
    }, limits.seconds * 1000);
  };

  const quick = createLane('quick', 1);
  const long = createLane('long', options.workers);
  const lanes = [quick, long];
  const sum = (of: (lane: Lane) => number): number => lanes.reduce((total, lane) => total + of(lane), 0);
  const insides = (lane: Lane): Map<number, Task>[] => [...lane.workers.values()];
  const waiting = (): number => sum((lane) => lane.waiting.length);

  /** Takes back a task wherever it is. */
  const withdraw = (task: Task): void => {
    for (const lane of lanes) {
      const at = lane.waiting.indexOf(task);
      if (at >= 0) {
        lane.waiting.splice(at, 1);
        clearTimeout(task.timer);
      }
      for (const [worker, inside] of lane.workers) if (inside.has(task.number)) stop(worker, task);
    }
  };

  return {
    get alive() {
      return sum((lane) => lane.group.alive);
    },
    get busy() {
      return sum((lane) => insides(lane).filter(({ size }) => size > 0).length);
    },
    get queue() {
      return waiting();
    },
    get running() {
      return sum((lane) => insides(lane).reduce((total, { size }) => total + size, 0));
    },
    ready: Promise.all(lanes.map((lane) => lane.group.ready)).then(() => {}),
    analyze: (order, settings = {}) => {
      if (closed) throw stoppedEarly();
      if (waiting() >= limits.queue) throw busy(limits.queue, pace.secondsFor(waiting()));
      return new Promise((resolve, reject) => {
        const { signal } = settings;
        if (signal?.aborted === true) return reject(signal.reason);
        const lane = isQuick(order) ? quick : long;
        const onAbort = (): void => {
          task.settle({ error: signal?.reason });
          withdraw(task);
        };
        const task: Task = {
          number: ++tasks,
          order,
          options: settings,
          attempts: 0,
          settled: false,
          stopTagging: new AbortController(),
          timer: undefined,
          settle: (outcome) => {
            if (task.settled) return;
            task.settled = true;
            signal?.removeEventListener('abort', onAbort);
            if ('answer' in outcome) resolve(outcome.answer);
            else reject(outcome.error);
          },
        };
        signal?.addEventListener('abort', onAbort);
        settings.onProgress?.({ state: 'queued', progress: 0, sentences: 0, entities: 0 });
        startWaiting(task);
        lane.waiting.push(task);
        dispatch(lane);
      });
    },
    close: () => {
      closed = true;
      const error = stoppedEarly();
      for (const lane of lanes) {
        const all = [...lane.waiting.splice(0), ...insides(lane).flatMap((inside) => [...inside.values()])];
        for (const task of all) {
          clearTimeout(task.timer);
          task.settle({ error });
        }
        lane.group.close();
      }
    },
  };
}

const quickFormats = new Set(['text', 'markdown', 'txt', 'md']);

/** Whether a document is a short text, which is read in next to no time. */
function isQuick({ name, content, format }: Order): boolean {
  const kind = format ?? extname(name).slice(1).toLowerCase();
  return content.length <= quickBytes && quickFormats.has(kind);
}

/** How fast documents come out, to say when to ask again. */
function createPace() {
  const recent: number[] = [];
  return {
    count: (): void => {
      recent.push(performance.now());
      if (recent.length > 50) recent.shift();
    },
    /** Seconds until about that many documents are done, 1 to 60. */
    secondsFor: (documents: number): number => {
      const span = recent.length < 2 ? 1000 : performance.now() - recent[0]!;
      const each = span / 1000 / Math.max(1, recent.length);
      return Math.max(1, Math.min(60, Math.ceil(documents * each)));
    },
  };
}

const busy = (queue: number, retryAfter: number): Problem =>
  new Problem('E_BUSY', `${queue} documents are waiting already`, { retryAfter });

const stoppedEarly = (): Problem =>
  new Problem('E_STOPPING', 'the service stopped before the work was done', { retryAfter: 10 });

const waitedTooLong = (seconds: number, retryAfter: number): Problem =>
  new Problem('E_BUSY', `its turn did not come within ${seconds} s`, { retryAfter });

const tooLong = (seconds: number, what: string): Problem =>
  new Problem('E_TIMEOUT', `${what} took more than ${seconds} s`, {
    hint: 'split the document, or have the service started with a larger --timeout',
  });

const lostTwice = (reason: string): Problem =>
  new Problem('E_READER_CRASH', `the process that read it was lost twice (${reason})`, {
    hint: 'the document may be damaged, or need more memory than a document may have',
  });
