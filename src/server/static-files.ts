/** The built page from its folder. */
import { createReadStream, type Stats, statSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Answers requests for files of a folder. */
export type StaticFiles = (request: Request) => Response | undefined;

/** Names that a bundler derived from the content, so that the file never changes. */
const hashed = /-[\w-]{8,}\.\w+$/;

/**
 * Serves a folder: nothing outside of it, and no hidden file.
 * @returns undefined where there is no such file
 */
export function createStaticFiles(folder: string): StaticFiles {
  return (request) => {
    const path = pathInside(folder, new URL(request.url).pathname);
    const stats = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    if (path === undefined || stats === undefined || !stats.isFile()) return undefined;
    const tag = entityTag(stats);
    const headers = new Headers({
      'content-type': mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
      'cache-control': hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: tag,
    });
    if (request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
    headers.set('content-length', String(stats.size));
    if (request.method === 'HEAD') return new Response(null, { headers });
    const stream = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    return new Response(stream, { headers });
  };
}

const entityTag = ({ size, mtimeMs }: Stats): string =>
  `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`;

function pathInside(folder: string, pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0') || decoded.split(/[/\\]/).some((part) => part.startsWith('.'))) return undefined;
  const path = normalize(join(folder, decoded.endsWith('/') ? `${decoded}index.html` : decoded));
  return path.startsWith(folder + sep) ? path : undefined;
}

/** What stands at `/` when the page was not built. */
export const missingPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>w2ner</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
  code { font-size: 0.9em; padding: 0.1em 0.3em; border-radius: 4px; background: light-dark(#eef0f3, #2a2e35) }
</style>
<h1>w2ner</h1>
<p>The service is running. Its page has not been built yet: run <code>npm run build</code> in the folder of w2ner, then load
this address again.</p>
<p>Programs can use it already: see the <a href="/docs">reference</a>.</p>
</html>
`;
