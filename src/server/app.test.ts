/** The rest of the routes: models, health, figures, stopping, the log, the reference. */
import { describe, expect, test } from 'vitest';
import { problemKinds } from './problems.ts';
import { routes } from './routes.ts';
import { healthSchema, modelsSchema } from './schemas.ts';
import { fakeService } from './testing.ts';

const json = (value: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json' },
});

describe('the application', () => {
  test('models, health, figures', async () => {
    const { app } = fakeService();
    await app.request('/api/extract', json({ text: 'a' }));
    const { models } = modelsSchema.parse(await (await app.request('/api/models')).json());
    expect(models.map(({ name, default: isDefault, f1 }) => [name, isDefault, f1])).toEqual([
      ['small', true, 0.5],
      ['other', false, null],
    ]);
    expect(healthSchema.parse(await (await app.request('/health')).json())).toMatchObject({
      status: 'ok',
      version: '1.2.3',
    });
    const figures = await (await app.request('/metrics')).text();
    expect(figures).toContain('w2ner_http_requests_total{route="/api/extract",method="POST",status="200"} 1');
    expect(figures).toContain('w2ner_entities_total 3');
    expect(figures).toContain('w2ner_workers_alive 2');
  });

  test('a service that stops takes nothing new, and still tells of what it has', async () => {
    let stopping = false;
    const { app } = fakeService({ stopping: () => stopping, atOnce: false });
    const accepted = await app.request('/api/jobs', json({ text: 'a' }));
    const { status_url: url } = (await accepted.json()) as { status_url: string };
    stopping = true;
    const refused = await app.request('/api/extract', json({ text: 'a' }));
    expect([refused.status, refused.headers.get('connection')]).toEqual([503, 'close']);
    expect(await refused.json()).toMatchObject({ code: 'E_STOPPING', hint: 'try again in 10 s' });
    expect((await app.request(url)).status).toBe(200);
    const health = await app.request('/health');
    expect([health.status, await health.json()]).toEqual([
      503,
      expect.objectContaining({ status: 'stopping' }),
    ]);
  });

  test('wrong methods and unknown addresses', async () => {
    const { app } = fakeService();
    const wrong = await app.request('/api/jobs/x', { method: 'PUT' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, DELETE']);
    expect(await wrong.json()).toMatchObject({ code: 'E_METHOD', hint: expect.stringContaining('/docs') });
    const unknown = await app.request('/api/nothing');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({
      code: 'E_NOT_FOUND',
      hint: expect.stringContaining('/docs'),
    });
  });

  test('the log has patterns and times, nothing of documents', async () => {
    const { app, log } = fakeService();
    await app.request('/api/extract?name=Ivanov.md', json({ text: 'Петров' }));
    await app.request('/api/jobs/Ivanov');
    expect(log).toMatchObject([
      { route: '/api/extract', method: 'POST', status: 200 },
      { route: '/api/jobs/{id}', method: 'GET', status: 404 },
    ]);
    expect(JSON.stringify(log)).not.toMatch(/Ivanov|Петров/);
  });

  test('the API description has every route, with its parameters, and resolves its own references', async () => {
    const { app } = fakeService({ guards: { token: 'correct-horse-battery' } });
    const description = (await (await app.request('/api/openapi.json')).json()) as {
      openapi: string;
      paths: Record<
        string,
        Record<
          string,
          {
            parameters?: { name: string }[];
            requestBody?: { content: object };
            responses: Record<number, { description: string }>;
          }
        >
      >;
      components: { schemas: Record<string, object>; securitySchemes: object };
    };
    expect(description.openapi).toBe('3.1.0');
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    const { extract } = { extract: description.paths['/api/extract']!.post! };
    expect(extract.parameters!.map(({ name }) => name)).toEqual([
      'name',
      'format',
      'model',
      'output',
      'types',
      'min_score',
    ]);
    expect(Object.keys(extract.requestBody!.content)).toContain('multipart/form-data');
    const statuses = Object.keys(extract.responses).map(Number);
    expect(statuses).toEqual([200, 400, 401, 403, 408, 413, 415, 422, 431, 500, 503, 504]);
    for (const code of ['E_EMPTY', 'E_PDF', 'E_RUBRICATOR']) {
      expect(extract.responses[422]!.description).toContain(`\`${code}\``);
    }
    const result = description.paths['/api/jobs/{id}/result']!.get!;
    expect(result.responses[413]!.description).toContain('`E_RESULT_SIZE`');
    const references = [...JSON.stringify(description).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      ([, name]) => name!,
    );
    expect(references).toContain('DocumentResult');
    expect(references.filter((name) => !(name in description.components.schemas))).toEqual([]);
    expect(description.components.securitySchemes).toEqual({ token: { type: 'http', scheme: 'bearer' } });
  });

  test('the reference shows every route, shape and problem, links that lead somewhere, and loads nothing', async () => {
    const { app } = fakeService();
    const response = await app.request('/docs');
    const page = await response.text();
    for (const { path } of routes) expect(page).toContain(`<code>${path}</code>`);
    for (const code of Object.keys(problemKinds)) expect(page).toContain(`id="${code}"`);
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const broken = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id).filter((id) => !ids.has(id));
    expect(broken).toEqual([]);
    expect(page).not.toMatch(/<script|src=|url\(|href="https?:/);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self' 'wasm-unsafe-eval'");
  });
});
