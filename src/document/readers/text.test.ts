/** Plain text: where blocks end, which lines are joined, what becomes of hyphens. */
import { describe, expect, it, test } from 'vitest';
import { documentFromString } from '../from-string.ts';

function read(text: string) {
  const document = documentFromString('проба.txt', text, 'text');
  return { blocks: [...document.blocks()], skipped: document.skipped, source: document.source };
}

const texts = (text: string): string[] => read(text).blocks.map((block) => block.text);

describe('blocks', () => {
  test.each<[string, string[]]>([
    ['Первый абзац.\n\nВторой абзац.', ['Первый абзац.', 'Второй абзац.']],
    ['Первый абзац.\r\n\r\nВторой\r\nабзац.', ['Первый абзац.', 'Второй абзац.']],
    ['Конец страницы\fначало страницы', ['Конец страницы', 'начало страницы']],
    ['Показания:\n- боль;\n- отёк;\n• сыпь.', ['Показания:', 'боль;', 'отёк;', 'сыпь.']],
    ['1. Осмотр\n2. Анализ\nкрови\n10) КТ', ['Осмотр', 'Анализ крови', 'КТ']],
    ['а) первый\nб) второй', ['первый', 'второй']],
    ['1.2.3 Диагностика\nРекомендуется КТ.', ['1.2.3 Диагностика', 'Рекомендуется КТ.']],
    ['3.1.2. Рекомендуется КТ.', ['3.1.2. Рекомендуется КТ.']],
    ['ЛЕЧЕНИЕ ПАЦИЕНТОВ\nНазначают преднизолон.', ['ЛЕЧЕНИЕ ПАЦИЕНТОВ', 'Назначают преднизолон.']],
    ['До\n-----\nПосле', ['До', 'После']],
    ['Стоит 3 с\nКонтроль', ['Стоит 3 с', 'Контроль']],
    ['КФК — фермент\nмРНК — кислота', ['КФК — фермент', 'мРНК — кислота']],
    ['в сочетании с\nПреднизолоном', ['в сочетании с Преднизолоном']],
    ['> 18 лет', ['> 18 лет']],
    ['+ 37 °C', ['+ 37 °C']],
    ['5*10^9/л ** # <a>', ['5*10^9/л ** # <a>']],
  ])('%j', (text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  it('tell headings and items from paragraphs', () => {
    const kinds = read('ЛЕЧЕНИЕ ПАЦИЕНТОВ\n\n2.1 Диагностика\n\n- пункт\n\nАбзац.').blocks.map(
      (block) => block.kind,
    );
    expect(kinds).toEqual(['heading', 'heading', 'list-item', 'paragraph']);
  });

  it('take no grade of a recommendation for a heading', () => {
    const blocks = read('ЛЕЧЕНИЕ ПАЦИЕНТОВ\n\nТезис.\n\nЕОК IIС (УДД 5 УУР С)\n\nАбзац.').blocks;
    expect(blocks.map((block) => block.kind)).toEqual(['heading', 'paragraph', 'paragraph', 'paragraph']);
  });

  it('count rulers', () => {
    expect(read('а\n\n=====\n\n* * *\n').skipped).toEqual({ rule: 2 });
  });
});

describe('lines', () => {
  it('of a hard-wrapped paragraph are joined, also before capitals and numbers', () => {
    const wrapped =
      'Рекомендуется назначение препарата пациентам с ХСН\nII функционального класса по NYHA в начальной дозе\n' +
      '5 мг в сутки с последующим увеличением до целевой\nдозы под контролем АД.';
    expect(texts(wrapped)).toEqual([wrapped.replaceAll('\n', ' ')]);
  });

  it('that are paragraphs of their own stay apart', () => {
    const list =
      'АД — артериальное давление\nАЛТ — аланинаминотрансфераза\nЖЕЛ — жизненная емкость легких и её доля\nКТ — томография';
    expect(texts(list)).toEqual(list.split('\n'));
    const long = `${'Длинное предложение об одном и том же. '.repeat(12).trim()}\nУровень убедительности рекомендаций – С\nКомментарии: нет`;
    expect(texts(long)).toEqual(long.split('\n'));
  });

  test.each<[string, string]>([
    ['Показана диагно-\nстика', 'Показана диагностика'],
    ['осмотр врача-\nкардиолога', 'осмотр врача-кардиолога'],
    ['сердечно-\nсосудистый риск', 'сердечно-сосудистый риск'],
    ['клинико-лабораторно-\nинструментальное', 'клинико-лабораторно-инструментальное'],
    ['сердечно-сосуди-\nстый риск', 'сердечно-сосудистый риск'],
    ['какой-\nлибо', 'какой-либо'],
    ['МРТ-\nисследование', 'МРТ-исследование'],
    ['18-\nлетний', '18-летний'],
    ['Х-\nсцепленный', 'Х-сцепленный'],
    ['до-\nи послеоперационный', 'до- и послеоперационный'],
    ['Ритуксимаб -\nпрепарат', 'Ритуксимаб - препарат'],
    ['диагно\u00AD\nстика', 'диагностика'],
  ])('%j', (text, expected) => {
    expect(texts(text)).toEqual([expected]);
  });

  it('that are joined keep the place of every character', () => {
    const { blocks, source } = read('Показана диагно-\nстика и\nконтроль');
    const { text, offsets } = blocks[0]!;
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== ' ') expect(source[offsets[i]!]).toBe(text[i]);
    }
    expect(offsets[text.length]).toBe(source.length);
  });

  it('without any blank line between them are read in windows, none lost', () => {
    const lines = Array.from({ length: 2500 }, (_, i) => `Строка номер ${i} сама по себе.`);
    const found = texts(lines.join('\n'));
    expect(found.join(' ')).toBe(lines.join(' '));
  });
});
