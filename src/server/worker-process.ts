/** A module in a process of its own: started, spoken to, heard of when it ends. */
import { type ChildProcess, fork } from 'node:child_process';

/** How a process is started. */
export interface WorkerSpec<Out> {
  /** Path of the module. */
  readonly module: string;
  readonly args?: readonly string[];
  /** Limit of the JavaScript heap. */
  readonly heapMegabytes?: number;
  /** Flags of Node besides those of this process. */
  readonly execArgv?: readonly string[];
  readonly onMessage: (message: Out) => void;
  /** Called once, whatever ended it. @param reason for logs, for example `signal SIGKILL` */
  readonly onExit: (reason: string) => void;
}

/** A running process. */
export interface WorkerProcess<In> {
  readonly pid: number;
  /** A message to a process that has ended is dropped: `onExit` tells of it. */
  send(message: In): void;
  /** Ends it at once. @param reason told to `onExit` */
  kill(reason: string): void;
}

/** Starts processes; tests may start something else. */
export type StartWorker = <In, Out>(spec: WorkerSpec<Out>) => WorkerProcess<In>;

/** All that run, so that none outlives this process. */
const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a module with `child_process.fork`. */
export const startWorker: StartWorker = <In, Out>(spec: WorkerSpec<Out>): WorkerProcess<In> => {
  const heap = spec.heapMegabytes === undefined ? [] : [`--max-old-space-size=${spec.heapMegabytes}`];
  const child = fork(spec.module, [...(spec.args ?? [])], {
    execArgv: [...process.execArgv, ...(spec.execArgv ?? []), ...heap],
    serialization: 'advanced', // keeps bytes as bytes
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let killed: string | undefined;
  let ended = false;
  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    running.delete(child);
    spec.onExit(killed ?? reason);
  };
  running.add(child);
  child.on('message', (message) => {
    if (!ended) spec.onMessage(message as Out);
  });
  child.on('error', (error) => {
    if (child.pid === undefined) end(`it cannot be started (${error.message})`);
  });
  child.on('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  return {
    pid: child.pid ?? 0,
    send: (message) => {
      if (ended || !child.connected) return;
      child.send(message as object, () => {}); // a failure to send is followed by the end of the process
    },
    kill: (reason) => {
      killed ??= reason;
      child.kill('SIGKILL');
    },
  };
};

/**
 * The other side: what a worker module does at its start. It ends with the service, and leaves Ctrl-C, which a
 * terminal sends to all processes of a group, to the service.
 */
export function serveParent<In, Out>(onMessage: (message: In) => void): (message: Out) => void {
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => onMessage(message as In));
  return (message) => {
    process.send?.(message as object, () => {});
  };
}
