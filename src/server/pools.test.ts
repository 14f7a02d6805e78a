/** Pools of processes: what becomes of work when its process is lost, hangs, or its client goes away. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Order, ServiceEvent } from './analyst.ts';
import type { FromReader, FromTagger, ToReader, ToTagger } from './messages.ts';
import { createReaderPool } from './reader-pool.ts';
import { createTaggerPool } from './tagger-pool.ts';
import { fakeWorkers } from './testing.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a tagger pool', () => {
  const glossary = { abbreviations: { ЯБ: 'язвенная болезнь' }, terms: {} };
  const setUp = async (workers = 1) => {
    const fake = fakeWorkers<ToTagger, FromTagger>();
    const events: ServiceEvent[] = [];
    const pool = createTaggerPool({
      name: 'm',
      folder: '/m',
      glossary,
      workers,
      threads: 1,
      batchSeconds: 60,
      start: fake.start,
      onEvent: (event) => events.push(event),
    });
    for (const worker of fake.workers) worker.say({ kind: 'ready' });
    await pool.ready;
    await turn();
    return { pool, fake, events };
  };
  type Work = Extract<ToTagger, { kind: 'tag' }>;
  const worksOf = (received: readonly ToTagger[]): Work[] =>
    received.filter((message) => message.kind === 'tag');
  const last = (received: readonly ToTagger[]): Work => worksOf(received).at(-1)!;
  const echo = ({ batch, sentences }: Work): FromTagger => ({
    kind: 'tagged',
    batch,
    answers: sentences.map((sentence) => `<${sentence}>`),
    bounded: [0],
  });

  test('batches requests together and hands each its own answers', async () => {
    const { pool, fake, events } = await setUp();
    const answers = [pool.tag(['a', 'b']), pool.tag(['c'])];
    await turn();
    const [worker] = fake.workers;
    expect(worksOf(worker!.received)).toEqual([{ kind: 'tag', batch: 1, sentences: ['a', 'b', 'c'] }]);
    expect(pool.busy).toBe(1);
    worker!.say(echo(last(worker!.received)));
    const [first, second] = await Promise.all(answers);
    expect([first!.answers, first!.bounded]).toEqual([['<a>', '<b>'], 1]);
    expect([second!.answers, second!.bounded]).toEqual([['<c>'], 0]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'batch', sentences: 3, requests: 2 }));
  });

  test('gives every process the glossary first, also one that takes the place of a lost one', async () => {
    const { fake } = await setUp(2);
    fake.workers[0]!.exit('signal SIGKILL');
    await vi.waitFor(() => expect(fake.workers).toHaveLength(3));
    for (const { received } of fake.workers) expect(received[0]).toEqual({ kind: 'load', glossary });
  });

  test('tries the requests of a lost batch again, one by one, so that only the guilty one fails', async () => {
    const { pool, fake, events } = await setUp();
    const good = pool.tag(['good']);
    const bad = pool.tag(['bad']);
    bad.catch(() => {});
    await turn();
    fake.workers[0]!.exit('signal SIGABRT');
    await vi.waitFor(() => expect(fake.workers).toHaveLength(2));
    fake.workers[1]!.say({ kind: 'ready' });
    await turn();
    expect(last(fake.workers[1]!.received).sentences).toEqual(['good']);
    fake.workers[1]!.say(echo(last(fake.workers[1]!.received)));
    expect((await good).answers).toEqual(['<good>']);
    expect(last(fake.workers[1]!.received).sentences).toEqual(['bad']);
    fake.workers[1]!.exit('signal SIGABRT');
    await expect(bad).rejects.toMatchObject({ code: 'E_WORKER' });
    expect(events.filter(({ kind }) => kind === 'worker-lost')).toHaveLength(2);
    expect(events).toContainEqual({ kind: 'retry', role: 'model m', tasks: 2 });
  });

  test('a request that is stopped leaves the queue', async () => {
    const { pool, fake } = await setUp();
    const first = pool.tag(['a']);
    await turn();
    const stop = new AbortController();
    const second = pool.tag(['b'], stop.signal);
    stop.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    expect(pool.waiting).toBe(0);
    fake.workers[0]!.say(echo(last(fake.workers[0]!.received)));
    await first;
    expect(worksOf(fake.workers[0]!.received)).toHaveLength(1);
  });

  test('a model that cannot be loaded says why', async () => {
    const fake = fakeWorkers<ToTagger, FromTagger>();
    const options = { name: 'm', folder: '/m', workers: 1, threads: 1, batchSeconds: 60 };
    const pool = createTaggerPool({
      ...options,
      start: fake.start,
      onEvent: () => {},
    });
    fake.workers[0]!.say({ kind: 'unusable', failure: { code: 'E_WEIGHTS', message: 'tensor is missing' } });
    await expect(pool.ready).rejects.toMatchObject({ code: 'E_WEIGHTS', message: 'tensor is missing' });
    pool.close();
  });
});

describe('a reader pool', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const setUp = async (limits = {}) => {
    const fake = fakeWorkers<ToReader, FromReader>();
    const pool = createReaderPool({
      workers: 1,
      limits: { characters: 1000, queue: 2, seconds: 30, readSeconds: 10, ...limits },
      start: fake.start,
      onEvent: () => {},
      modelOf: () => ({ types: ['DRUG'], readsMeanings: false }),
      tag: async (_model, sentences) => ({ answers: sentences.map(() => '[]'), bounded: 0 }),
    });
    for (const worker of fake.workers) worker.say({ kind: 'ready' });
    await pool.ready;
    const [quick, long] = fake.workers;
    return { pool, fake, quick: quick!, long: long! };
  };
  const order = (name: string): Order => ({ name, content: 'text', model: 'm', output: 'json' });
  const answer = { body: new Uint8Array([1]), contentType: 'x/y', lost: 0, sentences: 1, entities: 0 };
  const kinds = (worker: { readonly received: readonly ToReader[] }): string[] =>
    worker.received.map(({ kind, task }) => `${kind} ${task}`);

  test('short texts share a process, long documents have one each', async () => {
    const { pool, quick, long } = await setUp();
    const done = [pool.analyze(order('a.md')), pool.analyze(order('b.txt')), pool.analyze(order('c.pdf'))];
    const waits = pool.analyze(order('d.pdf'));
    expect([kinds(quick), kinds(long)]).toEqual([['analyze 1', 'analyze 2'], ['analyze 3']]);
    expect([pool.running, pool.queue, pool.busy]).toEqual([3, 1, 2]);
    for (const task of [1, 2]) quick.say({ kind: 'done', task, answer, memory: 0 });
    long.say({ kind: 'done', task: 3, answer, memory: 0 });
    expect(await Promise.all(done)).toEqual([answer, answer, answer]);
    expect(kinds(long)).toEqual(['analyze 3', 'analyze 4']);
    long.say({ kind: 'failed', task: 4, failure: { code: 'E_PDF', message: 'd.pdf: broken' }, memory: 0 });
    await expect(waits).rejects.toMatchObject({ code: 'E_PDF', message: 'd.pdf: broken' });
  });

  test('a full queue refuses at once and says when to come back', async () => {
    const { pool } = await setUp();
    for (const name of ['a.pdf', 'b.pdf', 'c.pdf']) pool.analyze(order(name)).catch(() => {});
    expect(() => pool.analyze(order('d.pdf'))).toThrow(
      expect.objectContaining({
        code: 'E_BUSY',
        extras: expect.objectContaining({ retryAfter: expect.any(Number) }),
      }),
    );
    pool.close();
  });

  test('after a crash each document is tried once more, alone; a second crash is told', async () => {
    const { pool, fake, quick, long } = await setUp();
    const [good, bad] = [pool.analyze(order('good.md')), pool.analyze(order('bad.md'))];
    bad.catch(() => {});
    quick.exit('signal SIGSEGV');
    expect(kinds(long)).toEqual(['analyze 1']);
    long.say({ kind: 'done', task: 1, answer, memory: 0 });
    expect(await good).toEqual(answer);
    expect(kinds(long)).toEqual(['analyze 1', 'analyze 2']);
    long.exit('exit code 134');
    await expect(bad).rejects.toMatchObject({
      code: 'E_READER_CRASH',
      message: expect.stringContaining('134'),
    });
    vi.advanceTimersByTime(1);
    expect(fake.workers).toHaveLength(4); // both were replaced
  });

  test('a document that takes too long is given up, and its process ended when it does not let go', async () => {
    const { pool, fake, long } = await setUp();
    const slow = pool.analyze(order('slow.pdf'));
    slow.catch(() => {});
    vi.advanceTimersByTime(10_000);
    await expect(slow).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    expect(kinds(long)).toEqual(['analyze 1', 'cancel 1']);
    expect(long.killed).toBeUndefined();
    vi.advanceTimersByTime(2000);
    expect(long.killed).toBe('it did not let go of a stopped document');
    vi.advanceTimersByTime(1);
    expect(fake.workers).toHaveLength(3);
  });

  test('a short text that hangs is moved out of the way of the others, then given up', async () => {
    const { pool, quick, long } = await setUp();
    const [hangs, innocent] = [pool.analyze(order('hangs.md')), pool.analyze(order('innocent.md'))];
    hangs.catch(() => {});
    vi.advanceTimersByTime(15_000);
    expect(quick.killed).toBe('it hung over a short text');
    expect(kinds(long)).toEqual(['analyze 1']);
    vi.advanceTimersByTime(10_000);
    await expect(hangs).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    long.say({ kind: 'failed', task: 1, failure: { code: 'E_BUG', message: 'stopped', bug: '' }, memory: 0 });
    expect(kinds(long).at(-1)).toBe('analyze 2');
    long.say({ kind: 'done', task: 2, answer, memory: 0 });
    expect(await innocent).toEqual(answer);
  });

  test('whoever waits too long for a turn is told to come back', async () => {
    const { pool, long } = await setUp({ readSeconds: 100 });
    pool.analyze(order('a.pdf')).catch(() => {});
    const waits = pool.analyze(order('b.pdf'));
    waits.catch(() => {});
    vi.advanceTimersByTime(30_000);
    await expect(waits).rejects.toMatchObject({ code: 'E_BUSY' });
    expect([pool.queue, kinds(long)]).toEqual([0, ['analyze 1']]);
  });

  test('a client that goes away frees its place, in the queue and in the process', async () => {
    const { pool, long } = await setUp();
    const stops = [new AbortController(), new AbortController()];
    const work = stops.map(({ signal }, i) => pool.analyze(order(`${i}.pdf`), { signal }));
    for (const stop of stops) stop.abort(new Error('gone'));
    for (const one of work) await expect(one).rejects.toThrow('gone');
    expect(pool.queue).toBe(0);
    expect(kinds(long)).toEqual(['analyze 1', 'cancel 1']);
    long.say({ kind: 'failed', task: 1, failure: { code: 'E_BUG', message: 'stopped', bug: '' }, memory: 0 });
    expect(pool.running).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(long.killed).toBeUndefined();
  });

  test('a process that has grown large is replaced once it is idle', async () => {
    const { pool, long } = await setUp();
    const done = pool.analyze(order('a.pdf'));
    long.say({ kind: 'done', task: 1, answer, memory: 3e9 });
    expect(await done).toEqual(answer);
    expect(long.killed).toBe('it had grown large');
  });
});
