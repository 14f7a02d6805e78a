/** The service as a user starts it, and its page in Chromium. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** The built program. */
export const cli = resolve(import.meta.dirname, '../..', process.env.W2NER_CLI ?? 'dist/cli/main.js');

/** A service that runs. */
export interface RunningService {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the service with the default model. @throws when the program or the page was not built */
export async function startService(args: readonly string[] = []): Promise<RunningService> {
  const page = join(dirname(cli), '../web/index.html');
  if (!existsSync(cli) || !existsSync(page)) throw new Error(`${page} is missing: npm run build makes it`);
  const all = [cli, 'serve', '--port', '0', '--workers', '1', '--log-level', 'error', ...args];
  const child: ChildProcess = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const url = await new Promise<string>((listening, reject) => {
    child.once('exit', (code) => reject(new Error(`the service ended with code ${code}: ${output}`)));
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk;
      const found = /ready: (\S+)/.exec(output)?.[1];
      if (found !== undefined) listening(found);
    });
  });
  return {
    url,
    stop: async () => {
      child.removeAllListeners('exit');
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A page, and everything that went wrong on it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of its console, and addresses outside its origin. */
  readonly complaints: string[];
}

/** Opens the page in Russian, or as the options say. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 },
    locale: 'ru-RU',
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(?:blob:|data:)/.test(request.url()) && new URL(request.url()).origin !== url) {
      complaints.push(`asked ${request.url()}`);
    }
  });
  await page.goto(url);
  await page.locator('#main').waitFor();
  return { page, complaints };
}

/** Pastes a text and waits for its entities. */
export async function pasteText(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: /Вставьте текст|Paste text/ }).fill(text);
  await page.getByRole('button', { name: /Найти сущности|Find entities/ }).click();
  await page.locator('article .s').first().waitFor();
}

/** Opens files and waits for the last one's row to have a count. */
export async function uploadFiles(
  page: Page,
  files: readonly { readonly name: string; readonly mimeType?: string; readonly text: string }[],
): Promise<void> {
  await page
    .locator('input[type=file]')
    .setInputFiles(
      files.map(({ name, mimeType = 'text/plain', text }) => ({ name, mimeType, buffer: Buffer.from(text) })),
    );
  await page
    .locator('.document-row .count')
    .nth(files.length - 1)
    .waitFor();
}
