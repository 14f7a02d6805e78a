/** The page in Chromium with the real service: from opening a document to data that training takes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasChromium, startChromium } from './browser-page.ts';
import {
  cli,
  type OpenPage,
  openPage,
  pasteText,
  type RunningService,
  startService,
  uploadFiles,
} from './open-page.ts';

const advice =
  'Рекомендуется назначить цитарабин 100 мг/м2 два раза в сутки в течение 7 дней. ' +
  'Рекомендуются КТ и МРТ органов малого таза. Препарат противопоказан беременным.';

const guideline = `# Анемия у взрослых

## 1. Диагностика

- Рекомендуется выполнить общий анализ крови всем пациентам.

Уровень убедительности рекомендаций A (уровень достоверности доказательств – 2).

## 2. Лечение

| Препарат | Доза | Кратность |
|---|---|---|
| Сульфат железа | 100 мг | 2 раза в сутки |

Через 4 недели проводят контроль уровня гемоглобина; при <b>тошноте</b> дозу снижают до 50 мг.
`;

if (!hasChromium) {
  process.stderr.write(
    'tests of the page are left out: there is no Chromium (set CHROMIUM to its program)\n',
  );
}
test.runIf(process.env.W2NER_BROWSER_TESTS === 'required')('there is a Chromium', () => {
  expect(hasChromium).toBe(true);
});

describe.skipIf(!hasChromium)('the page', () => {
  let service: RunningService;
  let browser: Browser;
  let folder: string;
  let open: OpenPage;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'w2ner-page-'));
    [service, browser] = await Promise.all([startService(), startChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    open = await openPage(browser, service.url);
    page = open.page;
  });
  afterEach(async () => {
    await page.context().close();
    expect(open.complaints).toEqual([]);
  });

  const labels = () => page.locator('article .label').allInnerTexts();
  const label = (name: string) => page.locator('article .label', { hasText: name });
  const tab = (name: RegExp) => page.getByRole('tab', { name });
  const text = () => page.locator('article');
  /** Which words the text shows. Right after it changed none: in the first frame no part of it is rendered yet. */
  const holds = async (...words: string[]) => {
    const shown = await text().innerText();
    return words.map((word) => shown.includes(word));
  };
  const toolbar = () => page.getByRole('toolbar');

  async function save(fill?: () => Promise<unknown>): Promise<{ name: string; path: string }> {
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await fill?.();
    const [download] = await Promise.all([
      page.waitForEvent('download') as Promise<Download>,
      page.getByRole('button', { name: 'Скачать' }).click(),
    ]);
    const path = join(folder, `${Math.random().toString(36).slice(2)}-${download.suggestedFilename()}`);
    await download.saveAs(path);
    return { name: download.suggestedFilename(), path };
  }

  describe('documents', () => {
    test('a pasted text shows its entities, with names', async () => {
      await pasteText(page, advice);
      await expect.poll(labels).toEqual(expect.arrayContaining(['Препарат', 'Доза', 'Процедура', 'Частота']));
      expect(await page.locator('.document-row').innerText()).toMatch(/Вставленный текст/);
    });

    test('files: headings, tables, lists; each with its count', async () => {
      await uploadFiles(page, [
        { name: 'анемия.md', text: guideline },
        { name: 'b.txt', text: advice },
      ]);
      await page.locator('article .s').first().waitFor();
      await expect.poll(() => text().locator('h2').innerText()).toContain('Анемия');
      await expect
        .poll(() => text().locator('table th').allInnerTexts())
        .toEqual(['Препарат', 'Доза', 'Кратность'].map((name) => expect.stringContaining(name)));
      expect(await text().locator('li').count()).toBe(1);
      await page.locator('.document-name', { hasText: 'b.txt' }).click();
      await expect.poll(() => text().innerText()).toContain('цитарабин');
    });

    test('work is cancelled, and can be started again', async () => {
      const long = Array.from(
        { length: 30_000 },
        (_, i) => `Пациенту ${i} дают ${i} мг препарата № ${i}.`,
      ).join(' ');
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'long.txt', mimeType: 'text/plain', buffer: Buffer.from(long) });
      await page.locator('.waiting progress').waitFor();
      await page.locator('.waiting').getByRole('button', { name: 'Отмена' }).click();
      await expect.poll(() => page.locator('.waiting').innerText()).toContain('Прервано');
      await page.locator('.waiting').getByRole('button', { name: 'Повторить' }).click();
      await page.locator('.waiting progress').waitFor();
      await page.getByRole('button', { name: 'Прервать работу над «long.txt»' }).click();
    });

    test('what is wrong with a document is said', async () => {
      await page.locator('input[type=file]').setInputFiles({
        name: 'x.pdf',
        mimeType: 'application/pdf',
        buffer: Buffer.from('%PDF-1.4 broken'),
      });
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').innerText()).toContain('x.pdf');
      open.complaints.length = 0; // the browser tells of the refused request
    });

    test('HTML and scripts inside are text', async () => {
      const html = `<p>Дают цитарабин <script>globalThis.ran = 1</script><img src=x onerror="globalThis.ran = 2"></p>`;
      await uploadFiles(page, [
        { name: 'a.txt', text: `${html}\n<iframe src="javascript:globalThis.ran = 3"></iframe>` },
        { name: 'b.html', mimeType: 'text/html', text: html },
      ]);
      await expect.poll(() => text().innerText()).toContain('onerror=');
      expect(await text().locator('script, img, iframe').count()).toBe(0);
      await page.locator('.document-name', { hasText: 'b.html' }).click();
      await expect.poll(() => holds('цитарабин', 'onerror')).toEqual([true, false]);
      expect(await page.evaluate('globalThis.ran')).toBeUndefined();
    });

    test('a service with a token asks for it', async () => {
      await page.route('**/api/models', (route) =>
        route.request().headers().authorization === 'Bearer a-secret'
          ? route.continue()
          : route.fulfill({
              status: 401,
              contentType: 'application/problem+json',
              body: '{"code":"E_TOKEN"}',
            }),
      );
      await page.reload();
      await page.getByLabel('Ключ', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: 'Войти' }).click();
      await page.getByText('Этот ключ не подошёл.').waitFor();
      await page.getByLabel('Ключ', { exact: true }).fill('a-secret');
      await page.getByRole('button', { name: 'Войти' }).click();
      await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
      open.complaints.length = 0; // the browser tells of the refused requests
    });
  });

  describe('looking', () => {
    beforeEach(() => uploadFiles(page, [{ name: 'анемия.md', text: guideline }]));

    test('types, scores and sections are filtered', async () => {
      const before = (await labels()).length;
      const drugs = await label('Препарат').count();
      expect(drugs).toBeGreaterThan(0);
      await page.getByRole('checkbox', { name: /^Препарат/ }).uncheck();
      await expect.poll(async () => (await labels()).length).toBe(before - drugs);
      await page.getByRole('slider').fill('1');
      await expect.poll(async () => (await labels()).length).toBeLessThan(before - drugs);
      await page.getByRole('button', { name: 'Сбросить отбор' }).click();
      await expect.poll(async () => (await labels()).length).toBe(before);
      await page.getByLabel('Раздел').selectOption({ index: 3 });
      await expect.poll(() => holds('Сульфат', 'анализ')).toEqual([true, false]);
    });

    test('search goes from place to place', async () => {
      await page.keyboard.press('/');
      await page.getByRole('searchbox').fill('ДОЗ');
      await expect.poll(() => page.locator('.hits').innerText()).toBe('1 из 2');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.hits').innerText()).toBe('2 из 2');
      await page.getByRole('searchbox').fill('нет такого');
      await expect.poll(() => page.locator('.hits').innerText()).toBe('не найдено');
    });

    test('the table of entities is sorted and leads into the text', async () => {
      await tab(/Сущности/).click();
      const scores = async () =>
        (await page.locator('.entities .score').allInnerTexts()).map((score) =>
          Number(score.replace(',', '.')),
        );
      await page.getByRole('button', { name: 'Оценка' }).click();
      expect(await scores()).toEqual((await scores()).sort((a, b) => b - a));
      await page.locator('.row-button').first().focus();
      await page.keyboard.press('ArrowDown');
      await expect
        .poll(() =>
          page
            .locator('.row-button')
            .nth(1)
            .evaluate((row) => row.matches(':focus')),
        )
        .toBe(true);
      await page.keyboard.press('Enter');
      await expect.poll(() => tab(/Документ/).getAttribute('aria-selected')).toBe('true');
    });

    test('recommendations have their grades and lead into the text', async () => {
      await tab(/Рекомендации/).click();
      const thesis = page.locator('.thesis');
      expect(await thesis.count()).toBe(1);
      await expect
        .poll(() => thesis.innerText())
        .toMatch(/УУР A[\s\S]*УДД 2[\s\S]*общий анализ крови всем пациентам/);
      await thesis.getByRole('button', { name: /Показать в тексте/ }).click();
      await expect.poll(() => tab(/Документ/).getAttribute('aria-selected')).toBe('true');
    });

    test('charts are tables too', async () => {
      await tab(/Статистика/).click();
      await page.locator('.figure').first().getByRole('button', { name: 'Таблицей' }).click();
      expect(await page.locator('.figure').first().getByRole('row').count()).toBeGreaterThan(2);
    });

    test('language and colours are remembered', async () => {
      await page.getByRole('button', { name: 'Eng' }).click();
      await page.getByLabel('Colours').selectOption('dark');
      await tab(/Entities/).waitFor();
      expect(await label('Drug').count()).toBeGreaterThan(0);
      await page.reload();
      await page.getByRole('heading', { name: 'Medical entities in clinical guidelines' }).waitFor();
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
    });
  });

  /** Moves the word cursor and asks for the types. */
  async function openMenu(...keys: readonly string[]): Promise<void> {
    for (const key of [...keys, 'Enter']) await page.keyboard.press(key);
    await page.getByRole('menu').waitFor();
  }

  describe('correcting', () => {
    beforeEach(() => pasteText(page, 'Ничего особенного здесь нет. Стол стоит у окна.'));
    const chosen = () => toolbar().locator('q').innerText();
    const corrections = () => toolbar().innerText();

    test('by keyboard: add, extend, retype, a further part, undo, redo, remove', async () => {
      await text().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowRight'); // over the sentence's end
      await expect.poll(chosen).toBe('Стол');
      await page.keyboard.press('Enter');
      await page.getByRole('menu').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect.poll(corrections).toContain('Доза');
      await page.keyboard.press('Alt+ArrowRight');
      await expect.poll(chosen).toBe('Стол стоит');
      await page.keyboard.press('Digit5');
      await expect.poll(corrections).toContain('Процедура');
      await page.keyboard.press('Alt+ArrowLeft');
      await page.keyboard.press('KeyP');
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
      await expect.poll(chosen).toBe('Стол … окна');
      await page.keyboard.press('Control+KeyZ');
      await expect.poll(chosen).toBe('Стол');
      await page.keyboard.press('Control+KeyY');
      await expect.poll(chosen).toBe('Стол … окна');
      expect((await label('Процедура').allInnerTexts()).at(-1)).toContain('+');
      const before = (await labels()).length;
      await text().focus();
      await page.keyboard.press('Delete');
      await expect.poll(async () => (await labels()).length).toBe(before - 1);
    });

    test('by mouse: words are dragged over, a part is added, an entity is removed', async () => {
      const place = async (word: string): Promise<{ x: number; y: number }> => {
        const script = `(() => {
          for (const node of (function* (walker) { while (walker.nextNode()) yield walker.currentNode; })(
            document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT))) {
            const at = node.data.indexOf(${JSON.stringify(word)});
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at + 1);
            range.setEnd(node, at + 2);
            const { x, y, height } = range.getBoundingClientRect();
            return { x, y: y + height / 2 };
          }
        })()`;
        return (await page.evaluate(script)) as { x: number; y: number };
      };
      const drag = async (from: string, to: string): Promise<void> => {
        const [start, end] = [await place(from), await place(to)];
        await page.mouse.move(start.x, start.y);
        await page.mouse.down();
        await page.mouse.move(end.x, end.y, { steps: 4 });
        await page.mouse.up();
      };
      await drag('особенного', 'здесь');
      await expect.poll(chosen).toBe('особенного здесь');
      await page.getByRole('menuitem', { name: /Препарат/ }).click();
      await expect.poll(() => label('Препарат').allInnerTexts()).toEqual([expect.stringContaining('+')]);
      await toolbar().getByRole('button', { name: 'Добавить часть' }).click();
      const { x, y } = await place('Ничего');
      await page.mouse.click(x, y);
      await expect.poll(chosen).toBe('Ничего особенного здесь');
      await toolbar().getByRole('button', { name: 'Левый край: на слово правее' }).click();
      await expect.poll(chosen).toBe('особенного здесь');
      await label('Препарат').click();
      await toolbar().getByRole('button', { name: 'Удалить' }).click();
      await expect.poll(() => label('Препарат').count()).toBe(0);
    });

    test('corrections survive a reload', async () => {
      await text().focus();
      await openMenu('ArrowRight');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await expect.poll(corrections).toContain('сохранено в браузере');
      await page.waitForTimeout(900); // they are written once nothing more was corrected for a moment
      await page.reload();
      await page.getByRole('button', { name: 'Восстановить' }).click();
      await expect.poll(() => label('+').count()).toBe(1);
    });
  });

  describe('saving', () => {
    test('corrected data is what training takes', async () => {
      await pasteText(page, advice);
      await text().focus();
      await openMenu('ArrowRight', 'Shift+ArrowRight');
      for (const key of ['End', 'Enter']) await page.keyboard.press(key);
      const { name, path } = await save(() =>
        page.getByRole('radio', { name: /Данные для обучения/ }).check(),
      );
      expect(name).toBe('Вставленный текст.train.json');
      const records = JSON.parse(readFileSync(path, 'utf8')) as {
        sentence: string[];
        ner: { type: string; index: number[] }[];
      }[];
      expect(records).toHaveLength(3);
      expect(records[0]!.ner).toContainEqual({ type: 'SEVERITY/STAGE', index: [0, 1] });
      const { status, stdout } = spawnSync(process.execPath, [cli, 'validate', path], { encoding: 'utf8' });
      expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('3') });
    });

    test('results in several formats; an archive where that is several files', async () => {
      await uploadFiles(page, [{ name: 'анемия.md', text: guideline }]);
      const format = (value: string) => () => page.getByLabel('Формат', { exact: true }).selectOption(value);
      const json = JSON.parse(readFileSync((await save(format('json'))).path, 'utf8')) as {
        source_file: string;
      }[];
      expect(json[0]).toMatchObject({ source_file: 'анемия.md' });
      const csv = readFileSync((await save(format('csv'))).path, 'utf8');
      expect(csv).toMatch(/^\uFEFF[^\n]*;/);
      expect(csv).toContain('Сульфат железа');
      const brat = await save(format('brat'));
      expect(brat.name).toBe('анемия-brat.zip');
      expect(readFileSync(brat.path).subarray(0, 2).toString()).toBe('PK');
      expect(
        readFileSync((await save(format('parquet'))).path)
          .subarray(0, 4)
          .toString(),
      ).toBe('PAR1');
      const rows = await save(async () => {
        await page.getByRole('radio', { name: /Рекомендации/ }).check();
        await page.getByLabel('Формат', { exact: true }).selectOption('json');
      });
      expect(JSON.parse(readFileSync(rows.path, 'utf8'))).toMatchObject([{ strength: 'A', evidence: 2 }]);
    });

    test('what is filtered out stays out when asked', async () => {
      await pasteText(page, advice);
      await page.getByRole('button', { name: 'Ни одного' }).click();
      await page.getByRole('checkbox', { name: /^Доза/ }).check();
      const { path } = await save(() =>
        page.getByRole('checkbox', { name: /Только то, что показано/ }).check(),
      );
      const records = JSON.parse(readFileSync(path, 'utf8')) as { entities: { type: string }[] }[];
      expect([...new Set(records.flatMap(({ entities }) => entities.map(({ type }) => type)))]).toEqual([
        'DOSAGE',
      ]);
    });
  });

  describe('accessibility', () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const check = async (where: string): Promise<void> => {
      if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe);
      const found = (await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })`)) as {
        violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      const bad = found.violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${where}: ${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`);
      expect(bad).toEqual([]);
    };

    test.for(['light', 'dark'] as const)('no serious violation in any view, %s', async (colorScheme) => {
      await page.context().close();
      open = await openPage(browser, service.url, { colorScheme });
      page = open.page;
      await check('start');
      await uploadFiles(page, [
        { name: 'анемия.md', text: guideline },
        { name: 'b.txt', text: advice },
      ]);
      await check('document');
      await text().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await check('menu of types');
      await page.keyboard.press('Enter');
      await check('chosen entity');
      for (const name of [/Сущности/, /Рекомендации/, /Статистика/]) {
        await tab(name).click();
        await check(String(name));
      }
      await page.getByRole('button', { name: 'Сохранить' }).click();
      await check('export');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Открыть ещё' }).click();
      await check('opening');
    });
  });
});
