/** Documents that come in: what of a request reaches the analyst, and what is turned away. */
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/errors.ts';
import { Problem } from './problems.ts';
import { problemSchema } from './schemas.ts';
import { eventually, fakeService } from './testing.ts';

const jsonType = { 'content-type': 'application/json' };
const post = (
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = jsonType,
): RequestInit => ({
  method: 'POST',
  body,
  headers,
});
const json = (value: unknown): RequestInit => post(JSON.stringify(value));
const form = (fields: Readonly<Record<string, string | File | readonly (string | File)[]>>): RequestInit => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat() as (string | File)[]) data.append(name, one);
  }
  return { method: 'POST', body: data };
};
const file = (name: string, content = 'Диагноз.', type = ''): File => new File([content], name, { type });
const stream = (chunks: readonly string[]): RequestInit => ({
  ...post(new Blob([...chunks]).stream(), { 'content-type': 'text/plain' }),
  duplex: 'half',
});

/** Requests, and what the analyst is asked then. */
const good: readonly (readonly [name: string, path: string, init: RequestInit, order: object])[] = [
  ['a text', '', json({ text: 'Рак' }), { name: 'text.txt', content: 'Рак', model: 'small', output: 'json' }],
  ['an empty text', '', json({ text: '' }), { content: '' }],
  ['a text with a name', '', json({ text: '# a', name: 'x/../a.md' }), { name: 'a.md', content: '# a' }],
  [
    'every field',
    '',
    json({
      text: 'a',
      format: 'html',
      model: 'other',
      types: ['drug', 'proc'],
      min_score: 0.5,
      output: 'csv',
    }),
    { format: 'html', model: 'other', types: ['DRUG', 'PROCEDURE / TEST'], minScore: 0.5, output: 'csv' },
  ],
  [
    'fields in the address',
    '?types=drug,dosage&min_score=0,5&model=other',
    json({ text: 'a' }),
    { types: ['DRUG', 'DOSAGE'], minScore: 0.5, model: 'other' },
  ],
  ['the body wins over the address', '?model=other', json({ text: 'a', model: 'small' }), { model: 'small' }],
  [
    'a file in a form',
    '',
    form({ file: file('б.md'), types: ['drug', 'dosage'], min_score: '1' }),
    { name: 'б.md', content: 'Диагноз.', types: ['DRUG', 'DOSAGE'], minScore: 1 },
  ],
  [
    'a file without extension, its type from the form',
    '',
    form({ file: file('blob', 'x', 'text/html') }),
    { name: 'blob', format: 'html' },
  ],
  [
    'a raw file',
    '?name=a%20b.pdf',
    post('%PDF', { 'content-type': 'application/pdf' }),
    { name: 'a b.pdf', content: '%PDF' },
  ],
  [
    'a raw file without a name',
    '',
    post('<p>', { 'content-type': 'text/html; charset=utf-8' }),
    { name: 'document.html' },
  ],
  [
    'a raw file whose name says nothing',
    '?name=a',
    post('<p>', { 'content-type': 'text/html' }),
    { name: 'a', format: 'html' },
  ],
  [
    'any bytes with a format',
    '?format=markdown',
    post('# a', { 'content-type': 'application/octet-stream' }),
    { format: 'markdown' },
  ],
  ['a body in pieces', '', stream(['Диа', 'гноз']), { content: 'Диагноз' }],
];

const bad: readonly (readonly [
  name: string,
  path: string,
  init: RequestInit,
  status: number,
  code: string,
  detail: RegExp,
])[] = [
  ['malformed JSON', '', post('{"text": '), 400, 'E_JSON', /not JSON/],
  ['JSON that is not UTF-8', '', post(new Uint8Array([0x22, 0xff, 0x22])), 400, 'E_JSON', /UTF-8/],
  ['no text', '', json({ name: 'a' }), 400, 'E_FIELD', /^text: is missing, expected a string$/],
  ['a list', '', json([1]), 400, 'E_FIELD', /^body: got an array of 1, expected an object$/],
  ['a misspelt field', '', json({ text: 'a', min_scor: 1 }), 400, 'E_FIELD', /^min_scor: is not known$/],
  ['a misspelt parameter', '?typs=a', json({ text: 'a' }), 400, 'E_FIELD', /^query typs: is not known$/],
  [
    'a score beyond 1',
    '',
    json({ text: 'a', min_score: 2 }),
    400,
    'E_FIELD',
    /^min_score: got 2, expected a number from 0 to 1$/,
  ],
  [
    'a score that is no number',
    '?min_score=x',
    json({ text: 'a' }),
    400,
    'E_FIELD',
    /^query min_score: got "x", expected a number from 0 to 1$/,
  ],
  [
    'a type that is no string',
    '',
    json({ text: 'a', types: ['drug', 1] }),
    400,
    'E_FIELD',
    /^types\[1\]: got 1, expected a string$/,
  ],
  ['an unknown type', '', json({ text: 'a', types: ['weather'] }), 400, 'E_TYPE', /weather/],
  ['an unknown model', '', json({ text: 'a', model: '/etc' }), 400, 'E_MODEL_NAME', /"\/etc"/],
  [
    'an unknown format',
    '',
    json({ text: 'a', format: 'odt' }),
    400,
    'E_FIELD',
    /^format: got "odt", expected one of "markdown", /,
  ],
  [
    'an unknown output',
    '',
    json({ text: 'a', output: 'xls' }),
    400,
    'E_FIELD',
    /^output: got "xls", expected one of "json", "csv"$/,
  ],
  [
    'a name without end',
    '',
    json({ text: 'a', name: 'n'.repeat(300) }),
    400,
    'E_FIELD',
    /^name: got "n{40}…", expected at most 255 characters$/,
  ],
  [
    'a form that is none',
    '',
    post('x', { 'content-type': 'multipart/form-data; boundary=a' }),
    400,
    'E_MULTIPART',
    /form/,
  ],
  [
    'a form without a file',
    '',
    form({ name: 'a.md' }),
    400,
    'E_FIELD',
    /^file: is missing, expected a file$/,
  ],
  [
    'a file elsewhere',
    '',
    form({ upload: file('a.md') }),
    400,
    'E_FIELD',
    /^upload: got a file, expected it in the field "file"$/,
  ],
  [
    'a file’s name',
    '',
    form({ file: 'a.md' }),
    400,
    'E_FIELD',
    /^file: got the text "a.md", expected a file$/,
  ],
  [
    'types as one string',
    '',
    json({ text: 'a', types: 'drug' }),
    400,
    'E_FIELD',
    /^types: got "drug", expected an array/,
  ],
  [
    'a score as a string',
    '',
    json({ text: 'a', min_score: '1' }),
    400,
    'E_FIELD',
    /^min_score: got "1", expected a number/,
  ],
  ['a record', '', json({ id: 1, mkb: 'C82', obj: { sections: [] } }), 400, 'E_FIELD', /^body: got a record/],
  ['two files', '', form({ file: [file('a.md'), file('b.md')] }), 400, 'E_ONE_FILE', /2 files/],
  [
    'a wrong content type',
    '',
    post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    'E_CONTENT_TYPE',
    /urlencoded/,
  ],
  ['no content type', '', post(new Uint8Array([1]), {}), 415, 'E_CONTENT_TYPE', /no content type/],
  [
    'a body that says it is too large',
    '',
    post('x'.repeat(2000), { ...jsonType, 'content-length': '2000' }),
    413,
    'E_BODY_SIZE',
    /larger than/,
  ],
  [
    'a body that grows too large',
    '',
    stream(['x'.repeat(900), 'x'.repeat(900)]),
    413,
    'E_BODY_SIZE',
    /larger than/,
  ],
];

describe('documents that come in', () => {
  test.each(good)('%s', async (_name, path, init, order) => {
    const { app, held } = fakeService();
    const response = await app.request(`/api/extract${path}`, init);
    expect(await response.json()).toMatchObject(order);
    expect([response.status, held.bytes]).toEqual([200, 0]);
  });

  test.each(bad)('%s', async (_name, path, init, status, code, detail) => {
    const { app, held, analyst } = fakeService({ limits: { bodyBytes: 1000 } });
    for (const route of ['/api/extract', '/api/jobs']) {
      const response = await app.request(
        route + path,
        init.body instanceof ReadableStream ? stream(['x'.repeat(2000)]) : init,
      );
      const problem = problemSchema.parse(await response.json());
      expect([response.status, problem.code]).toEqual([status, code]);
      expect(problem.detail).toMatch(detail);
      expect(problem.hint).toBeTruthy();
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    expect([held.bytes, analyst.orders.length]).toEqual([0, 0]);
  });

  test.each<[string, RequestInit, RegExp]>([
    ['a misspelt field', json({ txt: 'a' }), /^did you mean "text"\?$/],
    ['a field that resembles none', json({ text: 'a', language: 'ru' }), /^known: text, name, .*min_score$/],
    ['a misspelt format', json({ text: 'a', format: 'Markdwn' }), /^did you mean "markdown"\?$/],
    ['a wrong value', json({ text: 'a', min_score: 5 }), /^\/docs lists the fields/],
    ['a misspelt field of a form', form({ file: file('a.md'), fil: 'b' }), /^did you mean "file"\?$/],
    ['a record', json({ obj: { sections: [] } }), /file in a form.*"format": "rubricator"/],
  ])('%s: what to do', async (_name, init, hint) => {
    const response = await fakeService().app.request('/api/extract', init);
    expect(problemSchema.parse(await response.json()).hint).toMatch(hint);
  });

  test('no message repeats a document, however it came', async () => {
    const { app } = fakeService();
    const secret = 'Иванов '.repeat(1000);
    const fields = { text: [secret], model: secret, types: [secret], output: secret, [secret]: 1 };
    for (const body of [
      fields,
      { ...fields, text: 'a' },
      { text: 'a', model: secret },
      { text: 'a', types: ['Иванов '.repeat(280)] },
      [secret],
    ]) {
      const answer = await (await app.request('/api/extract', json(body))).text();
      expect(answer.length).toBeLessThan(1500);
    }
  });

  test('bodies together have a limit, which is free again when they are done', async () => {
    const { app, analyst } = fakeService({ atOnce: false, limits: { heldBytes: 100 } });
    const text = post('x'.repeat(60), { 'content-type': 'text/plain', 'content-length': '60' });
    const first = app.request('/api/extract', text);
    await eventually(() => analyst.orders.length).toBe(1);
    const refused = await app.request('/api/extract', text);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    analyst.orders[0]!.answer();
    expect((await first).status).toBe(200);
    const third = app.request('/api/extract', text);
    await eventually(() => analyst.orders.length).toBe(2);
    analyst.orders[1]!.answer();
    expect((await third).status).toBe(200);
  });

  test.each([
    [
      new UserError({ code: 'E_PDF_ENCRYPTED', message: 'a.pdf: is encrypted', hint: 'save it' }),
      422,
      'E_PDF_ENCRYPTED',
    ],
    [new UserError({ code: 'E_INPUT_TYPE', message: '.odt files cannot be read' }), 415, 'E_INPUT_TYPE'],
    [new Problem('E_TIMEOUT', 'reading it took more than 60 s'), 504, 'E_TIMEOUT'],
    [new Problem('E_BUSY', 'wait', { retryAfter: 7 }), 503, 'E_BUSY'],
  ])('what readers and limits say is passed on: %s', async (error, status, code) => {
    const { app, analyst, bugs } = fakeService({ atOnce: false });
    const answer = app.request('/api/extract', json({ text: 'a' }));
    await eventually(() => analyst.orders.length).toBe(1);
    analyst.orders[0]!.fail(error);
    const response = await answer;
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, code, detail: error.message });
    expect(response.headers.get('retry-after')).toBe(code === 'E_BUSY' ? '7' : null);
    expect(bugs).toEqual([]);
  });

  test('a bug tells its number and nothing else', async () => {
    const { app, analyst, bugs } = fakeService({ atOnce: false });
    const answer = app.request('/api/extract', json({ text: 'a' }));
    await eventually(() => analyst.orders.length).toBe(1);
    analyst.orders[0]!.fail(new TypeError('patient Ivanov is undefined'));
    const response = await answer;
    const text = await response.text();
    expect([response.status, text.includes('Ivanov'), bugs.length]).toEqual([500, false, 1]);
    expect(JSON.parse(text)).toMatchObject({ code: 'E_BUG', id: response.headers.get('x-request-id') });
  });

  test('a client that goes away stops its work', async () => {
    const { app, analyst, held } = fakeService({ atOnce: false });
    const client = new AbortController();
    const answer = app.request('/api/extract', { ...json({ text: 'abc' }), signal: client.signal });
    await eventually(() => analyst.orders.length).toBe(1);
    client.abort();
    expect((await answer).status).toBe(499);
    expect([analyst.orders[0]!.options.signal?.aborted, held.bytes]).toEqual([true, 0]);
  });

  test('other formats are saved, not shown, under the document’s name', async () => {
    const { app, analyst } = fakeService({ atOnce: false });
    const answer = app.request('/api/extract', json({ text: 'a', output: 'csv' }));
    await eventually(() => analyst.orders.length).toBe(1);
    analyst.orders[0]!.answer({ contentType: 'text/csv; charset=utf-8', fileName: 'лимфома "1".csv' });
    const { headers } = await answer;
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="_______ _1_.csv"; filename*=UTF-8''${encodeURIComponent('лимфома "1".csv')}`,
    );
  });
});
