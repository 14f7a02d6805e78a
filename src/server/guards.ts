/** Who may ask: the host and origin that a request names, and its token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { Problem } from './problems.ts';

/** Settings of the guards. */
export interface GuardOptions {
  /** Address that the service listens on. */
  readonly host: string;
  /** Origins of other pages that may use the service, for example `https://ner.example.org`. */
  readonly origins: readonly string[];
  /** What requests have to carry as `Authorization: Bearer …`. */
  readonly token?: string;
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** Whether an address is reached from this computer only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

const isWildcard = (host: string): boolean => ['0.0.0.0', '::', ''].includes(host);

/** A host as the Host header spells it. */
const headerName = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host).toLowerCase();

const withoutPort = (host: string): string => host.toLowerCase().replace(/:\d*$/, '');

/**
 * A check of the Host header: a page elsewhere whose name was made to point here (DNS rebinding) still sends that name.
 * A service that listens on all addresses takes every numeric address, which no one can make point elsewhere.
 */
export function createHostGuard({ host, origins }: GuardOptions): (request: Request) => void {
  const names = new Set([
    ...loopbackNames,
    headerName(host),
    ...origins.map((o) => withoutPort(new URL(o).host)),
  ]);
  const wildcard = isWildcard(host);
  if (wildcard) names.add(hostname().toLowerCase());
  const isServed = (name: string): boolean =>
    names.has(name) || (wildcard && isIP(name.replace(/^\[|\]$/g, '')) > 0);
  return (request) => {
    const named = request.headers.get('host') ?? new URL(request.url).host;
    if (isServed(withoutPort(named))) return;
    throw new Problem('E_HOST', `the request is for the host "${named}"`, {
      hint: `this service answers for ${[...names].join(', ')}; --origin adds another`,
    });
  };
}

/**
 * A check of the Origin header, which browsers send with requests of pages.
 * @returns the other origin that the answer may be shown to, if any
 */
export function createOriginGuard({ origins }: GuardOptions): (request: Request) => string | undefined {
  const allowed = new Set(origins.map((origin) => new URL(origin).origin));
  return (request) => {
    const origin = request.headers.get('origin');
    if (origin === null) return undefined;
    if (allowed.has(origin)) return origin;
    const host = request.headers.get('host') ?? new URL(request.url).host;
    if (URL.canParse(origin) && /^https?:/.test(origin) && new URL(origin).host === host.toLowerCase())
      return undefined;
    throw new Problem('E_ORIGIN', `pages of "${origin}" may not use this service`, {
      hint: `start it with --origin ${origin === 'null' ? 'https://…' : origin} to allow them`,
    });
  };
}

/** Headers that let another origin's page see an answer. */
export function corsHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'content-disposition, retry-after, x-entities-lost, x-request-id',
    vary: 'origin',
  };
}

/** The answer to a browser that asks beforehand. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '600',
    },
  });
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A check of the token; how long it takes says nothing about the token. */
export function createTokenGuard({ token }: GuardOptions): (request: Request) => void {
  if (token === undefined) return () => {};
  const expected = digest(token);
  return (request) => {
    const header = request.headers.get('authorization');
    const given = /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
    throw new Problem(
      'E_TOKEN',
      header === null ? 'the request has no token' : 'the token is not the right one',
      {
        hint: 'send the header "Authorization: Bearer <token>"',
        headers: { 'www-authenticate': 'Bearer realm="w2ner"' },
      },
    );
  };
}
