/** PDF: reading order, paragraphs, tables, pages, what is left out, and files that are broken. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { segment } from '../../text/segment.ts';
import { documentFromBytes } from '../from-bytes.ts';
import { buildPdf, type PdfPageSpec, pdfLines } from '../testing.ts';

async function read(pages: readonly PdfPageSpec[]) {
  const document = await documentFromBytes('а.pdf', buildPdf(pages));
  const blocks = [...document.blocks()];
  for (const { text, offsets } of blocks)
    expect(document.source.slice(offsets[0]!, offsets[text.length]!)).toBe(text);
  return { document, blocks, texts: blocks.map(({ text }) => text) };
}

/** Characters are 5 points wide at size 10: this line is 475 points. */
const full = (start: string, width = 95): string =>
  `${start} ${'рекомендуется назначить лечение и наблюдать пациента в динамике далее '.repeat(3)}`
    .slice(0, width)
    .replace(/\s\S*$/, (rest) => 'а'.repeat(rest.length));

describe('paragraphs', () => {
  it('are parted by spacing, indents and room at the end of a line, hard wraps joined', async () => {
    const { texts } = await read([
      {
        texts: [
          ...pdfLines([full('Первый'), 'конец первого.', full('Второй'), full('идёт'), 'конец второго.']),
          ...pdfLines([full('Третий'), full('дальше')], { y: 680 }),
          ...pdfLines([full('Четвёртый', 90)], { y: 652, x: 85 }),
          ...pdfLines(['хвост четвёртого.'], { y: 638 }),
        ],
      },
    ]);
    expect(texts.map((text) => text.split(' ')[0])).toEqual(['Первый', 'Второй', 'Третий', 'Четвёртый']);
    expect(texts[0]).toMatch(/ конец первого\.$/);
    expect(texts[3]).toMatch(/ хвост четвёртого\.$/);
  });

  it('lose the hyphens that divide words, and keep those that belong to them', async () => {
    const { texts } = await read([
      {
        texts: pdfLines([
          `${full('Назначена', 88)} диагно-`,
          `стика. ${full('Врач-кардиолог', 76)} врача-`,
          'кардиолога.',
        ]),
      },
    ]);
    expect(texts[0]).toContain('диагностика.');
    expect(texts[0]).toContain('врача-кардиолога');
  });

  it('go on over pages, and know where each page begins', async () => {
    const { document, texts } = await read([
      { texts: pdfLines([full('Рекомендуется'), full('продолжить')]) },
      { texts: pdfLines(['терапию до года. Второе предложение.']) },
    ]);
    expect(texts).toHaveLength(1);
    expect(document.source.slice(document.pageStarts![1])).toMatch(/^терапию до года/);
    expect([...segment(document)].map(({ page }) => page)).toEqual([1, 2]);
  });

  it('of two columns are read one column after the other', async () => {
    const column = (name: string): string[] =>
      Array.from({ length: 8 }, (_, i) => full(`${name}${i + 1}`, 42));
    const { document } = await read([
      {
        texts: [
          { text: full('Заголовок над обеими колонками', 94), x: 60, y: 780 },
          ...pdfLines(column('левая'), { y: 750 }),
          ...pdfLines(column('правая'), { y: 750, x: 320 }),
        ],
      },
    ]);
    const order = [...document.source.matchAll(/(левая|правая)(\d)/g)].map((found) => found[0]);
    expect(order).toEqual([...column('левая'), ...column('правая')].map((line) => line.split(' ')[0]));
  });
});

describe('kinds', () => {
  it('are told by size, bold type, bullets and numbers', async () => {
    const { blocks } = await read([
      {
        texts: [
          { text: '1. Лечение', x: 200, y: 800, size: 16 },
          { text: 'Медикаментозная терапия', x: 60, y: 770, bold: true },
          ...pdfLines([full('Обычный'), 'текст абзаца.'], { y: 740 }),
          { text: 'УУР A, УДД 1', x: 60, y: 700, bold: true },
          { text: 'пункт с нарисованной точкой', x: 75, y: 680 },
          { text: '• пункт со знаком', x: 75, y: 666 },
          { text: '1) пункт с номером', x: 75, y: 652 },
        ],
        dots: [[66, 683]],
      },
    ]);
    expect(blocks.map(({ kind, level, text }) => `${kind}${level ?? ''} ${text.slice(0, 27)}`)).toEqual([
      'heading1 1. Лечение',
      'heading2 Медикаментозная терапия',
      expect.stringMatching(/^paragraph Обычный/),
      'paragraph УУР A, УДД 1',
      'list-item пункт с нарисованной точкой',
      'list-item пункт со знаком',
      'list-item пункт с номером',
    ]);
  });

  it('raised numbers do not run into the number before them', async () => {
    const { texts } = await read([
      {
        texts: [
          { text: 'Тромбоциты 100×10', x: 60, y: 700 },
          { text: '9', x: 145, y: 704, size: 6 },
          { text: '/л, доза 5 мг/м', x: 149, y: 700 },
          { text: '2', x: 224, y: 704, size: 6 },
        ],
      },
    ]);
    expect(texts).toEqual(['Тромбоциты 100×10^9/л, доза 5 мг/м2']);
  });
});

/** A ruled table with its upper left corner at (60, top), columns of 150 points, rows of 30. */
function ruled(
  rows: readonly (readonly string[])[],
  top: number,
): Required<Pick<PdfPageSpec, 'texts' | 'rules'>> {
  const columns = rows[0]!.length;
  const [right, bottom] = [60 + columns * 150, top - rows.length * 30];
  return {
    texts: rows.flatMap((row, r) =>
      row.flatMap((text, c) =>
        text.split('|').map((line, k) => ({ text: line, x: 65 + c * 150, y: top - r * 30 - 12 - k * 12 })),
      ),
    ),
    rules: [
      ...Array.from({ length: rows.length + 1 }, (_, r) => [60, top - r * 30, right, top - r * 30] as const),
      ...Array.from({ length: columns + 1 }, (_, c) => [60 + c * 150, top, 60 + c * 150, bottom] as const),
    ],
  };
}

describe('tables', () => {
  it('are read row by row and go on over pages, their repeated head left out', async () => {
    const head = ['Препарат', 'Доза'];
    const { blocks, document } = await read([
      { ...ruled([head, ['Каптоприл', 'по 25 мг внутрь два-три раза|в сутки']], 700) },
      { ...ruled([head, ['Эналаприл', '5 мг']], 800) },
    ]);
    expect(blocks.map(({ row, column, header, page, text }) => [row, column, header, page, text])).toEqual([
      [0, 0, undefined, 1, 'Препарат'],
      [0, 1, undefined, 1, 'Доза'],
      [1, 0, 'Препарат', 1, 'Каптоприл'],
      [1, 1, 'Доза', 1, 'по 25 мг внутрь два-три раза в сутки'],
      [2, 0, 'Препарат', 2, 'Эналаприл'],
      [2, 1, 'Доза', 2, '5 мг'],
    ]);
    expect(document.skipped).toEqual({ 'repeated table head': 1 });
  });

  it('stand between the paragraphs around them; a frame is no table', async () => {
    const table = ruled(
      [
        ['а', 'б'],
        ['в', 'г'],
      ],
      700,
    );
    const frame = [
      [50, 600, 500, 600],
      [50, 560, 500, 560],
      [50, 560, 50, 600],
      [500, 560, 500, 600],
    ] as const;
    const { blocks } = await read([
      {
        rules: [...table.rules, ...frame],
        texts: [
          { text: 'До таблицы.', x: 60, y: 740 },
          ...table.texts,
          { text: 'После таблицы, в рамке.', x: 60, y: 580 },
        ],
      },
    ]);
    expect(blocks.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'paragraph До таблицы.',
      'table-cell а',
      'table-cell б',
      'table-cell в',
      'table-cell г',
      'paragraph После таблицы, в рамке.',
    ]);
  });
});

describe('what is left out', () => {
  it('running heads, feet and page numbers, which are counted', async () => {
    const subjects = ['Ангина', 'Бронхит', 'Гастрит', 'Дерматит'];
    const { texts, document } = await read(
      subjects.map((subject, i) => ({
        texts: [
          { text: 'Клинические рекомендации 2024', x: 60, y: 815 },
          { text: `${subject}.`, x: 60, y: 600 },
          { text: `— ${i + 7} —`, x: 290, y: 30 },
        ],
        hasPicture: i === 0,
      })),
    );
    expect(texts).toEqual(subjects.map((subject) => `${subject}.`));
    expect(document.skipped).toEqual({ 'running line': 4, 'page number': 4, image: 1 });
  });

  it('not what only looks alike', async () => {
    const { texts } = await read([
      {
        texts: [
          { text: 'Таблица 1', x: 60, y: 815 },
          { text: '12', x: 290, y: 30 },
        ],
      },
      {
        texts: [
          { text: 'Раздел', x: 60, y: 815 },
          { text: '40', x: 290, y: 30 },
        ],
      },
    ]);
    expect(texts).toEqual(['Таблица 1', '12', 'Раздел', '40']);
  });
});

describe('a bad file', () => {
  const text = buildPdf([{ texts: [{ text: 'Текст.', x: 60, y: 700 }] }]);
  const encrypted = buildPdf(
    [{ texts: [{ text: 'Текст.', x: 60, y: 700 }] }],
    `/ID [<${'01'.repeat(16)}> <${'01'.repeat(16)}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 ` +
      `/O <${'02'.repeat(32)}> /U <${'03'.repeat(32)}> >>`,
  );

  test.each([
    [
      'image-only',
      buildPdf([{ hasPicture: true }, { hasPicture: true }]),
      'E_PDF_NO_TEXT',
      /a scan.*2 pages/,
    ],
    ['empty', buildPdf([{}]), 'E_PDF_NO_TEXT', /hold no text/],
    ['encrypted', encrypted, 'E_PDF_ENCRYPTED', /needs a password/],
    ['cut off', text.subarray(0, 700), 'E_PDF', /damaged or cut off/],
    ['nothing but a head', new TextEncoder().encode('%PDF-1.7\n'), 'E_PDF', /damaged or cut off/],
  ])('%s', async (_name, bytes, code, message) => {
    const error = await documentFromBytes('а.pdf', bytes).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, name: 'UserError' });
    expect((error as Error).message).toMatch(message);
  });

  it('too large in bytes, pages or text is refused', async () => {
    const pages = buildPdf([{}, {}, { texts: [{ text: 'Довольно длинный текст.', x: 60, y: 700 }] }]);
    await expect(documentFromBytes('а.pdf', pages, { limits: { richBytes: 100 } })).rejects.toThrow(
      /too large/,
    );
    await expect(documentFromBytes('а.pdf', pages, { limits: { pages: 2 } })).rejects.toThrow(
      /pages: found 3/,
    );
    await expect(documentFromBytes('а.pdf', pages, { limits: { characters: 5 } })).rejects.toThrow(
      /at most 5/,
    );
  });

  it('stops when told to, and tells how far it is', async () => {
    const bytes = buildPdf(
      Array.from({ length: 9 }, (_, i) => ({ texts: [{ text: `Стр${i}`, x: 60, y: 400 }] })),
    );
    const stop = new AbortController();
    const seen: number[] = [];
    const reading = documentFromBytes('а.pdf', bytes, {
      signal: stop.signal,
      onProgress: (done, total) => {
        expect(total).toBe(9);
        seen.push(done);
        if (done === 3) stop.abort(new Error('довольно'));
      },
    });
    await expect(reading).rejects.toThrow('довольно');
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it('with a name that lies is read by its content', async () => {
    expect((await documentFromBytes('а.txt', text)).source).toBe('Текст.');
    expect((await documentFromBytes('folder/а.md', text)).name).toBe('а.md');
    await expect(documentFromBytes('а.xyz', new TextEncoder().encode('а'))).rejects.toThrow(
      /\.xyz files cannot/,
    );
  });
});

const real = new URL('../../../../shared/data/documents/285_1.pdf', import.meta.url).pathname;

test.skipIf(!existsSync(real))(
  'a real guideline keeps its sections and tables',
  async () => {
    const document = await documentFromBytes('285_1.pdf', new Uint8Array(readFileSync(real)));
    const blocks = [...document.blocks()];
    const headings = blocks.filter(({ kind }) => kind === 'heading').map(({ text }) => text);
    for (const title of ['1. Краткая информация', '2. Диагностика', '3. Лечение', 'Список литературы'])
      expect(headings).toContain(title);
    expect(document.pageStarts).toHaveLength(32);
    expect(blocks.filter(({ kind }) => kind === 'table-cell').length).toBeGreaterThan(100);
    expect(document.problems).toBeUndefined();
  },
  180_000,
);
