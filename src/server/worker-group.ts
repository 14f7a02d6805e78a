/** Processes of one kind that are kept alive: a lost one is replaced, more slowly when it fails again and again. */
import type { OnServiceEvent } from './analyst.ts';
import type { StartWorker, WorkerProcess, WorkerSpec } from './worker-process.ts';

/** A process that is ready for work. */
export interface Worker<In> {
  readonly pid: number;
  send(message: In): void;
  /** Ends it; it is replaced. */
  kill(reason: string): void;
}

/** Settings of {@link createWorkerGroup}. */
export interface WorkerGroupOptions<In, Out extends { readonly kind: string }> {
  /** What the processes are, for logs. */
  readonly role: string;
  readonly count: number;
  readonly spec: Omit<WorkerSpec<Out>, 'onMessage' | 'onExit'>;
  /** Sent to each process as soon as it is started. */
  readonly greeting?: In;
  readonly start: StartWorker;
  readonly onEvent: OnServiceEvent;
  readonly onReady: (worker: Worker<In>) => void;
  /** Hears of all messages but `ready`. */
  readonly onMessage: (worker: Worker<In>, message: Out) => void;
  /** Called after a process ended. @returns how many pieces of work were in it */
  readonly onLost: (worker: Worker<In>, reason: string) => number;
}

/** A running group. */
export interface WorkerGroup {
  readonly alive: number;
  /** Resolves when all processes were ready once; rejects when one cannot be started at all. */
  readonly ready: Promise<void>;
  close(): void;
}

/** Starts in a row that may fail at first before the group is given up. */
const mostFailedStarts = 3;

/** Milliseconds before another try, growing with the failures in a row. */
const pause = (failures: number): number => Math.min(100 * 2 ** failures, 10_000);

/** Starts the processes. */
export function createWorkerGroup<In, Out extends { readonly kind: string }>(
  options: WorkerGroupOptions<In, Out>,
): WorkerGroup {
  const { role, count, onEvent } = options;
  const processes = new Set<WorkerProcess<In>>();
  const timers = new Set<NodeJS.Timeout>();
  let alive = 0;
  let closed = false;

  const keep = (onFirstReady: () => void, onGivenUp: (error: Error) => void): void => {
    let failures = 0;
    let wasReady = false;
    const launch = (): void => {
      const started = performance.now();
      let ready = false;
      const child: WorkerProcess<In> = options.start<In, Out>({
        ...options.spec,
        onMessage: (message) => {
          if (message.kind !== 'ready') return options.onMessage(child, message);
          ready = true;
          wasReady = true;
          failures = 0;
          alive++;
          onEvent({
            kind: 'worker-ready',
            role,
            pid: child.pid,
            seconds: (performance.now() - started) / 1000,
          });
          onFirstReady();
          options.onReady(child);
        },
        onExit: (reason) => {
          processes.delete(child);
          if (ready) alive--;
          else failures++;
          const tasks = options.onLost(child, reason);
          if (closed) return;
          onEvent({ kind: 'worker-lost', role, pid: child.pid, reason, tasks });
          if (!wasReady && failures >= mostFailedStarts) {
            return onGivenUp(new Error(`the process "${role}" does not start: ${reason}`));
          }
          const timer = setTimeout(
            () => {
              timers.delete(timer);
              launch();
            },
            ready ? 0 : pause(failures),
          );
          timers.add(timer);
        },
      });
      processes.add(child);
      if (options.greeting !== undefined) child.send(options.greeting);
    };
    launch();
  };

  const starts = Array.from({ length: count }, () => new Promise<void>(keep));
  const ready = Promise.all(starts).then(() => {});
  ready.catch(() => {}); // whoever waits for it hears of it
  return {
    get alive() {
      return alive;
    },
    ready,
    close: () => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      for (const child of processes) child.kill('closed');
    },
  };
}
