/** The table of routes: what each is for, what goes in and out, and what answers it. */
import { z } from '@hono/zod-openapi';
import type { Answer } from './analyst.ts';
import { jobEvents } from './events.ts';
import { fileTypes, readOrder } from './intake.ts';
import { describeKind, type ProblemCode, problemKinds } from './problems.ts';
import {
  acceptedSchema,
  documentResultSchema,
  healthSchema,
  jobSchema,
  modelsSchema,
  problemSchema,
  type RequestSchemas,
} from './schemas.ts';
import type { Services } from './services.ts';

/** A route. */
export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  /** With parameters in braces, as in OpenAPI. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Answered without a token. */
  readonly open?: boolean;
  /** Takes a document. */
  readonly takesDocument?: boolean;
  readonly success: {
    readonly status: number;
    readonly description: string;
    readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  };
  readonly problems: readonly ProblemCode[];
  answer(request: Request, services: Services, id: string): Response | Promise<Response>;
}

const json = (schema: z.ZodType) => ({ 'application/json': { schema } });

const jsonResponse = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });

/** What any request may be answered with, before anything looks at what it asks for. */
const guardProblems: readonly ProblemCode[] = [
  'E_REQUEST',
  'E_HOST',
  'E_ORIGIN',
  'E_REQUEST_TIMEOUT',
  'E_HEADERS',
];

/** What can be wrong with a request that brings a document, before it is worked on. */
const intakeProblems: readonly ProblemCode[] = [
  'E_JSON',
  'E_FIELD',
  'E_TYPE',
  'E_MODEL_NAME',
  'E_MULTIPART',
  'E_ONE_FILE',
  'E_BODY_SIZE',
  'E_CONTENT_TYPE',
  'E_BUSY',
  'E_STOPPING',
];

const workProblems: readonly ProblemCode[] = [
  'E_FORMAT',
  'E_INPUT_SIZE',
  'E_INPUT_TYPE',
  'E_DOCUMENT',
  'E_READER_CRASH',
  'E_WORKER',
  'E_BUG',
  'E_TIMEOUT',
];

/** All routes but the page's files. */
export const routes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/extract',
    tag: 'Documents',
    summary: 'Find the entities of a document',
    description:
      'Answers when the work is done. When the client goes away, the work stops. For long documents see `/api/jobs`.',
    takesDocument: true,
    success: {
      status: 200,
      description:
        'The document with its entities; another format where `output` says so, as a ZIP archive where that is several ' +
        'files. The header `X-Entities-Lost` counts entities that the format cannot hold.',
      content: json(documentResultSchema),
    },
    problems: [...intakeProblems, ...workProblems],
    answer: async (request, services) => {
      const { order, release } = await readOrder(request, services.intake);
      try {
        const answer = await services.analyst.analyze(order, { signal: request.signal });
        services.metrics.document(answer);
        return answerResponse(answer);
      } finally {
        release();
      }
    },
  },
  {
    method: 'post',
    path: '/api/jobs',
    tag: 'Jobs',
    summary: 'Start work on a document',
    description: 'Answers at once; the work goes on whether anyone listens or not.',
    takesDocument: true,
    success: { status: 202, description: 'Accepted.', content: json(acceptedSchema) },
    problems: intakeProblems,
    answer: async (request, services) => {
      const intake = await readOrder(request, services.intake);
      try {
        const { id } = services.jobs.start(intake);
        const url = `/api/jobs/${id}`;
        return jsonResponse({ id, status_url: url, events_url: `${url}/events` }, 202, { location: url });
      } catch (error) {
        intake.release();
        throw error;
      }
    },
  },
  {
    method: 'get',
    path: '/api/jobs/{id}',
    tag: 'Jobs',
    summary: 'How far a job is',
    success: { status: 200, description: 'Its state.', content: json(jobSchema) },
    problems: ['E_JOB'],
    answer: (_request, { jobs }, id) => jsonResponse(jobs.state(id)),
  },
  {
    method: 'get',
    path: '/api/jobs/{id}/events',
    tag: 'Jobs',
    summary: 'Follow a job',
    description:
      'Server-sent events `progress`, and at the end one of `done`, `failed`, `cancelled`; the data of each is the job’s ' +
      'state as JSON. The present state comes at once, and comments keep the connection open.',
    success: {
      status: 200,
      description: 'A stream of events.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    problems: ['E_JOB'],
    answer: (_request, { jobs }, id) => jobEvents(jobs, id),
  },
  {
    method: 'get',
    path: '/api/jobs/{id}/result',
    tag: 'Jobs',
    summary: 'The result of a job',
    success: {
      status: 200,
      description: 'The document with its entities, in the format that the job was started with.',
      content: json(documentResultSchema),
    },
    problems: ['E_JOB', 'E_JOB_STATE', 'E_RESULT_SIZE', ...workProblems, 'E_BUSY', 'E_STOPPING'],
    answer: (_request, { jobs }, id) => answerResponse(jobs.result(id)),
  },
  {
    method: 'delete',
    path: '/api/jobs/{id}',
    tag: 'Jobs',
    summary: 'Cancel a job',
    description: 'What is unfinished is cancelled, what is finished is forgotten.',
    success: { status: 200, description: 'Its state from now on.', content: json(jobSchema) },
    problems: ['E_JOB'],
    answer: (_request, { jobs }, id) => jsonResponse(jobs.remove(id)),
  },
  {
    method: 'get',
    path: '/api/models',
    tag: 'Service',
    summary: 'The models that are served',
    success: { status: 200, description: 'The models, the default one first.', content: json(modelsSchema) },
    problems: [],
    answer: (_request, { analyst }) =>
      jsonResponse({
        models: analyst.models.map(({ name, types, default: isDefault, bytes, f1 }) => ({
          name,
          types,
          default: isDefault,
          bytes,
          f1,
        })),
      }),
  },
  {
    method: 'get',
    path: '/health',
    tag: 'Service',
    summary: 'Whether the service works',
    description: 'The status is 503 while it is stopping, or a model has no process that is ready.',
    open: true,
    success: { status: 200, description: 'It works.', content: json(healthSchema) },
    problems: [],
    answer: (_request, services) => health(services),
  },
  {
    method: 'get',
    path: '/metrics',
    tag: 'Service',
    summary: 'Figures for Prometheus',
    success: {
      status: 200,
      description: 'Requests, latency, sentences, entities, queue, processes, batches.',
      content: { 'text/plain': { schema: z.string() } },
    },
    problems: [],
    answer: async (_request, { metrics }) =>
      new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
  },
];

function health({ analyst, version, stopping }: Services): Response {
  const { alive, busy, queue, ready } = analyst.load();
  const status = stopping() ? 'stopping' : ready ? 'ok' : 'degraded';
  const models = analyst.models.map(({ name }) => name);
  const body = { status, version, models, workers: { alive, busy }, queue };
  return jsonResponse(body, status === 'ok' ? 200 : 503);
}

/** A finished answer; what a browser would show as a page of this service is saved instead. */
function answerResponse({ body, contentType, fileName, lost }: Answer): Response {
  const headers = new Headers({ 'content-type': contentType, 'cache-control': 'no-store' });
  if (lost > 0) headers.set('x-entities-lost', String(lost));
  if (fileName !== undefined) {
    const plain = fileName.replace(/[^\x20-\x7e]|["\\]/g, '_');
    headers.set(
      'content-disposition',
      `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    );
  }
  return new Response(body as Uint8Array<ArrayBuffer>, { headers });
}

/** The parts of the API description that come from a route. */
export function describeRoute(route: Route, schemas: RequestSchemas) {
  const { success } = route;
  const byStatus = new Map<number, ProblemCode[]>();
  const problems: ProblemCode[] = [
    ...guardProblems,
    ...(route.open === true ? [] : (['E_TOKEN'] as const)),
    ...route.problems,
  ];
  for (const code of problems) {
    const { status } = problemKinds[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const failures = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${describeKind(code)}`).join(' '),
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  ]);
  const params = route.path.includes('{id}') ? z.object({ id: z.uuid() }) : undefined;
  const bodies = {
    'application/json': { schema: schemas.json },
    'multipart/form-data': { schema: schemas.form },
    ...Object.fromEntries(
      Object.keys(fileTypes).map((type) => [
        type,
        {
          schema: z
            .string()
            .openapi({ format: 'binary', description: 'The file as it is; see the query for its name.' }),
        },
      ]),
    ),
  };
  return {
    method: route.method,
    path: route.path,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.open === true ? { security: [] } : {}),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(route.takesDocument === true
        ? { query: schemas.strings, body: { required: true, content: bodies } }
        : {}),
    },
    responses: {
      [success.status]: { description: success.description, content: success.content },
      ...Object.fromEntries(failures),
    },
  };
}
