/** Builds the page that works alone around the harness, serves it as plain files, and opens it in Chromium. */
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import type { Harness } from './harness-calls.ts';

/** Chromium's program; Debian's when the environment names none. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);

const repository = resolve(import.meta.dirname, '../..');
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Builds into a new folder. @param models names or folders of models, the default one first */
export async function buildHarness(models = ['guidelines-ru']): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'w2ner-page-'));
  const before = process.env.W2NER_STATIC_MODELS;
  process.env.W2NER_STATIC_MODELS = models.join();
  try {
    await build({
      configFile: join(repository, 'vite.config.ts'),
      root: join(repository, 'web'),
      mode: 'browser',
      logLevel: 'error',
      build: {
        outDir: folder,
        emptyOutDir: true,
        rollupOptions: {
          input: { harness: join(repository, 'web/src/engine/testing.ts') },
          output: { entryFileNames: '[name].js' },
        },
      },
    });
  } finally {
    if (before === undefined) delete process.env.W2NER_STATIC_MODELS;
    else process.env.W2NER_STATIC_MODELS = before;
  }
  const html = [
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="./icon.svg">',
    '<script type="module" src="./harness.js"></script>',
  ].join('');
  writeFileSync(join(folder, 'index.html'), html);
  return folder;
}

/** Removes what {@link buildHarness} made. */
export const removeHarness = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** A server that does nothing but hand out files. */
export interface FileServer {
  /** Address of the folder, with a slash at the end. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves a folder under a path.
 * @param isolated whether pages are cut off from other origins, which threads need
 */
export async function serveFolder(folder: string, path = '/', isolated = false): Promise<FileServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const name = pathname.startsWith(path) ? decodeURIComponent(pathname.slice(path.length)) : '..';
    const file = join(folder, name === '' ? 'index.html' : name);
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': mediaTypes[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      ...(isolated
        ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
        : {}),
    });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${path}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Starts Chromium. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** A function of the page's harness, called from outside. */
export function callHarness<K extends keyof Harness>(
  page: Page,
  name: K,
  ...args: Parameters<Harness[K]>
): Promise<Awaited<ReturnType<Harness[K]>>> {
  return page.evaluate(
    ([call, given]) => {
      const { harness } = globalThis as unknown as {
        harness: Record<string, (...all: unknown[]) => unknown>;
      };
      return harness[call]!(...given);
    },
    [name, args] as const,
  ) as Promise<Awaited<ReturnType<Harness[K]>>>;
}

/** Opens a page, and notes every address that it or its workers ask for, and what they complain of. */
export async function openPage(browser: Browser, address: string) {
  const context = await browser.newContext();
  const page: Page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(address);
  await page.waitForFunction(() => 'harness' in globalThis);
  return { context, page, requests, complaints };
}
