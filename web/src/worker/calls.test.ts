/** The page's side of the worker: answers find their calls, cancellation frees the page, a dead worker is replaced. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DocumentResult } from '../../../src/predict/document-result.ts';
import { createWorkerCalls, type WorkerLike } from './calls.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** A worker that notes what it is told and says what the test wants. */
function makeWorker() {
  const heard: ToWorker[] = [];
  const listeners: Record<string, (event: never) => void> = {};
  const worker = {
    postMessage: (message: ToWorker) => heard.push(message),
    addEventListener: (type: string, listener: (event: never) => void) => {
      listeners[type] = listener;
    },
    terminate: vi.fn(),
  };
  return {
    heard,
    worker: worker as unknown as WorkerLike,
    terminate: worker.terminate,
    say: (data: FromWorker) => listeners.message!({ data } as never),
    break: (message: string) => listeners.error!({ message } as never),
  };
}

const model = { name: 'm', folder: 'http://a/m/', bytes: 1, readsMeanings: false };
const runtime = { mjs: 'http://a/r.mjs', wasm: 'http://a/r.wasm', threads: 1 };
const work = (name: string) => ({ input: { name, text: 'т' }, model, runtime });
const result = (name: string): DocumentResult => ({ name }) as DocumentResult;
const heardCalls = ({ heard }: ReturnType<typeof makeWorker>): string[] =>
  heard.map((message) => `${message.kind} ${message.call}`);

describe('calls of the worker', () => {
  let workers: ReturnType<typeof makeWorker>[];
  let calls: ReturnType<typeof createWorkerCalls>;
  const never = new AbortController().signal;
  beforeEach(() => {
    vi.useFakeTimers();
    workers = [];
    calls = createWorkerCalls(() => {
      workers.push(makeWorker());
      return workers.at(-1)!.worker;
    }, 1000);
  });
  afterEach(() => vi.useRealTimers());

  test('answers and progress find their calls, in any order', async () => {
    const seen: string[] = [];
    const ask = (name: string) =>
      calls.analyze(work(name), never, ({ stage }) => seen.push(`${name} ${stage}`));
    const [a, b] = [ask('a'), ask('b')];
    const { say } = workers[0]!;
    const progress = { fraction: 0, sentences: 0, entities: 0 };
    say({ kind: 'progress', call: 1, progress: { stage: 'reading', ...progress } });
    say({ kind: 'result', call: 1, result: result('b') });
    say({ kind: 'progress', call: 0, progress: { stage: 'tagging', ...progress } });
    say({ kind: 'result', call: 0, result: result('a') });
    expect([(await a).name, (await b).name]).toEqual(['a', 'b']);
    expect(seen).toEqual(['b reading', 'a tagging']);
    expect(workers).toHaveLength(1);
  });

  test('what fails in the worker fails here with its code and hint', async () => {
    const call = calls.analyze(work('a'), never, () => {});
    workers[0]!.say({
      kind: 'failed',
      call: 0,
      error: { code: 'E_PDF', message: 'no PDF', hint: 'copy it' },
    });
    await expect(call).rejects.toMatchObject({ code: 'E_PDF', message: 'no PDF', hint: 'copy it' });
  });

  test('a cancelled call ends at once; a worker that hears of it stays', async () => {
    const stop = new AbortController();
    const call = calls.analyze(work('a'), stop.signal, () => {});
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect(heardCalls(workers[0]!)).toEqual(['analyze 0', 'cancel 0']);
    workers[0]!.say({ kind: 'stopped', call: 0 });
    vi.advanceTimersByTime(5000);
    expect(workers[0]!.terminate).not.toHaveBeenCalled();
    await expect(calls.analyze(work('b'), stop.signal, () => {})).rejects.toThrow('enough');
    expect(heardCalls(workers[0]!)).toHaveLength(2);
  });

  test('a worker that does not hear is replaced, and what waited begins anew', async () => {
    const stop = new AbortController();
    const first = calls.analyze(work('a'), stop.signal, () => {});
    const second = calls.analyze(work('b'), never, () => {});
    stop.abort();
    await expect(first).rejects.toThrow();
    vi.advanceTimersByTime(1000);
    expect(workers[0]!.terminate).toHaveBeenCalledOnce();
    expect(heardCalls(workers[1]!)).toEqual(['analyze 1']);
    workers[0]!.say({ kind: 'result', call: 1, result: result('of the dead') });
    workers[1]!.say({ kind: 'result', call: 1, result: result('b') });
    expect((await second).name).toBe('b');
  });

  test('a cancelled call that has not begun does not end the work before it', async () => {
    const stop = new AbortController();
    const first = calls.analyze(work('a'), never, () => {});
    const second = calls.analyze(work('b'), stop.signal, () => {});
    stop.abort();
    await expect(second).rejects.toThrow();
    vi.advanceTimersByTime(10_000);
    workers[0]!.say({ kind: 'result', call: 0, result: result('a') });
    workers[0]!.say({ kind: 'stopped', call: 1 });
    expect((await first).name).toBe('a');
    vi.advanceTimersByTime(10_000);
    expect(workers).toHaveLength(1);
    expect(workers[0]!.terminate).not.toHaveBeenCalled();
  });

  test('a worker that breaks fails its calls, and the next call gets another one', async () => {
    const call = calls.analyze(work('a'), never, () => {});
    workers[0]!.break('out of memory');
    await expect(call).rejects.toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringContaining('out of memory'),
    });
    const loading = calls.load({ model, runtime });
    workers[1]!.say({ kind: 'loaded', call: 1, threads: 2 });
    expect(await loading).toEqual({ threads: 2 });
  });
});
