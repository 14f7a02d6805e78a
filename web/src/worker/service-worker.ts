/** Keeps the files of the page in the browser, so that it opens without a network after the first visit. */

/** What is used of a service worker; the types of pages do not know it. */
interface ServiceWorkerScope {
  readonly registration: { readonly scope: string };
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}
interface WorkerEvent {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

/** Put in by the build: the files, relative to the page, and a name that changes with them. */
declare const __W2NER_FILES__: readonly string[];
declare const __W2NER_VERSION__: string;

const scope = self as unknown as ServiceWorkerScope;
const prefix = `w2ner ${new URL(scope.registration.scope).pathname} `;
const cacheName = prefix + __W2NER_VERSION__;

scope.addEventListener('install', (event) => {
  event.waitUntil(keepFiles().then(() => scope.skipWaiting()));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(dropOld().then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(scope.registration.scope)) return;
  event.respondWith(request.mode === 'navigate' ? newestPage(request) : keptFile(request));
});

/** Files carry a digest of their content in their names: those that an older version kept are the same. */
async function keepFiles(): Promise<void> {
  const cache = await caches.open(cacheName);
  for (const file of __W2NER_FILES__) {
    const address = new URL(file, scope.registration.scope).href;
    const old = /^(?:assets|models|runtime)\//.test(file) ? await caches.match(address) : undefined;
    await (old === undefined ? cache.add(address) : cache.put(address, old));
  }
}

async function dropOld(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name);
  }
}

/** The page as the server has it now, or as it was kept when there is no network. */
async function newestPage(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = await caches.open(cacheName);
    const kept =
      (await cache.match(request, { ignoreSearch: true })) ?? (await cache.match(scope.registration.scope));
    if (kept === undefined) throw error;
    return kept;
  }
}

async function keptFile(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(request)) ?? fetch(request);
}
