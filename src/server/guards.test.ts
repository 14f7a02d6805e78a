/** Who may ask: tokens, hosts, origins. */
import { describe, expect, test } from 'vitest';
import { routes } from './routes.ts';
import { type FakeServiceOptions, fakeService } from './testing.ts';

describe('who may ask', () => {
  const token = 'correct-horse-battery';
  const ask = (options: FakeServiceOptions, path: string, headers: Record<string, string>, method = 'GET') =>
    fakeService(options).app.request(path, { method, headers });

  test.each([
    [{}, 401],
    [{ authorization: 'Bearer wrong' }, 401],
    [{ authorization: token }, 401],
    [{ authorization: `Basic ${token}` }, 401],
    [{ authorization: `Bearer ${token}` }, 200],
    [{ authorization: `bearer ${token}` }, 200],
  ])('a token: %j', async (headers, status) => {
    for (const path of ['/api/models', '/metrics']) {
      const response = await ask({ guards: { token } }, path, headers);
      expect(response.status).toBe(status);
      expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="w2ner"' : null);
    }
    for (const path of ['/health', '/docs', '/api/openapi.json', '/'])
      expect((await ask({ guards: { token } }, path, headers)).status).toBe(200);
  });

  test('every route that hands out or takes documents wants it', async () => {
    const { app } = fakeService({ guards: { token } });
    for (const { path, method, open } of routes) {
      const { status } = await app.request(path, { method: method.toUpperCase() });
      expect([path, status]).toEqual([path, open === true ? 200 : 401]);
    }
  });

  test.each([
    ['127.0.0.1', 'localhost:8080', 200],
    ['127.0.0.1', '127.0.0.1', 200],
    ['127.0.0.1', '[::1]:8080', 200],
    ['127.0.0.1', 'evil.example', 403],
    ['127.0.0.1', '127.0.0.1.evil.example:8080', 403],
    ['127.0.0.1', '192.168.0.7', 403],
    ['192.168.0.7', '192.168.0.7:8080', 200],
    ['ner.local', 'NER.local:80', 200],
    ['0.0.0.0', '10.1.2.3:8080', 200],
    ['::', '[fe80::1]:8080', 200],
    ['0.0.0.0', 'evil.example', 403],
  ])('listening on %s, asked as %s', async (host, header, status) => {
    const response = await ask({ guards: { host } }, '/health', { host: header });
    expect(response.status).toBe(status);
  });

  const origins = ['https://ner.example.org'];
  test.each([
    ['http://localhost:8080', 200, null],
    ['https://ner.example.org', 200, 'https://ner.example.org'],
    ['http://ner.example.org', 403, null],
    ['http://localhost:9999', 403, null],
    ['null', 403, null],
    ['file://localhost:8080', 403, null],
  ])('a page of %s', async (origin, status, allowed) => {
    const headers = { origin, host: 'localhost:8080' };
    const response = await ask({ guards: { origins } }, '/api/models', headers);
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([status, allowed]);
  });

  test('browsers are told beforehand, the proxy’s host is known, others learn nothing', async () => {
    const guards = { origins, token };
    const headers = { origin: origins[0]!, host: 'ner.example.org', 'access-control-request-method': 'POST' };
    const allowed = await ask({ guards }, '/api/extract', headers, 'OPTIONS');
    expect([allowed.status, allowed.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'authorization, content-type',
    ]);
    const foreign = await ask(
      { guards },
      '/api/extract',
      { ...headers, origin: 'https://evil.example' },
      'OPTIONS',
    );
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });
});
