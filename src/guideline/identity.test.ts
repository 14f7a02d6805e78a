/** Identity: title pages in several forms, codes, the record's own data, the file's name. */
import { describe, expect, it, test } from 'vitest';
import { documentFromString } from '../document/from-string.ts';
import { readCodes, readIdentity } from './identity.ts';

const titlePage = `Клинические рекомендации

Желтуха новорождённых
Кодирование по Международной статистической
классификации болезней и проблем, связанных со здоровьем:P58, P59.0, P59.8-
P59.9
Год утверждения (частота пересмотра):2021
Возрастная категория:Дети
Пересмотр не позднее:2023
ID:4217
Разработчик клинической рекомендации
Российская ассоциация неонатологов
Общероссийская общественная организация «Общество
детских врачей»
Союз перинатологов

Одобрено Научно-практическим Советом Минздрава РФ
Оглавление
Ключевые слова
`;

describe('readIdentity', () => {
  it('reads a title page', () => {
    expect(readIdentity(documentFromString('желтуха.txt', titlePage, 'text'))).toEqual({
      title: 'Желтуха новорождённых',
      id: '4217',
      icd10: ['P58', 'P59.0', 'P59.8-P59.9'],
      ageCategory: 'Дети',
      year: 2021,
      developers: [
        'Российская ассоциация неонатологов',
        'Общероссийская общественная организация «Общество детских врачей»',
        'Союз перинатологов',
      ],
    });
  });

  it('reads other wordings, on one line, in bold', () => {
    const text =
      '# Желтуха\n\n**Возрастная группа:** взрослые, дети · **МКБ-10:** К80, Р59\n\n**Год утверждения:** Год утверждения: 2017 **Год окончания действия:** 2020\n\nID: 12';
    expect(readIdentity(documentFromString('ж.md', text, 'markdown'))).toEqual({
      title: 'Желтуха',
      id: '12',
      icd10: ['K80', 'P59'],
      ageCategory: 'взрослые, дети',
      year: 2017,
      developers: [],
    });
  });

  it('reads the title section of a record’s text', () => {
    const text =
      '# Желтуха\n## Титульный лист\nЖелтуха новорождённых\nP58, P59\n2024\nДети\n## Список сокращений\nУЗИ — ультразвук\n';
    expect(readIdentity(documentFromString('518_2.md', text, 'markdown'))).toEqual({
      title: 'Желтуха новорождённых',
      id: '518_2',
      icd10: ['P58', 'P59'],
      ageCategory: 'Дети',
      year: 2024,
      developers: [],
    });
  });

  it('believes the record more than the page', () => {
    const document = {
      ...documentFromString('x.json', titlePage, 'text'),
      metadata: { id: '4217_3', year: 2025, icd10: [], ageCategory: 'Дети до года' },
    };
    expect(readIdentity(document)).toMatchObject({
      id: '4217_3',
      year: 2025,
      icd10: ['P58', 'P59.0', 'P59.8-P59.9'],
      ageCategory: 'Дети до года',
    });
  });

  it.each([
    ['4217_2.pdf', '4217_2'],
    ['999_2.pdf', '4217'],
    ['4217 (2).txt', '4217'],
  ])('takes the version from the name %s', (name, id) => {
    expect(readIdentity(documentFromString(name, titlePage, 'text')).id).toBe(id);
  });

  it('says nothing of a text that says nothing', () => {
    expect(readIdentity(documentFromString('а.txt', 'Назначают препарат B12 в дозе 5 мг.', 'text'))).toEqual({
      icd10: [],
      developers: [],
    });
    expect(readIdentity(documentFromString('а.txt', '', 'text'))).toEqual({ icd10: [], developers: [] });
  });
});

test.each<[string, string[]]>([
  ['O10/O11/O13', ['O10', 'O11', 'O13']],
  ['К25.0, К26', ['K25.0', 'K26']],
  ['С81 – С96', ['C81-C96']],
  ['I42.1, I42.1', ['I42.1']],
  ['B12 и A16AB05', ['B12']],
])('codes of %s', (text, codes) => {
  expect(readCodes(text)).toEqual(codes);
});
