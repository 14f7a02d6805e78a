/** Addresses of the service, and where the page lies on disk. */
import { fileURLToPath } from 'node:url';

/** Paths that other files name. */
export const selfPath = { reference: '/docs', openapi: '/api/openapi.json' } as const;

/** The folder of the built page: `dist/web` of the package, both for `src/server` and for `dist/server`. */
export const webFolder = fileURLToPath(new URL('../../dist/web', import.meta.url));

/** A module of this folder that runs in a process of its own, with this file's extension. */
export function workerModule(name: 'reader-worker' | 'tagger-worker'): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url));
}
