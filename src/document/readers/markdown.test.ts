/** Markdown: what becomes a block, what is left out, and that the short way gives what the parser gives. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { documentFromString } from '../from-string.ts';
import { joinLines } from '../lines.ts';
import type { Block } from '../types.ts';
import { readParsed } from './markdown-parsed.ts';
import { readPlain } from './markdown-plain.ts';

function read(text: string) {
  const document = documentFromString('проба.md', text, 'markdown');
  const blocks = [...document.blocks()];
  return { blocks, skipped: document.skipped, texts: blocks.map((block) => block.text) };
}

describe('blocks', () => {
  it('come in document order with their kinds', () => {
    const { blocks } = read(
      '# Заголовок\n\nАбзац.\n\n- один\n- два\n  - вложенный\n\n1. первый\n\nИтог\n====\n',
    );
    expect(blocks.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'heading: Заголовок',
      'paragraph: Абзац.',
      'list-item: один',
      'list-item: два',
      'list-item: вложенный',
      'list-item: первый',
      'heading: Итог',
    ]);
  });

  it('keep every table cell with its header, row and column', () => {
    const { blocks } = read(
      '| Препарат | Доза |\n|---|:-:|\n| **Каптоприл** | 25 мг |\n| | 5<br>мг |\n| а \\| б | > 3 |\n',
    );
    expect(blocks.map(({ kind, text, header, row, column }) => [kind, text, header, row, column])).toEqual([
      ['table-cell', 'Препарат', undefined, 0, 0],
      ['table-cell', 'Доза', undefined, 0, 1],
      ['table-cell', 'Каптоприл', 'Препарат', 1, 0],
      ['table-cell', '25 мг', 'Доза', 1, 1],
      ['table-cell', '5 мг', 'Доза', 2, 1],
      ['table-cell', 'а | б', 'Препарат', 3, 0],
      ['table-cell', '> 3', 'Доза', 3, 1],
    ]);
  });

  it('of a table longer than a piece keep header and row numbers', () => {
    const rows = Array.from({ length: 1500 }, (_, i) => `| препарат ${i} | ${i} мг |`).join('\n');
    const { blocks } = read(`| Препарат | Доза |\n|---|---|\n${rows}\n\nКонец.`);
    expect(blocks).toHaveLength(2 + 3000 + 1);
    const cell = blocks[2 + 2 * 1234 + 1]!;
    expect([cell.text, cell.header, cell.row, cell.column]).toEqual(['1234 мг', 'Доза', 1235, 1]);
  });
});

describe('text inside lines', () => {
  test.each([
    ['АД > 140 и < 90 мм рт. ст.', 'АД > 140 и < 90 мм рт. ст.'],
    ['5*10^9/л, ~ 3 см, ± 2 %, ≥ 18, ~5~', '5*10^9/л, ~ 3 см, ± 2 %, ≥ 18, ~5~'],
    ['> 18 лет', '> 18 лет'],
    ['>= 18 лет', '>= 18 лет'],
    ['> Цитата врача', 'Цитата врача'],
    ['+ 37 °C', '+ 37 °C'],
    ['Возраст\n> 18 лет', 'Возраст > 18 лет'],
    ['#преднизолон** в дозе, каптоприл**', '#преднизолон** в дозе, каптоприл**'],
    ['**важно**: *курс* ~~отменён~~ и `код`', 'важно: курс отменён и код'],
    ['гемо**гло**бин', 'гемоглобин'],
    ['&gt; 5&nbsp;мг &#8805; 3 &amp; &неизвестно;', '> 5 мг ≥ 3 & &неизвестно;'],
    ['5 \\* 3 \\> 1 \\_ \\\\', '5 * 3 > 1 _ \\'],
    ['[ссылка](http://a.ru "подпись") и ![рисунок 1](a.png)', 'ссылка и рисунок 1'],
    ['см. [приказ][1]\n\n[1]: http://a.ru', 'см. приказ'],
    ['доказано [12, 13] и [^1]', 'доказано [12, 13] и [^1]'],
    ['текст <b>жирный</b><br>дальше <ФИО> и <name>', 'текст жирный дальше <ФИО> и <name>'],
    ['<https://a.ru> и www.b.ru', 'https://a.ru и www.b.ru'],
    ['диагно\u00ADстика за\u0301мок и\u0306од', 'диагностика замок йод'],
    ['2020. Исследование начато', '2020. Исследование начато'],
    ['Показатель\n-', 'Показатель ¶ -'],
  ])('%s', (source, expected) => {
    expect(read(source).texts.join(' ¶ ')).toBe(expected);
  });
});

describe('what is left out', () => {
  it('is counted by kind', () => {
    const { texts, skipped } = read(
      'До.\n\n```js\nкод\n```\n\n    const a = 1;\n\n---\n\n<!-- нет\n\nнет -->\n\nПосле <i>конца</i>.',
    );
    expect(texts).toEqual(['До.', 'После конца.']);
    expect(skipped).toEqual({ code: 2, rule: 1, html: 3 });
  });

  it('does not include indented Russian prose', () => {
    expect(read('    Рекомендуется назначить\n    преднизолон внутрь.').texts).toEqual([
      'Рекомендуется назначить преднизолон внутрь.',
    ]);
  });

  it('does not include the text behind a fence or comment that nothing closes', () => {
    expect(read('До.\n\n```\nПосле.\n\nКонец.').texts.join(' ')).toContain('Конец.');
    expect(read('До.\n\n```\nПосле.\n\nКонец.').texts.join(' ')).toContain('После.');
    expect(read('До.\n\n<!-- После.\n\nКонец.').texts).toEqual(['До.', 'После.', 'Конец.']);
  });

  it('does not include the text of HTML blocks', () => {
    const { blocks } = read(
      '<table><tr><th>Доза</th></tr>\n<tr><td>5&nbsp;мг</td></tr></table>\n\n<div>Текст\n</div>',
    );
    expect(blocks.map(({ text, header }) => [text, header])).toEqual([
      ['Доза', undefined],
      ['5 мг', 'Доза'],
      ['Текст', undefined],
    ]);
  });
});

/** Blocks as the short way gives them, joined as the reader joins them. */
type ShortBlock = Pick<Block, 'kind' | 'text' | 'offsets'>;

function readShort(text: string): ShortBlock[] | undefined {
  return readPlain(text, 0, text.length)?.flatMap(({ kind, lines }): ShortBlock[] =>
    kind === 'heading'
      ? lines.map((line) => ({ kind, ...line }))
      : joinLines(lines, text).map((group) => ({
          kind: group.isItem ? ('list-item' as const) : kind,
          text: group.text,
          offsets: group.offsets,
        })),
  );
}

const fragment = fc.constantFrom(
  ...[
    '# ',
    '## ',
    '- ',
    '* ',
    '+ ',
    '1. ',
    '2) ',
    '12. ',
    '    ',
    '  ',
    '\n',
    '\n',
    '\n',
    ' ',
    ' ',
    '#',
    '*',
    '**',
    '_',
    '>',
    '<',
    '~',
    '|',
    '[1]',
  ],
  ...[
    'текст',
    'Слово',
    'преднизолон**',
    'АД > 140',
    '5*10^9',
    '& ',
    '\\',
    '(а)',
    '---',
    '=',
    '!',
    '#преднизолон',
    '\t',
    '\r\n',
    '• ',
    'диагно-',
  ],
);

describe('the short way', () => {
  it('gives what the parser gives', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 14 }), (fragments) => {
        const text = fragments.join('');
        const short = readShort(text);
        if (short === undefined) return;
        taken++;
        const parsed = readParsed(text, 0, text.length, {});
        expect(short.map(({ kind, text: t, offsets }) => [kind, t, [...offsets]])).toEqual(
          parsed.map(({ kind, text: t, offsets }) => [kind, t, [...offsets]]),
        );
      }),
      { numRuns: 4000 },
    );
    expect(taken).toBeGreaterThan(300);
  });
});
