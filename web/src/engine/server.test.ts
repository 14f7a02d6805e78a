/** The engine of the service against a service that is played: progress, cancellation, token, broken streams. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createServerEngine, readEvents } from './server.ts';
import type { EngineProgress } from './types.ts';

interface Asked {
  readonly path: string;
  readonly method: string;
  readonly token: string | null;
}

let asked: Asked[];
let answer: (request: Asked) => Response | Promise<Response>;

beforeEach(() => {
  asked = [];
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const request = {
      path,
      method: init.method ?? 'GET',
      token: new Headers(init.headers).get('authorization'),
    };
    asked.push(request);
    return answer(request);
  });
});
afterEach(() => vi.unstubAllGlobals());

const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status });
const state = (name: string, progress = 0) => ({ id: '7', state: name, progress, sentences: 1, entities: 2 });
const events = (...states: object[]): Response =>
  new Response(states.map((one) => `event: progress\ndata: ${JSON.stringify(one)}\n\n`).join(''));
const engineFor = (token?: string) => createServerEngine({ askToken: async () => token });
const analyze = (signal = new AbortController().signal, onProgress: (p: EngineProgress) => void = () => {}) =>
  engineFor().analyze({ name: 'a.txt', text: 'Дают цитарабин.' }, { signal, onProgress });

const job: Record<string, () => Response> = {
  'POST api/jobs': () => json({ id: '7' }, 202),
  'GET api/jobs/7/events': () => events(state('tagging', 0.5), state('done', 1)),
  'GET api/jobs/7/result': () => json({ name: 'a.txt' }),
  'DELETE api/jobs/7': () => json(state('done', 1)),
};
const play =
  (changes: Record<string, () => Response> = {}) =>
  ({ method, path }: Asked): Response =>
    ({ ...job, ...changes })[`${method} ${path}`]!();

describe('the engine', () => {
  test('follows a job, fetches its result, and lets the service forget it', async () => {
    answer = play();
    const seen: EngineProgress[] = [];
    expect(await analyze(undefined, (progress) => seen.push(progress))).toEqual({ name: 'a.txt' });
    expect(seen).toEqual([{ stage: 'tagging', fraction: 0.5, sentences: 1, entities: 2 }]);
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: 'api/jobs/7' });
  });

  test('tells what the service says is wrong', async () => {
    const error = { code: 'E_DOCUMENT', detail: 'a.pdf: encrypted', hint: 'remove the password' };
    answer = play({ 'GET api/jobs/7/events': () => events({ ...state('failed'), error }) });
    await expect(analyze()).rejects.toMatchObject({
      code: 'E_DOCUMENT',
      message: 'a.pdf: encrypted',
      hint: error.hint,
    });
    answer = play({ 'POST api/jobs': () => json({ code: 'E_BUSY', title: 'Too much work' }, 503) });
    await expect(analyze()).rejects.toMatchObject({ code: 'E_BUSY', message: 'Too much work' });
  });

  test('cancels the job of work that is given up', async () => {
    const stop = new AbortController();
    answer = play({
      'GET api/jobs/7/events': () => {
        stop.abort(new Error('enough'));
        return events();
      },
    });
    await expect(analyze(stop.signal)).rejects.toThrow('enough');
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: 'api/jobs/7' });
  });

  test('opens a stream again that broke', async () => {
    vi.useFakeTimers();
    let opened = 0;
    answer = play({
      'GET api/jobs/7/events': () => (++opened < 3 ? events(state('tagging')) : events(state('done', 1))),
    });
    const result = analyze();
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(await result).toEqual({ name: 'a.txt' });
    expect(opened).toBe(3);
  });

  test('asks for the token once and keeps it', async () => {
    answer = ({ token }) =>
      token === 'Bearer right' ? json({ models: [] }) : json({ code: 'E_TOKEN', detail: 'no token' }, 401);
    const engine = engineFor('right');
    expect(await Promise.all([engine.models(), engine.models()])).toEqual([[], []]);
    expect(await engine.models()).toEqual([]);
    expect(asked.at(-1)!.token).toBe('Bearer right');
    expect(asked.filter(({ token }) => token === null)).toHaveLength(2);
  });

  test('without a token it says so', async () => {
    answer = () => json({ code: 'E_TOKEN', detail: 'no token' }, 401);
    await expect(engineFor().models()).rejects.toMatchObject({ code: 'E_TOKEN' });
  });
});

test('events are read however the stream is cut', async () => {
  const bytes = new TextEncoder().encode(`: here\n\nevent: done\ndata: ${JSON.stringify({ id: 'ё' })}\n\n`);
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const seen = [];
  for await (const event of readEvents(stream)) seen.push(event);
  expect(seen).toEqual([{ id: 'ё' }]);
});
