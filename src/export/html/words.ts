/** The words of the report in its languages. */

/** Everything that the report says of itself. */
export interface ReportWords {
  readonly title: string;
  readonly documents: string;
  readonly entities: string;
  readonly types: string;
  readonly sentences: string;
  readonly model: string;
  readonly filter: string;
  readonly showNames: string;
  readonly byType: string;
  readonly byFile: string;
  readonly frequent: string;
  readonly score: string;
  readonly reading: string;
  readonly none: string;
  readonly more: (count: number) => string;
  readonly number: (value: number) => string;
}

const format = (locale: string): ((value: number) => string) => {
  const numbers = new Intl.NumberFormat(locale);
  return (value) => numbers.format(value);
};

export const reportWords: Readonly<Record<'en' | 'ru', ReportWords>> = {
  en: {
    title: 'Entities found',
    documents: 'Documents',
    entities: 'Entities',
    types: 'Types',
    sentences: 'Sentences with entities',
    model: 'Model',
    filter: 'Show types',
    showNames: 'Names of types in the text',
    byType: 'Entities by type',
    byFile: 'Entities by document',
    frequent: 'Most frequent entities',
    score: 'mean score',
    reading:
      'A line under the text is an entity; inner entities are next to the text, outer ones below. A dotted line bridges the gap of an entity that is interrupted. Point at an entity for its type, score and words.',
    none: 'No entities were found in this document.',
    more: (count) => `${count} more documents`,
    number: format('en'),
  },
  ru: {
    title: 'Найденные сущности',
    documents: 'Документы',
    entities: 'Сущности',
    types: 'Типы',
    sentences: 'Предложения с сущностями',
    model: 'Модель',
    filter: 'Показывать типы',
    showNames: 'Названия типов в тексте',
    byType: 'Сущности по типам',
    byFile: 'Сущности по документам',
    frequent: 'Самые частые сущности',
    score: 'средняя оценка',
    reading:
      'Черта под текстом – сущность; вложенные стоят ближе к тексту, объемлющие – ниже. Пунктир соединяет части прерванной сущности. Наведите указатель на сущность, чтобы увидеть её тип, оценку и слова.',
    none: 'В этом документе сущностей не найдено.',
    more: (count) => `и ещё документов: ${count}`,
    number: format('ru'),
  },
};
