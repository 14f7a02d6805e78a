/** `w2ner serve`: settings that are refused, and the program itself with its signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { eventually } from '../server/testing.ts';

/** Processes are started: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 240_000 });

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
});
afterEach(() => place.remove());

describe('serve refuses', () => {
  test.each([
    [['--port', '70000'], /--port: got 70000, expected at most 65535/],
    [['--port', 'x'], /--port: got "x"/],
    [
      ['--host', '0.0.0.0'],
      /--host 0\.0\.0\.0: other computers could use the service[\s\S]*hint: .*--token-file/,
    ],
    [['--token', 'short'], /--token: the token has to have at least 16 characters/],
    [['--token', 'with spaces in between'], /without spaces/],
    [['--token', 'x'.repeat(20), '--token-file', 'a'], /--token-file is given as well/],
    [['--token-file', 'nothing-here.txt'], /nothing-here\.txt: there is no such file/],
    [['--origin', 'ner.example.org'], /--origin: got "ner\.example\.org"/],
    [['--origin', 'https://ner.example.org/page'], /without a path/],
    [['--model', 'nothing'], /"nothing" is neither a folder nor a shipped model/],
    [['--log-level', 'loud'], /--log-level: got "loud"/],
    [['--host', '203.0.113.1', '--token', 'x'.repeat(20)], /does not belong to this computer/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await cli(['serve', '--port', '0', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('a token file without a good token, and one in the environment', async () => {
    const file = place.write('token.txt', '\n');
    expect((await cli(['serve', '--token-file', file])).stderr).toContain('at least 16');
    expect((await cli(['serve'], { env: { W2NER_TOKEN: 'short' } })).stderr).toContain(
      'W2NER_TOKEN: the token',
    );
  });
});

describe('the program', () => {
  const running: ChildProcess[] = [];
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
  });

  /** Starts the program from its sources. */
  const start = async (args: readonly string[]) => {
    const tsx = createRequire(import.meta.url).resolve('tsx');
    const main = resolve(import.meta.dirname, 'main.ts');
    const child = spawn(process.execPath, ['--import', tsx, main, 'serve', '--log-level', 'info', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      output.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output.err += chunk;
    });
    const closed = once(child, 'close');
    const ready = new Promise<void>((done) => {
      child.stdout.on('data', () => {
        if (output.out.includes('/docs')) done();
      });
    });
    await Promise.race([ready, closed]);
    return { child, output, closed, url: /http:\/\/\S+/.exec(output.out)?.[0] ?? '' };
  };

  test('serves, finishes what it accepted when it is told to stop, and leaves no process behind', async () => {
    const { child, output, closed, url } = await start(['--port', '0', '--timeout', '600']);
    const port = new URL(url).port;
    const second = await start(['--port', port]);
    const [code] = await second.closed;
    expect([code, second.output.out]).toEqual([2, '']);
    expect(second.output.err).toMatch(/the port is in use\n {2}hint: .*--port/);
    const text = Array.from({ length: 500 }, (_, i) => `Назначить ритуксимаб ${i} мг.`).join('\n\n');
    const answer = fetch(`${url}/api/extract`, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'text/plain' },
    });
    await eventually(
      async () =>
        ((await (await fetch(`${url}/health`)).json()) as { workers: { busy: number } }).workers.busy,
    ).toBeGreaterThan(0);
    child.kill('SIGTERM');
    expect((await answer).status).toBe(200);
    expect(await closed).toEqual([0, null]);
    expect(output.err).not.toContain('ритуксимаб');
    const pids = [...output.err.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids.length).toBeGreaterThan(2);
    await eventually(() => pids.filter(isRunning)).toEqual([]);
  });

  test('ends at once when it is told twice', async () => {
    const { child, output, closed, url } = await start(['--port', '0']);
    const text = Array.from({ length: 20_000 }, (_, i) => `Назначить ритуксимаб ${i} мг.`).join('\n\n');
    const answer = fetch(`${url}/api/extract`, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'text/plain' },
    });
    answer.catch(() => {});
    await eventually(
      async () =>
        ((await (await fetch(`${url}/health`)).json()) as { workers: { busy: number } }).workers.busy,
    ).toBeGreaterThan(0);
    child.kill('SIGINT');
    await eventually(() => output.err).toContain('"stopping"');
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    await expect(answer).rejects.toThrow();
    const pids = [...output.err.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
    await eventually(() => pids.filter(isRunning)).toEqual([]);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
