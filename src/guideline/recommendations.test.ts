/** Recommendations in passages of guidelines: where theses begin and end, grades, comments, marks, what is none. */
import { describe, expect, it, test } from 'vitest';
import { documentFromString } from '../document/from-string.ts';
import { findRecommendations } from './recommendations.ts';

const read = (text: string, format: 'markdown' | 'text' = 'text') => {
  const document = documentFromString('проба', text, format);
  return findRecommendations(document).map((found) => ({
    ...found,
    slice: document.source.slice(found.charStart, found.charEnd),
  }));
};
const short = (text: string, format?: 'markdown' | 'text'): string[] =>
  read(text, format).map(
    ({ text: thesis, strength, evidence }) => `${strength ?? '-'}${evidence ?? '-'} ${thesis}`,
  );

const thesis = 'Рекомендуется оценивать слух новорождённого в первые сутки';

describe('a thesis and its grade', () => {
  test.each<[string, string]>([
    [
      'on the line below',
      `${thesis} [4, 7].\n\nУровень убедительности рекомендаций – В (уровень достоверности доказательств – 2)`,
    ],
    ['directly below', `${thesis} [4, 7].\nУУР В, УДД 2`],
    ['in brackets', `${thesis} [4, 7] (УУР – В; УДД – 2).`],
    ['before the citations', `${thesis} (УУР – В; УДД – 2) [4, 7].`],
    [
      'on two lines',
      `${thesis} [4, 7].\n\nУровень убедительности рекомендаций – В\n\nУровень достоверности доказательств – 2`,
    ],
    ['with a European class', `${thesis} [4, 7].\n\nЕОК IIаС (УДД 2 УУР B)`],
    ['behind a bullet', `• ${thesis} [4, 7].\n\nУДД 2, УУР В`],
    [
      'wrapped',
      'Рекомендуется оценивать слух новорож-\nдённого в первые сутки [4,\n7]. Уровень убедительности\nрекомендаций В (уровень достоверности\nдоказательств – 2).',
    ],
  ])('%s', (_, text) => {
    const [found, ...others] = read(text);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ number: 0, strength: 'B', evidence: 2, references: [4, 7] });
    expect(found!.text.replace(/\.$/, '')).toBe(thesis);
    expect(found!.slice.startsWith('Рекомендуется оценивать слух')).toBe(true);
  });

  it('of an item has the introduction of its list', () => {
    expect(
      short(`Слух бывает разным. До выписки рекомендуется провести:
- отоскопию (УУР C, УДД 5);
- аудиометрию.`),
    ).toEqual(['C5 До выписки рекомендуется провести: отоскопию']);
  });

  it('takes in the rest of its sentence', () => {
    const [found] = read('Рекомендуется проба (УУР А, УДД 1) всем недоношенным детям [3]. Проба безопасна.');
    expect(found).toMatchObject({
      text: 'Рекомендуется проба всем недоношенным детям.',
      references: [3],
      strength: 'A',
    });
  });

  it('keeps the predicate where it stands: in front, inside, negated, or absent', () => {
    expect(
      short(`Новорождённым рекомендовано грудное вскармливание.

УУР А, УДД 1

Не рекомендуется пеленать туго.

УУР С, УДД 5

Раннее прикладывание к груди должно проводиться в родильном зале [3].

УУР B, УДД 3

Соски-пустышки противопоказаны недоношенным.

УУР C, УДД 4`),
    ).toEqual([
      'A1 Новорождённым рекомендовано грудное вскармливание.',
      'C5 Не рекомендуется пеленать туго.',
      'B3 Раннее прикладывание к груди должно проводиться в родильном зале.',
      'C4 Соски-пустышки противопоказаны недоношенным.',
    ]);
  });

  it('takes in the list that it introduces, and a second paragraph', () => {
    expect(
      short(`Рекомендуется всем новорождённым:
- измерение массы тела;
- измерение окружности головы.

УУР С, УДД 5

Рекомендуется профилактика витамином K внутримышечно.

Доза составляет 1 мг, недоношенным 0,4 мг.

УУР А, УДД 2

Туалет кожи

1. Купание рекомендуется ежедневно.
2. Мыло рекомендовано раз в неделю.

УУР B, УДД 3`),
    ).toEqual([
      'C5 Рекомендуется всем новорождённым: измерение массы тела; измерение окружности головы.',
      'A2 Рекомендуется профилактика витамином K внутримышечно. Доза составляет 1 мг, недоношенным 0,4 мг.',
      'B3 Купание рекомендуется ежедневно. Мыло рекомендовано раз в неделю.',
    ]);
  });

  it('begins behind titles, tables and the comment before', () => {
    const text = `# 2. Диагностика

## 2.1 Осмотр

Осмотр проводится при свете дня.

Рекомендуется осмотр кожи.

УУР С, УДД 5

Комментарии: желтуха видна на вторые сутки. Рекомендуется смотреть и склеры.

| Сутки | Билирубин |
|---|---|
| 1 | 100 мкмоль/л |

При желтухе рекомендуется определить билирубин.

УУР B, УДД 2
`;
    const found = read(text, 'markdown');
    expect(found.map(({ text: own }) => own)).toEqual([
      'Рекомендуется осмотр кожи.',
      'При желтухе рекомендуется определить билирубин.',
    ]);
    expect(found[0]).toMatchObject({
      section: '2.1 Осмотр',
      comment: 'желтуха видна на вторые сутки. Рекомендуется смотреть и склеры.',
    });
    const { commentSpan } = found[0]!;
    expect(text.slice(commentSpan!.charStart, commentSpan!.charEnd)).toBe(found[0]!.comment);
    expect(found[1]!.comment).toBeUndefined();
  });

  it('is cut out of a block that holds several, and the comments between them', () => {
    const text =
      'Рекомендуется А-проба всем [1]. УУР С, УДД 5 Комментарии: проба проста. Её повторяют. ' +
      'Рекомендуется Б-проба детям [2]. УУР А, УДД 1 При отёке рекомендуется В-проба [3]. УУР B, УДД 2';
    const found = read(text);
    expect(found.map(({ slice }) => slice)).toEqual([
      'Рекомендуется А-проба всем [1].',
      'Рекомендуется Б-проба детям [2].',
      'При отёке рекомендуется В-проба [3].',
    ]);
    expect(found.map(({ comment }) => comment)).toEqual([
      'проба проста. Её повторяют.',
      undefined,
      undefined,
    ]);
  });

  it('has a row for each part that is graded on its own', () => {
    const found = read(`Рекомендуется ингаляция сальбутамола** или #будесонида** при приступе [5].

Для сальбутамола** – УУР А, УДД 1

Для #будесонида** – УУР С, УДД 4

Комментарии: доза по возрасту.`);
    expect(found.map(({ scope, strength, evidence }) => [scope, strength, evidence])).toEqual([
      ['Для сальбутамола', 'A', 1],
      ['Для будесонида', 'C', 4],
    ]);
    expect(new Set(found.map(({ text }) => text)).size).toBe(1);
    expect(found.map(({ comment }) => comment)).toEqual([undefined, 'доза по возрасту.']);
  });

  it('names the drugs that are marked, and reads without the marks', () => {
    const text =
      'Рекомендуется #циклоспорин** (2,5 мг/кг) или метотрексат**, датчик*** не нужен.\n\nУУР B, УДД 3';
    const [found] = read(text);
    expect(found!.text).toBe('Рекомендуется циклоспорин (2,5 мг/кг) или метотрексат, датчик не нужен.');
    expect(found!.marks.map(({ mark, word }) => `${mark} ${word}`)).toEqual([
      'off-label циклоспорин',
      'vital циклоспорин',
      'vital метотрексат',
    ]);
    for (const { word, charStart } of found!.marks)
      expect(text.slice(charStart, charStart + word.length)).toBe(word);
  });
});

describe('comments', () => {
  it('go on over paragraphs and lists, up to the next title', () => {
    const [found] = read(
      `${thesis}.

УУР С, УДД 5

Комментарий – первый абзац.

Второй абзац:
- пункт;
- ещё пункт.

Стратегия наблюдения

Рекомендуется повторная проба.

УУР С, УДД 4`,
    );
    expect(found!.comment).toBe('первый абзац.\nВторой абзац:\nпункт;\nещё пункт.');
  });

  it('may have their label on a line of its own', () => {
    const [found] = read(`${thesis}.\n\nУУР С, УДД 5\n\nКомментарии:\n\n- пункт;\n- ещё пункт.`);
    expect(found!.comment).toBe('пункт;\nещё пункт.');
  });
});

describe('tables', () => {
  it('with columns for both give a row each', () => {
    const table = `## 3. Лечение

| Рекомендация | УУР | УДД |
|---|---|---|
| Фототерапия при билирубине выше 250 мкмоль/л [9] | А | 1 |
| Заменное переливание крови | С | 5 |
`;
    expect(short(table, 'markdown')).toEqual([
      'A1 Фототерапия при билирубине выше 250 мкмоль/л',
      'C5 Заменное переливание крови',
    ]);
  });
});

describe('without a grade', () => {
  it('a thesis counts that opens like one, outside of comments', () => {
    expect(
      short(`Рекомендуется проба.

УУР С, УДД 5

Комментарии: проба проста.

Рекомендуется не спешить.

3.2 Уход

Рекомендуется тёплая палата.

В палате рекомендуется тишина.`),
    ).toEqual(['C5 Рекомендуется проба.', '-- Рекомендуется тёплая палата.']);
  });

  it('every sentence that recommends counts in a document without grades', () => {
    expect(
      short(`При запоре рекомендуется обильное питьё. Вода должна быть тёплой. Слабительные не рекомендованы:
- детям;
- беременным.`),
    ).toEqual([
      '-- При запоре рекомендуется обильное питьё.',
      '-- Слабительные не рекомендованы: детям; беременным.',
    ]);
  });
});

describe('what is none', () => {
  it('criteria of quality, scales, works cited, abbreviations, the table of contents; of appendices what has no grade', () => {
    expect(
      short(
        `# Оглавление

Критерии оценки качества медицинской помощи

Список литературы

# Список сокращений

УУР – уровень убедительности рекомендаций

# 2. Диагностика

Рекомендуется проба.

УУР С, УДД 5

# Критерии оценки качества медицинской помощи

| Критерий | УУР | УДД |
|---|---|---|
| Выполнена проба | С | 5 |

# Список литературы

1. Иванов И. И. Рекомендуется ли проба? УУР С, УДД 5

# Приложение А2. Методология

Рекомендуется при сильной рекомендации: УУР А, УДД 1

# Приложение А3. Справочные материалы

Рекомендуется хранить при 5 °C.

Дозу рекомендуется делить на два приёма.

УУР В, УДД 3`,
        'markdown',
      ),
    ).toEqual(['C5 Рекомендуется проба.', 'B3 Дозу рекомендуется делить на два приёма.']);
  });

  it('an empty text, a title, a grade without a thesis', () => {
    expect(read('')).toEqual([]);
    expect(read('УУР А, УДД 1')).toEqual([]);
    expect(read('# Лечение\n\nУУР А, УДД 1', 'markdown')).toEqual([]);
  });

  it('time on a long text that never ends', () => {
    const text = `${'Рекомендуется проба без конца и края '.repeat(8_000)} УУР А, УДД 1`;
    expect(read(text)).toHaveLength(1);
    expect(read('УУР А, УДД 1\n\n'.repeat(1500))).toEqual([]);
    expect(read('Рекомендуется проба.\n\nУУР А, УДД 1\n\n'.repeat(800))).toHaveLength(800);
  });
});
