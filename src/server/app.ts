/** The service as one function from requests to answers: guards, routes, the page, errors. */
import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { UserError } from '../base/errors.ts';
import {
  corsHeaders,
  createHostGuard,
  createOriginGuard,
  createTokenGuard,
  type GuardOptions,
  preflight,
} from './guards.ts';
import { describeApi } from './openapi.ts';
import { selfPath } from './paths.ts';
import { Problem, problemResponse } from './problems.ts';
import { renderReference } from './reference-page.ts';
import { describeRoute, type Route, routes } from './routes.ts';
import type { Services } from './services.ts';
import { createStaticFiles, missingPage } from './static-files.ts';

/** What is written to the log: never a document's text or name. */
export interface RequestLog {
  request(entry: {
    readonly id: string;
    readonly method: string;
    /** The pattern, not the address. */
    readonly route: string;
    readonly status: number;
    readonly milliseconds: number;
  }): void;
  bug(error: unknown, id: string): void;
}

/** Settings of {@link createApp}. */
export interface AppOptions {
  readonly services: Services;
  readonly guards: GuardOptions;
  readonly log: RequestLog;
  /** Folder of the built page. */
  readonly webFolder: string;
}

interface Env {
  Variables: { readonly id: string; route: string };
}

/** What a browser may do with anything from here; pages run only what is served here, and WebAssembly. */
const pagePolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers of the API are data: opened as a page, they do nothing. */
const dataPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox";

const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/** The application; `app.fetch` answers. */
export function createApp({ services, guards, log, webFolder }: AppOptions): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>();
  app.use(observe(services, log));
  app.use(guard(services, guards));
  for (const route of routes) addRoute(app, route, services, createTokenGuard(guards));
  addReference(app, services, guards.token !== undefined);
  for (const [path, methods] of methodsByPath()) {
    app.all(path, (c) => {
      throw new Problem(
        'E_METHOD',
        `${c.req.method} is not possible here, expected ${methods.join(' or ')}`,
        { hint: seeReference, headers: { allow: methods.join(', ') } },
      );
    });
  }
  addPage(app, webFolder);
  app.notFound((c) =>
    problemResponse(
      new Problem('E_NOT_FOUND', `there is nothing at ${c.req.path}`, { hint: seeReference }),
      c.get('id'),
    ),
  );
  app.onError((error, c) => {
    if (c.req.raw.signal.aborted) return new Response(null, { status: 499 }); // nobody is there to read it
    const id = c.get('id');
    if (!(error instanceof Problem || error instanceof UserError)) log.bug(error, id);
    return problemResponse(error, id);
  });
  return app;
}

/** Numbers, times and counts requests, and adds the headers that all answers have. */
function observe({ metrics }: Services, log: RequestLog): MiddlewareHandler<Env> {
  return async (c, next) => {
    const started = performance.now();
    const id = randomUUID();
    c.set('id', id);
    c.set('route', 'none');
    await next();
    for (const [name, value] of Object.entries(commonHeaders)) c.res.headers.set(name, value);
    c.res.headers.set('x-request-id', id);
    const isPage = c.get('route') === 'page' || c.get('route') === selfPath.reference;
    c.res.headers.set('content-security-policy', isPage ? pagePolicy : dataPolicy);
    const milliseconds = performance.now() - started;
    const [method, route, status] = [c.req.method, c.get('route'), c.res.status];
    metrics.request(route, method, status, milliseconds / 1000);
    log.request({ id, method, route, status, milliseconds: Math.round(milliseconds * 10) / 10 });
  };
}

/** Turns away what may not come in. */
function guard({ stopping }: Services, options: GuardOptions): MiddlewareHandler<Env> {
  const checkHost = createHostGuard(options);
  const checkOrigin = createOriginGuard(options);
  return async (c, next) => {
    checkHost(c.req.raw);
    const origin = checkOrigin(c.req.raw);
    const asksBeforehand =
      c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined;
    if (origin !== undefined && asksBeforehand) c.res = preflight();
    else if (stopping() && c.req.method === 'POST') c.res = problemResponse(isStopping(), c.get('id'));
    else await next();
    for (const [name, value] of Object.entries(origin === undefined ? {} : corsHeaders(origin))) {
      c.res.headers.append(name, value);
    }
  };
}

const seeReference = `${selfPath.reference} lists what can be asked for, and how`;

const isStopping = (): Problem =>
  new Problem('E_STOPPING', 'the service is stopping and takes no new work', {
    retryAfter: 10,
    headers: { connection: 'close' },
  });

/** A path as the router spells it. */
const routerPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

function addRoute(
  app: OpenAPIHono<Env>,
  route: Route,
  services: Services,
  checkToken: (request: Request) => void,
): void {
  app.openAPIRegistry.registerPath(describeRoute(route, services.intake.schemas));
  app.on(route.method.toUpperCase(), routerPath(route.path), (c: Context<Env>) => {
    c.set('route', route.path);
    if (route.open !== true) checkToken(c.req.raw);
    return route.answer(c.req.raw, services, c.req.param('id') ?? '');
  });
}

/** The API description and the page made from it. */
function addReference(app: OpenAPIHono<Env>, services: Services, withToken: boolean): void {
  const description = describeApi(app, services.version, withToken);
  const page = renderReference(description);
  app.get(selfPath.openapi, (c) => {
    c.set('route', selfPath.openapi);
    return c.json(description);
  });
  app.get(selfPath.reference, (c) => {
    c.set('route', selfPath.reference);
    return c.html(page);
  });
}

function methodsByPath(): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  const all = [
    ...routes,
    { path: selfPath.openapi, method: 'get' },
    { path: selfPath.reference, method: 'get' },
  ];
  for (const { path, method } of all) {
    const key = routerPath(path);
    methods.set(key, [...(methods.get(key) ?? []), method.toUpperCase()]);
  }
  return methods;
}

function addPage(app: OpenAPIHono<Env>, webFolder: string): void {
  const files = createStaticFiles(webFolder);
  app.get('*', (c, next) => {
    const found = files(c.req.raw) ?? (c.req.path === '/' ? c.html(missingPage) : undefined);
    if (found === undefined) return next();
    c.set('route', 'page');
    return found;
  });
}
