/** The page with a long document, in Chromium: from upload to the text, frames while scrolling: `npx tsx bench/web.ts`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { describeMachine } from './common/machine.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { present, repository } from './common/paths.ts';
import { rounded, writeResult } from './common/results.ts';

/** Sentences of the document; numbers make each one new. */
const sentences: readonly ((n: number) => string)[] = [
  (n) => `Рекомендуется назначить цитарабин ${n} мг/м2 два раза в сутки в течение ${1 + (n % 9)} дней.`,
  (n) =>
    `Пациентам старше ${20 + (n % 60)} лет проводится КТ органов грудной клетки каждые ${1 + (n % 12)} месяцев.`,
  (n) => `При снижении клиренса креатинина ниже ${n % 90} мл/мин препарат противопоказан беременным и детям.`,
  (n) =>
    `Показаны КТ и МРТ органов брюшной полости и малого таза через ${1 + (n % 8)} недель после курса № ${n}.`,
  (n) => `Наблюдение у гематолога проводят ${1 + (n % 4)} раза в год; результат ${n} сравнивают с исходным.`,
];

/** A guideline in Markdown with headings, lists and tables. */
function longGuideline(words: number): string {
  const parts = ['# Рекомендации для измерений'];
  let count = 0;
  for (let n = 0; count < words; n++) {
    const sentence = sentences[n % sentences.length]!(n);
    if (n % 60 === 0) parts.push(`## ${1 + n / 60}. Раздел`);
    if (n % 60 === 30) {
      const rows = Array.from(
        { length: 6 },
        (_, row) => `| Препарат ${n + row} | ${n + row} мг | ${1 + row} раза в сутки |`,
      );
      parts.push(['| Препарат | Доза | Кратность |', '|---|---|---|', ...rows].join('\n'));
      count += 60;
    }
    parts.push(n % 3 === 0 ? `- ${sentence}` : sentence);
    count += sentence.split(/\s+/).length;
  }
  return parts.join('\n\n');
}

await runMain(async () => {
  const options = readOptions('The page with a long document.', {
    words: [50_000, 'words of the document'],
    seconds: [8, 'how long to scroll'],
    cli: [join(repository, 'dist/cli/main.js'), 'the built program'],
    chromium: [process.env.CHROMIUM ?? '/usr/bin/chromium', "Chromium's program"],
    note: ['', 'what a reader of the figures should know'],
    out: ['', 'result file; without it bench/results/web.json'],
  });
  const machine = describeMachine();
  const { child, url } = await startService(present(options.cli, 'build it with npm run build'));
  const browser = await chromium.launch({
    executablePath: present(options.chromium, 'install it, or name it with CHROMIUM'),
    args: ['--no-sandbox'],
  });
  try {
    const page = await (
      await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'ru-RU' })
    ).newPage();
    await page.goto(url);
    const shown = await measureUpload(page, longGuideline(options.words));
    await page.waitForTimeout(2000); // what came with the document is put away
    const scrolling = await measureScrolling(page, options.seconds);
    const answers = await measureAnswers(page);
    const { words, seconds, note } = options;
    const settings = { words, seconds, window: '1366×768', ...(note === '' ? {} : { note }) };
    const figures = { shown, scrolling, answers };
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    writeResult({ name: 'web', machine, settings, ...figures }, options.out);
  } finally {
    await browser.close();
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

async function startService(cli: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout!) {
    output += chunk;
    const url = /ready: (\S+)/.exec(output)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`the service did not start: ${output}`);
}

/** From the file to its text on the screen. */
async function measureUpload(page: Page, text: string) {
  const started = performance.now();
  await page.locator('input[type=file]').setInputFiles({
    name: 'long.md',
    mimeType: 'text/markdown',
    buffer: Buffer.from(text),
  });
  await page.locator('progress').first().waitFor();
  const progress = performance.now() - started;
  await page.locator('article .s').first().waitFor({ timeout: 600_000 });
  const seconds = rounded((performance.now() - started) / 1000, 3);
  const figures = (await page.evaluate(`({
    sentences: document.querySelectorAll('.s').length,
    entities: document.querySelectorAll('article .label').length,
    elements: document.querySelectorAll('*').length,
  })`)) as Record<string, number>;
  say(`shown after ${seconds} s`);
  return { seconds, progress_after_ms: Math.round(progress), ...figures };
}

/** Frames while the text moves by a tenth of the window each. */
async function measureScrolling(page: Page, seconds: number) {
  const times = (await page.evaluate(`new Promise((done) => {
    const view = document.querySelector('.scroller');
    const times = [];
    let last = performance.now();
    const end = last + ${seconds * 1000};
    const frame = (now) => {
      times.push(now - last);
      last = now;
      view.scrollTop += 70;
      if (now < end) requestAnimationFrame(frame);
      else done(times.slice(1));
    };
    requestAnimationFrame(frame);
  })`)) as number[];
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => rounded(sorted[Math.floor((sorted.length - 1) * share)]!, 3);
  const perSecond = rounded((1000 * times.length) / times.reduce((sum, time) => sum + time, 0), 3);
  say(`${perSecond} frames/s`);
  return { frames_per_second: perSecond, median_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) };
}

/** How long the page takes to answer, in milliseconds: until the second frame after an action. */
async function measureAnswers(page: Page) {
  const settle = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
  const timed = async (act: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await act();
    await page.evaluate(settle);
    return Math.round(performance.now() - started);
  };
  const filter = await timed(() => page.locator('.types input').nth(4).uncheck());
  const search = await timed(() => page.locator('#search-field').fill('креатинин'));
  const table = await timed(() => page.click('#tab-entities'));
  const back = await timed(() => page.click('#tab-document'));
  await page.locator('article .e').first().click();
  const remove = await timed(() => page.keyboard.press('Delete'));
  const undo = await timed(() => page.keyboard.press('Control+KeyZ'));
  return { filter, search, table, back, remove, undo };
}
