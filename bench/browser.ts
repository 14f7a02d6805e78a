/** The page that works alone, in Chromium: time until the model is ready, sentences a second, memory: `npx tsx bench/browser.ts`. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { UserError } from '../src/base/errors.ts';
import { documentFromBytes } from '../src/document/from-bytes.ts';
import { analyzeDocument } from '../src/predict/analyze-document.ts';
import { loadModel } from '../src/predict/load.ts';
import {
  buildHarness,
  callHarness,
  hasChromium,
  openPage,
  removeHarness,
  serveFolder,
  startChromium,
} from '../test/web/browser-page.ts';
import { withFolder } from './common/batch-file.ts';
import { writeCorpus } from './common/corpus.ts';
import { describeMachine } from './common/machine.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { repository } from './common/paths.ts';
import { median, rounded, writeResult } from './common/results.ts';

/** What is aimed at. */
const aims = { ready_seconds: 5, sentences_per_second: 100 };

interface Measured {
  readonly threads: number;
  readonly ready_seconds: number;
  /** Processor time, which tells more where other programs run. */
  readonly ready_cpu_seconds: number;
  readonly sentences: number;
  readonly seconds: number;
  readonly cpu_seconds: number;
  /** Of the whole browser above what it had before the page opened. */
  readonly memory_mb: { readonly ready: number; readonly after: number };
}

/** What all of the browser's processes use: memory in MB (what they share is counted once), processor time in seconds. */
async function browserUse(browser: Browser): Promise<{ memory: number; cpu: number }> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const kilobytes = processInfo.map(({ id }) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0; // it has ended, or there is no /proc
    }
  });
  return {
    memory: kilobytes.reduce((sum, size) => sum + size, 0) / 1024,
    cpu: processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0),
  };
}

/** One visit with an empty cache: the page opens, the model loads, a document is tagged. */
async function visit(address: string, text: string): Promise<Measured> {
  const browser = await startChromium();
  try {
    await browser.newPage();
    const before = await browserUse(browser);
    const { page } = await openPage(browser, address);
    const { threads, milliseconds } = await callHarness(page, 'ready');
    const ready = await browserUse(browser);
    const { result, error } = await callHarness(page, 'analyze', 'corpus.md', text);
    if (result === undefined) throw new UserError({ code: error!.code, message: error!.message });
    const after = await browserUse(browser);
    return {
      threads,
      ready_seconds: rounded(milliseconds / 1000, 3),
      ready_cpu_seconds: rounded(ready.cpu - before.cpu, 3),
      sentences: distinctSentences(result.sentences),
      seconds: rounded(result.summary.seconds, 4),
      cpu_seconds: rounded(after.cpu - ready.cpu, 4),
      memory_mb: {
        ready: Math.round(ready.memory - before.memory),
        after: Math.round(after.memory - before.memory),
      },
    };
  } finally {
    await browser.close();
  }
}

/** Repeated sentences are answered once: they do not count. */
function distinctSentences(sentences: readonly { readonly sentence: readonly string[] }[]): number {
  return new Set(sentences.map(({ sentence }) => sentence.join(' '))).size;
}

/** Entities that differ, and the greatest difference of a score, over the sample documents. */
async function compareWithNode(page: Page, model: string) {
  const tagger = await loadModel(model, { threads: 1 });
  const samples = join(repository, 'samples');
  let [entities, differing, score] = [0, 0, 0];
  for (const name of readdirSync(samples).filter((file) => /\.(?:md|txt)$/.test(file))) {
    const bytes = new Uint8Array(readFileSync(join(samples, name)));
    const node = await analyzeDocument(await documentFromBytes(name, bytes), tagger);
    const { result } = await callHarness(page, 'analyze', name, [...bytes]);
    for (const [i, { entities: expected }] of node.sentences.entries()) {
      const found = result!.sentences[i]!.entities;
      const key = ({ type, spans }: (typeof expected)[number]): string => `${type} ${JSON.stringify(spans)}`;
      const there = new Map(found.map((entity) => [key(entity), entity.score]));
      for (const entity of expected) {
        const same = there.get(key(entity));
        if (same === undefined) differing += 1;
        else score = Math.max(score, Math.abs(same - entity.score));
      }
      differing += Math.max(0, found.length - expected.length);
      entities += expected.length;
    }
  }
  await tagger.dispose();
  return { entities, differing, greatest_score_difference: rounded(score, 2) };
}

function folderMegabytes(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return rounded(
    entries.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) / 1e6,
    3,
  );
}

await runMain(async () => {
  const options = readOptions('The page that works alone, in Chromium.', {
    model: ['guidelines-ru', 'shipped model or model folder'],
    megabytes: [0.3, 'size of the document that is tagged'],
    threads: [1, 'threads inside an operator'],
    runs: [3, 'visits, each in a new browser; the median counts'],
    out: ['', 'result file; without it bench/results/browser.json'],
  });
  if (!hasChromium) {
    const hint = 'install it (apt-get install chromium), or set CHROMIUM to its path';
    throw new UserError({ code: 'E_BENCH', message: 'Chromium is not there', hint });
  }
  const machine = describeMachine();
  const folder = await buildHarness([options.model]);
  const server = await serveFolder(folder, '/', options.threads > 1);
  try {
    const text = await withFolder(async (place) => {
      const bytes = options.megabytes * 1e6;
      writeCorpus(join(repository, 'samples'), place, { bytes, documentBytes: bytes });
      return readFileSync(join(place, 'document-0001.md'), 'utf8');
    });
    const visits: Measured[] = [];
    const address = `${server.address}?threads=${options.threads}`;
    for (let run = 0; run < options.runs; run++) {
      visits.push(await visit(address, text));
      say(JSON.stringify(visits.at(-1)));
    }
    const middle = (of: (one: Measured) => number): number => rounded(median(visits.map(of)), 4);
    const measured = {
      threads: visits[0]!.threads,
      ready_seconds: middle((one) => one.ready_seconds),
      ready_cpu_seconds: middle((one) => one.ready_cpu_seconds),
      sentences: visits[0]!.sentences,
      sentences_per_second: middle((one) => one.sentences / one.seconds),
      sentences_per_cpu_second: middle((one) => one.sentences / one.cpu_seconds),
      memory_mb_ready: middle((one) => one.memory_mb.ready),
      memory_mb_after: middle((one) => one.memory_mb.after),
      visits,
    };
    const browser = await startChromium();
    const { page } = await openPage(browser, server.address);
    const equality = await compareWithNode(page, options.model);
    const chromium = browser.version();
    await browser.close();
    say(`against Node: ${JSON.stringify(equality)}`);
    const settings = { model: options.model, chromium, document_mb: options.megabytes, runs: options.runs };
    const result = { settings, aims, folder_mb: folderMegabytes(folder), ...measured, samples: equality };
    writeResult({ name: 'browser', machine, ...result }, options.out);
  } finally {
    await server.close();
    removeHarness(folder);
  }
});
