/** Jobs over HTTP: states, events, results that are kept for a while, cancellation. */
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/errors.ts';
import { jobSchema } from './schemas.ts';
import { eventually, type FakeServiceOptions, fakeService } from './testing.ts';

const json = (value: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json' },
});

describe('jobs', () => {
  const start = async (options: FakeServiceOptions = {}) => {
    const service = fakeService({ atOnce: false, ...options });
    const response = await service.app.request('/api/jobs', json({ text: 'a' }));
    const accepted = (await response.json()) as { id: string; status_url: string; events_url: string };
    expect(response.status).toBe(202);
    return { ...service, ...accepted, open: service.analyst.orders[0]! };
  };
  const stateOf = async (response: Response) => jobSchema.parse(await response.json());

  test('run on their own, tell how far they are, and keep the result', async () => {
    const { app, status_url: url, open, id } = await start();
    expect(await stateOf(await app.request(url))).toEqual({
      id,
      state: 'queued',
      progress: 0,
      sentences: 0,
      entities: 0,
    });
    open.options.onProgress?.({ state: 'tagging', progress: 0.5, sentences: 7, entities: 9 });
    expect(await stateOf(await app.request(url))).toMatchObject({
      state: 'tagging',
      progress: 0.5,
      sentences: 7,
    });
    const early = await app.request(`${url}/result`);
    expect([early.status, await early.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'E_JOB_STATE' }),
    ]);
    open.answer({ body: new TextEncoder().encode('{"done":true}') });
    await eventually(async () => (await stateOf(await app.request(url))).state).toBe('done');
    for (let i = 0; i < 2; i++)
      expect(await (await app.request(`${url}/result`)).json()).toEqual({ done: true });
    expect((await app.request(url, { method: 'DELETE' })).status).toBe(200);
    expect((await app.request(url)).status).toBe(404);
  });

  test('tell events: the present state, changes, the end', async () => {
    const { app, events_url: url, open, id } = await start();
    const response = await app.request(url);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    open.options.onProgress?.({ state: 'reading', progress: 0.1, sentences: 0, entities: 0 });
    open.answer();
    const events = (await response.text()).trimEnd().split('\n\n');
    const parsed = events.map((event) => {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event)!;
      return [name, jobSchema.parse(JSON.parse(data!))];
    });
    expect(parsed).toEqual([
      ['progress', { id, state: 'queued', progress: 0, sentences: 0, entities: 0 }],
      ['progress', { id, state: 'reading', progress: 0.1, sentences: 0, entities: 0 }],
      ['done', { id, state: 'done', progress: 1, sentences: 2, entities: 3 }],
    ]);
    expect(await (await app.request(url)).text()).toMatch(/^event: done\n/);
  });

  test('fail with the problem that an answer would have had', async () => {
    const { app, events_url: events, status_url: url, open } = await start();
    open.fail(new UserError({ code: 'E_PDF', message: 'a.pdf: broken' }));
    expect(await (await app.request(events)).text()).toContain('event: failed\n');
    expect(await stateOf(await app.request(url))).toMatchObject({
      state: 'failed',
      error: { code: 'E_PDF', status: 422 },
    });
    expect((await app.request(`${url}/result`)).status).toBe(422);
  });

  test('can be cancelled', async () => {
    const { app, status_url: url, open, events_url: events, held } = await start();
    const listening = Promise.resolve(app.request(events)).then((response) => response.text());
    await new Promise((resolve) => setImmediate(resolve));
    expect(await stateOf(await app.request(url, { method: 'DELETE' }))).toMatchObject({ state: 'cancelled' });
    expect(open.options.signal?.aborted).toBe(true);
    expect(await listening).toContain('event: cancelled\n');
    expect((await app.request(`${url}/result`)).status).toBe(409);
    await eventually(() => held.bytes).toBe(0);
  });

  test('a listener that leaves does not end the job', async () => {
    const { app, events_url: events, status_url: url, open } = await start();
    await (await app.request(events)).body!.cancel();
    open.options.onProgress?.({ state: 'tagging', progress: 0.5, sentences: 1, entities: 1 });
    expect(await stateOf(await app.request(url))).toMatchObject({ state: 'tagging' });
  });

  test('finished ones are forgotten, the oldest first, when there are many or their results are large', async () => {
    const { app, analyst } = fakeService({ limits: { jobs: 2, resultBytes: 1000 } });
    const ids: string[] = [];
    for (const size of [10, 20, 30]) {
      const accepted = await app.request('/api/jobs', json({ text: 'x'.repeat(size) }));
      ids.push(((await accepted.json()) as { id: string }).id);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const statuses = await Promise.all(ids.map(async (id) => (await app.request(`/api/jobs/${id}`)).status));
    expect([statuses, analyst.orders.length]).toEqual([[404, 200, 200], 3]);
    const large = await app.request('/api/jobs', json({ text: 'x'.repeat(2000) }));
    const { status_url: url } = (await large.json()) as { status_url: string };
    await eventually(async () => (await stateOf(await app.request(url))).error?.code).toBe('E_RESULT_SIZE');
  });
});
