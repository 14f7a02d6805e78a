/** The page's side of the worker: calls as promises, cancellation, and a new worker for one that died or does not listen. */
import type { DocumentResult } from '../../../src/predict/document-result.ts';
import { EngineError, type EngineProgress } from '../engine/types.ts';
import type { FromWorker, ToWorker } from './messages.ts';

type Work<K extends ToWorker['kind']> = Omit<Extract<ToWorker, { kind: K }>, 'kind' | 'call'>;

/** What a worker can be asked. */
export interface WorkerCalls {
  /** Loads a model. @throws EngineError */
  load(work: Work<'load'>): Promise<{ readonly threads: number }>;
  /** Reads and tags a document. @throws EngineError; the signal's reason as soon as it is aborted */
  analyze(
    work: Work<'analyze'>,
    signal: AbortSignal,
    onProgress: (progress: EngineProgress) => void,
  ): Promise<DocumentResult>;
}

/** What of the browser's worker is used. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'addEventListener' | 'terminate'>;

interface Pending {
  readonly message: ToWorker;
  onProgress(progress: EngineProgress): void;
  resolve(answer: FromWorker): void;
  reject(error: EngineError): void;
}

/** Milliseconds that a cancelled call may go on before its worker is ended. Between batches it listens. */
const PATIENCE = 5000;

/** @param start makes a worker that is served by `engine-worker.ts` */
export function createWorkerCalls(start: () => WorkerLike, patience = PATIENCE): WorkerCalls {
  let worker: WorkerLike | undefined;
  let next = 0;
  const pending = new Map<number, Pending>();
  /** Calls that the page no longer waits for, with what ends the worker when they go on. */
  const leaving = new Map<number, ReturnType<typeof setTimeout>>();

  const stop = (): void => {
    worker?.terminate();
    worker = undefined;
    for (const timer of leaving.values()) clearTimeout(timer);
    leaving.clear();
  };

  /** Every call fails; the next one starts another worker. */
  const fail = (error: EngineError): void => {
    stop();
    const calls = [...pending.values()];
    pending.clear();
    for (const { reject } of calls) reject(error);
  };

  const hear = (message: FromWorker): void => {
    const call = pending.get(message.call);
    if (message.kind === 'progress') {
      call?.onProgress(message.progress);
      return;
    }
    clearTimeout(leaving.get(message.call));
    leaving.delete(message.call);
    pending.delete(message.call);
    if (message.kind === 'failed') {
      const { code, message: text, hint } = message.error;
      call?.reject(new EngineError(code, text, hint));
    } else call?.resolve(message);
  };

  const living = (): WorkerLike => {
    if (worker !== undefined) return worker;
    const made = start();
    worker = made;
    made.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (made === worker) hear(data);
    });
    made.addEventListener('error', (event) => {
      if (made !== worker) return;
      const { message = '' } = event as ErrorEvent;
      const reason = message === '' ? 'its file did not load' : message;
      const hint = 'load the page again; it needs all files of its folder beside it';
      fail(new EngineError('E_ENGINE', `the worker that runs models stopped (${reason})`, hint));
    });
    return made;
  };

  const ask = (
    work: Work<'load'> | Work<'analyze'>,
    kind: 'load' | 'analyze',
    onProgress: Pending['onProgress'] = () => {},
  ): { call: number; answer: Promise<FromWorker> } => {
    const call = next++;
    const answer = new Promise<FromWorker>((resolve, reject) => {
      pending.set(call, { message: { ...work, kind, call } as ToWorker, onProgress, resolve, reject });
    });
    living().postMessage(pending.get(call)!.message);
    return { call, answer };
  };

  /** A worker that does not listen is replaced; what waited behind the call that it is at begins anew. */
  const giveUp = (call: number): void => {
    leaving.delete(call);
    const waiting = [...pending].sort(([a], [b]) => a - b);
    if (waiting.some(([other]) => other < call)) {
      watch(call); // calls are worked on in their order: its turn has not come
      return;
    }
    stop();
    for (const [, { message }] of waiting) living().postMessage(message);
  };
  const watch = (call: number): void => {
    leaving.set(
      call,
      setTimeout(() => giveUp(call), patience),
    );
  };

  /** The page is free at once; the worker is told, and ended when it does not hear. */
  const leave = (call: number): void => {
    if (!pending.delete(call)) return;
    worker?.postMessage({ kind: 'cancel', call } satisfies ToWorker);
    watch(call);
  };

  return {
    async load(work) {
      const answer = await ask(work, 'load').answer;
      return { threads: answer.kind === 'loaded' ? answer.threads : 1 };
    },
    async analyze(work, signal, onProgress) {
      signal.throwIfAborted();
      const { call, answer } = ask(work, 'analyze', onProgress);
      let onAbort = (): void => {};
      const aborted = new Promise<never>((_, reject) => {
        onAbort = () => {
          leave(call);
          reject(signal.reason);
        };
      });
      signal.addEventListener('abort', onAbort);
      try {
        const message = await Promise.race([answer, aborted]);
        if (message.kind !== 'result') throw new EngineError('E_CANCELLED', 'the work was cancelled');
        return message.result;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
