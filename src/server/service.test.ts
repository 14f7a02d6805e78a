/** The whole service with the shipped model: processes that crash, clients that hang up, batches, an orderly end. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { UserError } from '../base/errors.ts';
import type { DocumentResult } from '../predict/document-result.ts';
import { loadModel } from '../predict/load.ts';
import { indexAbbreviations } from '../text/glossary.ts';
import { defaultLimits, type ServiceLimits } from './limits.ts';
import { documentResultSchema, jobSchema } from './schemas.ts';
import { type Service, startService } from './serve.ts';
import { eventually } from './testing.ts';

/** So that processes of a test run the sources. */
const execArgv = ['--import', createRequire(import.meta.url).resolve('tsx')];

const limitedCharacters = 600_000;

interface LogLine {
  readonly msg: string;
  readonly role?: string;
  readonly pid?: number;
  readonly sentences?: number;
  readonly requests?: number;
}

async function start(limits: Partial<ServiceLimits> = {}, port = 0) {
  const lines: LogLine[] = [];
  const service = await startService({
    host: '127.0.0.1',
    port,
    models: ['guidelines-ru'],
    workers: 1,
    threads: 1,
    limits: {
      ...defaultLimits,
      bodyBytes: 2_000_000,
      characters: limitedCharacters,
      seconds: 600,
      stopSeconds: 200,
      ...limits,
    },
    origins: [],
    version: '0',
    logLevel: 'debug',
    logTo: { write: (line: string) => lines.push(JSON.parse(line) as LogLine) },
    execArgv,
  });
  const pidOf = (role: string): number =>
    lines.findLast((line) => line.msg === 'worker-ready' && line.role === role)!.pid!;
  return { service, lines, pidOf };
}

const sentenceOf = (i: number): string =>
  `Пациенту ${i} лет рекомендуется цитарабин ${i} мг/м2 два раза в сутки.`;
const longText = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => sentenceOf(from + i)).join('\n\n');

/** Processes are started: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let shared: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  shared = await start();
});
afterAll(() => shared.service.stop());

const send = (path: string, body: object, { url }: Service = shared.service): Promise<Response> =>
  fetch(url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
const extract = async (text: string, fields: object = {}): Promise<DocumentResult> => {
  const response = await send('/api/extract', { text, ...fields });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as DocumentResult;
};
const startJob = async (text: string): Promise<string> => {
  const { status_url: url } = (await (await send('/api/jobs', { text })).json()) as { status_url: string };
  return shared.service.url + url;
};
const formWith = (file: File): FormData => {
  const data = new FormData();
  data.append('file', file);
  return data;
};
const jobState = async (url: string) => jobSchema.parse(await (await fetch(url)).json());
const load = async (): Promise<{ status: string; workers: { busy: number }; queue: number }> =>
  (await fetch(`${shared.service.url}/health`)).json() as never;
const idle = () => eventually(async () => (await load()).workers.busy).toBe(0);

describe('the service', () => {
  test('answers what the model says, in the shape that the API describes', async () => {
    const text =
      'Рекомендуется **цитарабин** 100 мг/м2.\n\n| Препарат | Доза |\n|---|---|\n| Ритуксимаб | 375 мг |\n\n' +
      'После цитостатической терапии (ЦТ) показан контроль. ЦТ повторяют через 2 недели.\n';
    const result = documentResultSchema.parse(await extract(text, { name: 'а.md' }));
    const tagger = await loadModel('guidelines-ru', { threads: 1 });
    expect(result.abbreviations).toEqual({ ЦТ: 'цитостатической терапии' });
    const { annotate } = indexAbbreviations(Object.entries(result.abbreviations));
    const read = (words: readonly string[]) => (tagger.readsMeanings ? annotate(words) : words);
    const direct = await tagger.tag(result.sentences.map(({ sentence }) => read(sentence)));
    await tagger.dispose();
    expect(result.sentences.map(({ entities }) => entities.map(({ type, index }) => [type, index]))).toEqual(
      direct.map((entities) => entities.map(({ type, words }) => [type, words])),
    );
    expect(result.summary.entities).toBeGreaterThan(2);
    for (const { entities } of result.sentences) {
      for (const { spans, text: own } of entities) {
        const cut = spans.map(([from, to]) => result.text.slice(from, to)).join('');
        expect(cut.replace(/\s/g, '')).toBe(own.replace(/\s/g, ''));
      }
    }
    expect([result.name, result.format, result.model]).toEqual(['а.md', 'markdown', 'guidelines-ru']);
  });

  test('puts sentences of requests that come together into one batch', async () => {
    const before = shared.lines.length;
    const results = await Promise.all(Array.from({ length: 24 }, (_, i) => extract(sentenceOf(1000 + i))));
    expect(results.map(({ text }) => text)).toEqual(
      Array.from({ length: 24 }, (_, i) => sentenceOf(1000 + i)),
    );
    const batches = shared.lines.slice(before).filter(({ msg }) => msg === 'batch');
    expect(batches.reduce((sum, { sentences }) => sum + sentences!, 0)).toBe(24);
    expect(batches.some(({ requests }) => requests! > 1)).toBe(true);
  });

  test('answers short requests while a long document is worked on', async () => {
    const job = await startJob(longText(2000, 3000));
    await eventually(async () => (await jobState(job)).state).toBe('tagging');
    const short = await extract('Назначить ритуксимаб.');
    expect(short.sentences).toHaveLength(1);
    expect((await jobState(job)).state).toBe('tagging');
    await fetch(job, { method: 'DELETE' });
    await idle();
  });

  test('tries again what was in a process of the model that was killed, and replaces the process', async () => {
    const pid = shared.pidOf('model guidelines-ru');
    const work = extract(longText(10_000, 600));
    await eventually(async () => (await load()).workers.busy).toBe(2);
    process.kill(pid, 'SIGKILL');
    const others = await Promise.all([1, 2, 3].map((i) => extract(sentenceOf(i))));
    expect(others.every(({ summary }) => summary.sentences === 1)).toBe(true);
    expect((await work).summary.sentences).toBe(600);
    expect(shared.pidOf('model guidelines-ru')).not.toBe(pid);
    expect(shared.lines.some(({ msg }) => msg === 'retry')).toBe(true);
  });

  test('tries again what was in a reading process that was killed', async () => {
    const pid = shared.pidOf('reader quick');
    const work = Promise.all(Array.from({ length: 20 }, (_, i) => extract(longText(20_000 + 50 * i, 50))));
    await eventually(async () => (await load()).workers.busy).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    expect((await work).map(({ summary }) => summary.sentences)).toEqual(new Array(20).fill(50));
    await eventually(() => shared.pidOf('reader quick')).not.toBe(pid);
  });

  test('stops the work of a client that hangs up', async () => {
    const before = shared.lines.length;
    const client = new AbortController();
    const answer = fetch(`${shared.service.url}/api/extract`, {
      method: 'POST',
      body: longText(30_000, 3000),
      headers: { 'content-type': 'text/plain' },
      signal: client.signal,
    });
    await eventually(async () => (await load()).workers.busy).toBe(2);
    client.abort();
    await expect(answer).rejects.toThrow();
    await idle();
    const batches = shared.lines.slice(before).filter(({ msg }) => msg === 'batch');
    expect(batches.reduce((sum, { sentences }) => sum + sentences!, 0)).toBeLessThan(3000);
  });

  test('cancels a job, and its processes are free again', async () => {
    const job = await startJob(longText(40_000, 3000));
    await eventually(async () => (await jobState(job)).progress).toBeGreaterThan(0.2);
    const cancelled = await fetch(job, { method: 'DELETE' });
    expect(await cancelled.json()).toMatchObject({ state: 'cancelled' });
    await idle();
    expect((await fetch(`${job}/result`)).status).toBe(409);
  });

  test('tells the progress of a job as events', async () => {
    const job = await startJob(longText(50_000, 800));
    const events = await (await fetch(`${job}/events`)).text();
    const states = [...events.matchAll(/^data: (.*)$/gm)].map(([, data]) =>
      jobSchema.parse(JSON.parse(data!)),
    );
    const progress = states.map((state) => state.progress);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(states.length).toBeGreaterThan(3);
    const result = documentResultSchema.parse(await (await fetch(`${job}/result`)).json());
    expect(states.at(-1)).toMatchObject({ state: 'done', sentences: 800, entities: result.summary.entities });
  });

  test('refuses a text that is longer than it can work on', async () => {
    const response = await send('/api/extract', { text: 'а'.repeat(limitedCharacters + 1) });
    expect([response.status, await response.json()]).toEqual([
      413,
      expect.objectContaining({ code: 'E_INPUT_SIZE', detail: expect.stringContaining('at most 600,000') }),
    ]);
  });

  test.each<[string, string | FormData, string]>([
    ['an empty text', JSON.stringify({ text: '' }), 'text.txt: the text is empty'],
    ['white space', JSON.stringify({ text: ' \n' }), 'text.txt: the text holds nothing but white space'],
    ['an empty file', formWith(new File([], 'a.txt')), 'a.txt: the file is empty'],
  ])('refuses %s, as a request and as a job', async (_name, body, detail) => {
    const init = {
      method: 'POST',
      body,
      ...(typeof body === 'string' ? { headers: { 'content-type': 'application/json' } } : {}),
    };
    const problem = { status: 422, code: 'E_EMPTY', detail: `${detail}, expected a document` };
    const { url } = shared.service;
    const response = await fetch(`${url}/api/extract`, init);
    expect([response.status, await response.json()]).toEqual([422, expect.objectContaining(problem)]);
    const accepted = (await (await fetch(`${url}/api/jobs`, init)).json()) as { status_url: string };
    await eventually(async () => (await jobState(url + accepted.status_url)).state).toBe('failed');
    expect((await jobState(url + accepted.status_url)).error).toMatchObject(problem);
    expect((await fetch(`${url}${accepted.status_url}/result`)).status).toBe(422);
  });

  test('refuses a body that does not end before it has all of it', async () => {
    const { hostname, port } = new URL(shared.service.url);
    const upload = httpRequest({
      hostname,
      port,
      path: '/api/extract',
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
    });
    upload.on('error', () => {}); // the service closes the connection
    const chunk = 'x'.repeat(100_000);
    let sent = 0;
    const timer = setInterval(() => {
      sent += chunk.length;
      upload.write(chunk);
    }, 1);
    const [response] = (await once(upload, 'response')) as [{ readonly statusCode: number }];
    clearInterval(timer);
    upload.destroy();
    expect(response.statusCode).toBe(413);
    expect(sent).toBeGreaterThan(1_900_000);
    expect((await load()).status).toBe('ok');
  });

  test.each([
    ['with its length', (body: string): string => body],
    ['in pieces', (body: string): ReadableStream => new Blob([body]).stream()],
  ])('a client that sends all of a body that is too large first still reads the answer: %s', async (_, make) => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        fetch(`${shared.service.url}/api/extract`, {
          method: 'POST',
          headers: { 'content-type': 'text/plain' },
          body: make('x'.repeat(6_000_000)),
          duplex: 'half',
        } as RequestInit),
      ),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ code: 'E_BODY_SIZE' });
    }
  });

  test.each([
    ['garbage', 'GARBAGE\r\n\r\n', 400, 'E_REQUEST'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'E_HEADERS',
    ],
  ])('answers %s', async (_name, bytes, status, code) => {
    const { hostname, port } = new URL(shared.service.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks).toString();
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      status,
      code,
      hint: expect.stringMatching(/\S/),
    });
  });

  test('cannot be started twice on one port, nor open to others without a token', async () => {
    const port = Number(new URL(shared.service.url).port);
    await expect(start({}, port)).rejects.toMatchObject({
      code: 'E_LISTEN',
      message: expect.stringContaining('in use'),
    });
    const open = {
      host: '0.0.0.0',
      port: 0,
      models: ['guidelines-ru'],
      workers: 1,
      threads: 1,
      limits: defaultLimits,
    };
    const rest = { origins: [], version: '0', logLevel: 'silent', logTo: { write: () => {} } };
    await expect(startService({ ...open, ...rest })).rejects.toMatchObject({ code: 'E_TOKEN' });
    await expect(
      startService({ ...open, ...rest, host: 'localhost', models: ['nothing'] }),
    ).rejects.toBeInstanceOf(UserError);
    expect((await load()).status).toBe('ok');
  });

  test('the log has no text of any document', () => {
    expect(JSON.stringify(shared.lines)).not.toMatch(/цитарабин|ритуксимаб/i);
  });
});

describe('a service that is told to stop', () => {
  test('finishes what it accepted, takes nothing new, ends its processes', async () => {
    const { service, lines } = await start();
    const long = send('/api/extract', { text: longText(1, 1500) }, service);
    await eventually(() => lines.some(({ msg }) => msg === 'batch')).toBe(true);
    const stopped = service.stop();
    const refused = await send('/api/extract', { text: 'a' }, service);
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'E_STOPPING' }),
    ]);
    const answer = await long;
    expect(((await answer.json()) as DocumentResult).summary.sentences).toBe(1500);
    expect(await stopped).toBe(true);
    await expect(send('/api/extract', { text: 'a' }, service)).rejects.toThrow();
    const pids = lines.filter(({ msg }) => msg === 'worker-ready').map(({ pid }) => pid!);
    await eventually(() => pids.filter(isRunning)).toEqual([]);
  });

  test('gives up what does not end in time, and says so', async () => {
    const { service, lines } = await start({ stopSeconds: 0.2 });
    const long = send('/api/extract', { text: longText(1, 6000) }, service);
    await eventually(() => lines.some(({ msg }) => msg === 'batch')).toBe(true);
    const stopped = service.stop();
    expect((await long).status).toBe(503);
    expect(await stopped).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
