/** The page that works alone, in Chromium: its results are Node's, nothing leaves its origin, and it works without a network. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { documentFromBytes } from '../../src/document/from-bytes.ts';
import { buildPdf, buildZip, docxFiles, pdfLines, wordParagraph } from '../../src/document/testing.ts';
import { analyzeDocument } from '../../src/predict/analyze-document.ts';
import type { DocumentResult } from '../../src/predict/document-result.ts';
import { loadModel } from '../../src/predict/load.ts';
import type { Tagger } from '../../src/predict/types.ts';
import {
  buildHarness,
  callHarness,
  type FileServer,
  hasChromium,
  openPage,
  removeHarness,
  serveFolder,
  startChromium,
} from './browser-page.ts';

// Nothing here waits for a time to pass, but a machine that does other things may take long.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const samples = resolve(import.meta.dirname, '../../samples');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Documents in every format that a browser is given. */
const documents: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ...readdirSync(samples)
    .filter((name) => /\.(?:md|txt)$/.test(name))
    .map((name) => [name, new Uint8Array(readFileSync(join(samples, name)))] as const),
  [
    'doses.pdf',
    buildPdf([
      { texts: pdfLines(['Метформин назначают по 500 мг два раза в день.', 'Затем выполняют УЗИ почек.']) },
    ]),
  ],
  ['tests.docx', buildZip(docxFiles(wordParagraph('Рекомендуются КТ и МРТ органов малого таза.')))],
  [
    'page.html',
    bytesOf(
      '<!doctype html><html><body><h1>Лечение</h1><p>Эналаприл &laquo;утром&raquo; 10 мг/сут, контроль АД &ndash; ежедневно.</p></body></html>',
    ),
  ],
];

/** A result without what may differ: time, and digits of scores. */
function comparable(result: DocumentResult): unknown {
  const { seconds: _, ...summary } = result.summary;
  const sentences = result.sentences.map((sentence) => ({
    ...sentence,
    entities: sentence.entities.map(({ score: _score, ...entity }) => entity),
  }));
  return JSON.parse(JSON.stringify({ ...result, sentences, summary }));
}

const scoresOf = (result: DocumentResult): number[] =>
  result.sentences.flatMap(({ entities }) => entities.map(({ score }) => score));

describe.skipIf(!hasChromium)('the page that works alone', () => {
  let folder: string;
  let server: FileServer;
  let browser: Browser;
  let tagger: Tagger;
  beforeAll(async () => {
    folder = await buildHarness(['guidelines-ru', 'guidelines-ru-keywords']);
    server = await serveFolder(folder, '/under/a/path/');
    browser = await startChromium();
    tagger = await loadModel('guidelines-ru', { threads: 1 });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await tagger?.dispose();
    if (folder !== undefined) removeHarness(folder);
  });

  test('entities, places and scores are those of Node, and nothing is asked of another origin', async () => {
    const { page, requests, complaints, context } = await openPage(browser, server.address);
    let entities = 0;
    for (const [name, bytes] of documents) {
      const inNode = await analyzeDocument(await documentFromBytes(name, bytes), tagger);
      const { result, error, stages } = await callHarness(page, 'analyze', name, [...bytes]);
      expect(error, name).toBeUndefined();
      expect(comparable(result!), name).toEqual(comparable(inNode));
      const [here, there] = [scoresOf(result!), scoresOf(inNode)];
      for (const [i, score] of there.entries()) expect(Math.abs(here[i]! - score), name).toBeLessThan(5e-3);
      expect(stages.slice(-2), name).toEqual(['reading', 'tagging']);
      expect(inNode.summary.entities, name).toBeGreaterThan(0);
      entities += there.length;
    }
    expect(entities).toBeGreaterThan(500);
    expect(requests.some((address) => address.endsWith('.wasm'))).toBe(true);
    expect(requests.filter((address) => !address.startsWith(server.address))).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the second visit needs no network', async () => {
    const { page, context } = await openPage(browser, server.address);
    await page.evaluate(() => {
      const { navigator } = globalThis as unknown as {
        navigator: { serviceWorker: { ready: Promise<object> } };
      };
      return navigator.serviceWorker.ready.then(() => undefined);
    });
    await context.setOffline(true);
    await page.reload();
    await page.waitForFunction(() => 'harness' in globalThis);
    const { result, error } = await callHarness(page, 'analyze', 'а.txt', 'Назначен метформин 500 мг.');
    expect(error).toBeUndefined();
    expect(result!.sentences[0]!.entities.length).toBeGreaterThan(0);
    await context.close();
  });

  test('work is cancelled, and the next document is not held up', async () => {
    const { page, context } = await openPage(browser, server.address);
    await callHarness(page, 'ready');
    const long = Array.from({ length: 4000 }, (_, i) => `Назначен метформин ${i} мг.`).join('\n\n');
    expect(await callHarness(page, 'cancel', 'long.txt', long)).toMatchObject({ threw: 'AbortError' });
    const { result } = await callHarness(page, 'analyze', 'а.txt', 'Назначен метформин 500 мг.');
    expect(result!.sentences).toHaveLength(1);
    await context.close();
  });

  test('another model, and one that there is none of', async () => {
    const { page, context } = await openPage(browser, server.address);
    expect(await callHarness(page, 'models')).toMatchObject([
      { name: 'guidelines-ru', default: true },
      { name: 'guidelines-ru-keywords', default: false },
    ]);
    const text = 'Назначен метформин 500 мг два раза в день.';
    const other = await callHarness(page, 'analyze', 'а.txt', text, 'guidelines-ru-keywords');
    const own = await callHarness(page, 'analyze', 'а.txt', text);
    expect([other.result!.model, own.result!.model]).toEqual(['guidelines-ru-keywords', 'guidelines-ru']);
    const { error } = await callHarness(page, 'analyze', 'а.txt', text, 'large');
    expect(error).toMatchObject({ code: 'E_MODEL_NAME' });
    await context.close();
  });

  test('what is wrong with a document is said as everywhere', async () => {
    const { page, context } = await openPage(browser, server.address);
    const broken = await callHarness(page, 'analyze', 'a.pdf', [...bytesOf('%PDF-1.7 cut off')]);
    expect(broken.error).toMatchObject({ code: 'E_PDF', message: expect.stringContaining('a.pdf') });
    expect((await callHarness(page, 'analyze', 'a.xls', [1, 2, 3])).error).toMatchObject({
      code: 'E_INPUT_TYPE',
    });
    await context.close();
  });

  test('a folder without its model says what is missing', async () => {
    const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
      /guidelines-ru-[0-9a-f]+\/model\.safetensors$/.test(name),
    )!;
    const path = join(folder, file);
    renameSync(path, `${path}.away`);
    try {
      const { page, context } = await openPage(browser, server.address);
      const missing = await callHarness(page, 'analyze', 'а.txt', 'Текст.');
      expect(missing.error).toMatchObject({ code: 'E_NETWORK', message: expect.stringContaining(file) });
      writeFileSync(path, 'not weights');
      const broken = await callHarness(page, 'analyze', 'а.txt', 'Текст.');
      expect(broken.error).toMatchObject({ code: 'E_WEIGHTS' });
      renameSync(`${path}.away`, path); // tried anew, without loading the page again
      expect((await callHarness(page, 'analyze', 'а.txt', 'Текст.')).error).toBeUndefined();
      await context.close();
    } finally {
      if (readdirSync(join(path, '..')).includes('model.safetensors.away')) renameSync(`${path}.away`, path);
    }
  });
});
