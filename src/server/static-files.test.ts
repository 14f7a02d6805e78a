/** The page's files: what is served, and what is not. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fakeService } from './testing.ts';

describe('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'w2ner-web-'));
  const web = join(folder, 'web');
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(web, 'index.html'), '<!doctype html><p>page');
  writeFileSync(join(web, 'assets/main-Ab12Cd34.js'), 'export {}');
  writeFileSync(join(web, 'assets/ort.wasm'), new Uint8Array([0, 97]));
  writeFileSync(join(web, '.secret'), 'x');
  writeFileSync(join(folder, 'outside.txt'), 'x');
  afterAll(() => rmSync(folder, { recursive: true }));
  const { app } = fakeService({ webFolder: web });

  test.each([
    ['/', 200, 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html', 200, 'text/html; charset=utf-8', 'no-cache'],
    [
      '/assets/main-Ab12Cd34.js',
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ],
    ['/assets/ort.wasm', 200, 'application/wasm', 'no-cache'],
    ['/.secret', 404, null, null],
    ['/assets', 404, null, null],
    ['/%2e%2e/outside.txt', 404, null, null],
    ['/..%2foutside.txt', 404, null, null],
    ['/..%5coutside.txt', 404, null, null],
    ['/%00', 404, null, null],
    ['/%zz', 404, null, null],
  ])('%s', async (path, status, type, cache) => {
    const { status: found, headers } = await app.request(path);
    expect(found).toBe(status);
    if (type !== null)
      expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([type, cache]);
    for (const [name, value] of [
      ['x-content-type-options', 'nosniff'],
      ['cross-origin-opener-policy', 'same-origin'],
      ['cross-origin-embedder-policy', 'require-corp'],
    ] as const) {
      expect(headers.get(name)).toBe(value);
    }
  });

  test('is not sent again when it has not changed', async () => {
    const first = await app.request('/');
    expect(await first.text()).toContain('page');
    const again = await app.request('/', { headers: { 'if-none-match': first.headers.get('etag')! } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test('says how to build it when it is missing', async () => {
    const response = await fakeService().app.request('/');
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('npm run build')]);
  });
});
