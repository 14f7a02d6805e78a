/** HTML: what becomes a block, what is left out, and what hostile markup costs. */
import { describe, expect, it, test } from 'vitest';
import { segment } from '../../text/segment.ts';
import { documentFromString } from '../from-string.ts';
import { defaultLimits } from '../limits.ts';

function read(html: string) {
  const document = documentFromString('проба.html', html, 'html');
  const blocks = [...document.blocks()];
  return { document, blocks, texts: blocks.map(({ text }) => text) };
}

describe('blocks', () => {
  it('come in document order with kinds, levels, sections and places', () => {
    const { document, blocks } = read(
      '<html><head><title>Ангина</title></head><body><h1>Лечение</h1>Вводный текст.<p>Абзац <b>о</b> дозе.</p>' +
        '<h3>Дозы</h3><ul><li>один<ul><li>вложенный</li></ul></li><li><p>два</p><p>ещё</p></li></ul>' +
        '<ol start="3"><li>третий</li></ol></body></html>',
    );
    expect(blocks.map(({ kind, text, level, section }) => [kind, level, section, text])).toEqual([
      ['heading', 1, 'Лечение', 'Лечение'],
      ['paragraph', undefined, 'Лечение', 'Вводный текст.'],
      ['paragraph', undefined, 'Лечение', 'Абзац о дозе.'],
      ['heading', 3, 'Дозы', 'Дозы'],
      ['list-item', undefined, 'Дозы', 'один'],
      ['list-item', undefined, 'Дозы', 'вложенный'],
      ['list-item', undefined, 'Дозы', 'два'],
      ['list-item', undefined, 'Дозы', 'ещё'],
      ['list-item', undefined, 'Дозы', 'третий'],
    ]);
    expect(document.source).toContain('\n3. третий');
    expect(document.metadata).toEqual({ title: 'Ангина' });
    for (const { text, offsets } of blocks)
      expect(document.source.slice(offsets[0]!, offsets[text.length]!)).toBe(text);
    expect([...segment(document)].map((sentence) => sentence.section)).toContain('Дозы');
  });

  test.each([
    ['гемо<b>гло</b>бин, гемо<wbr>глобин', 'гемоглобин, гемоглобин'],
    ['доза <i>5</i>&nbsp;мг &lt; 10&#8201;мг', 'доза 5 мг < 10 мг'],
    ['м<sup>2</sup>, 10<sup>9</sup>/л, CO<sub>2</sub>', 'м2, 10^9/л, CO2'],
    ['Назначают каптоприл<br>внутрь.', 'Назначают каптоприл внутрь.'],
    ['Первая строка.<br>Вторая строка.', 'Первая строка. ¶ Вторая строка.'],
    ['<div>один<div>два</div>три</div>', 'один ¶ два ¶ три'],
    ['<p>— пункт</p>', 'пункт'],
    ['<x-unknown>сам</x-unknown> по себе', 'сам ¶ по себе'],
    ['диагно&shy;стика за&#769;мок', 'диагностика замок'],
    ['<pre>первая.\nВторая</pre>', 'первая. ¶ Вторая'],
  ])('%s', (html, expected) => {
    expect(read(html).texts.join(' ¶ ')).toBe(expected);
  });
});

describe('tables', () => {
  const cells = (html: string) =>
    read(html).blocks.map(({ row, column, header, text }) => [row, column, header, text]);

  it('are read row by row, merged cells and headers understood', () => {
    const html =
      '<table><caption>Дозы</caption><thead><tr><th rowspan="2">Препарат</th><th colspan="2">Доза</th></tr>' +
      '<tr><th>дети</th><th>взрослые</th></tr></thead>' +
      '<tr><td>Каптоприл</td><td>5 мг</td><td><p>25 мг</p><p>2 раза</p></td></tr></table>';
    expect(cells(html)).toEqual([
      [undefined, undefined, undefined, 'Дозы'],
      [0, 0, undefined, 'Препарат'],
      [0, 1, undefined, 'Доза'],
      [1, 1, undefined, 'дети'],
      [1, 2, undefined, 'взрослые'],
      [2, 0, 'Препарат', 'Каптоприл'],
      [2, 1, 'Доза дети', '5 мг'],
      [2, 2, 'Доза взрослые', '25 мг'],
      [2, 2, 'Доза взрослые', '2 раза'],
    ]);
    expect(read(html).document.source).toContain('Каптоприл\t5 мг\t25 мг\n2 раза');
  });

  it('that only place things are read as text', () => {
    const { blocks } = read(
      '<table><tr><td>слева<table><tr><td>а</td><td>б</td></tr><tr><td>в</td><td>г</td></tr></table></td>' +
        '<td>справа</td></tr></table><table><tr><td>рамка</td></tr></table>',
    );
    expect(blocks.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'paragraph слева',
      'table-cell а',
      'table-cell б',
      'table-cell в',
      'table-cell г',
      'paragraph справа',
      'paragraph рамка',
    ]);
  });
});

describe('what is left out', () => {
  it('is counted by kind, and scripts never become text', () => {
    const { texts, document } = read(
      '<head><script>var a</script><style>b{}</style></head>До<!-- нет --><script>alert("нет")</script>' +
        '<img src="x" onerror="нет" alt="рисунок"><p hidden>нет</p><p style="color:red; display: none">нет</p>' +
        '<iframe src="x"></iframe><button>нет</button><noscript>без сценариев</noscript><p>После',
    );
    expect(texts).toEqual(['До', 'без сценариев', 'После']);
    expect(document.skipped).toEqual({ code: 3, comment: 1, image: 1, hidden: 2, embedded: 1, form: 1 });
  });
});

describe('hostile markup', () => {
  test.each([
    ['deep', '<div>'.repeat(5000), /more than 256 deep/],
    ['deep formatting', '<p>'.concat('<b a=1><i b=2><u>'.repeat(300)), /more than 256 deep/],
    ['endless', '<i>а</i><b>'.repeat(3), undefined],
  ])('%s is refused or read, and ends', (_name, html, message) => {
    if (message === undefined) expect(read(html).texts.join('')).toContain('а');
    else expect(() => read(html)).toThrow(message);
  });

  it('that multiplies is stopped', () => {
    const html = `${'<b a=1><i b=2>'.repeat(50)}${'<p>а'.repeat(2000)}`;
    const read = () =>
      documentFromString('а.html', html, 'html', { limits: { ...defaultLimits, nodes: 2000 } });
    expect(read).toThrow(/more than 2,000 HTML elements/);
  });

  it('in long lists and texts costs no more than its length', () => {
    const { blocks, document } = read(
      `<ol><li value="7">а${'<li>б'.repeat(50_000)}</ol>${'в г '.repeat(50_000)}`,
    );
    expect(blocks).toHaveLength(50_002);
    expect(document.source).toMatch(/^7\. а\n8\. б\n9\. б/);
  });
});
