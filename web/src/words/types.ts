/** Names of entity types for people. */

/** Languages of the page. */
export type Language = 'ru' | 'en';

interface TypeName {
  readonly ru: string;
  readonly en: string;
}

/** Types of the shipped models, in the order of their colours. */
const names: Readonly<Record<string, TypeName>> = {
  DRUG: { ru: 'Препарат', en: 'Drug' },
  DOSAGE: { ru: 'Доза', en: 'Dosage' },
  'ACTION / INTERVENTION': { ru: 'Действие', en: 'Action' },
  'ADVERSE_EVENT / WARNING': { ru: 'Осложнение', en: 'Adverse event' },
  'PROCEDURE / TEST': { ru: 'Процедура', en: 'Procedure' },
  'AGE_GROUP / POPULATION': { ru: 'Группа пациентов', en: 'Population' },
  FOLLOW_UP: { ru: 'Наблюдение', en: 'Follow-up' },
  CONTRAINDICATION: { ru: 'Противопоказание', en: 'Contraindication' },
  FREQUENCY: { ru: 'Частота', en: 'Frequency' },
  'LAB_VALUE / MEASUREMENT': { ru: 'Показатель', en: 'Measurement' },
  DURATION: { ru: 'Длительность', en: 'Duration' },
  TIME_WINDOW: { ru: 'Срок', en: 'Time window' },
  'SEVERITY/STAGE': { ru: 'Степень, стадия', en: 'Severity, stage' },
};

const order = Object.keys(names);

/** A type's name in a language; a type that is not known as it is written. */
export function typeName(type: string, language: Language): string {
  return names[type]?.[language] ?? type.replaceAll('_', ' ');
}

/** A number for a type, the same in all documents: its colour, and its key in menus. */
export function typeNumber(type: string): number {
  const known = order.indexOf(type);
  return known >= 0 ? known : order.push(type) - 1;
}

/** Types in the order of their numbers. */
export const sortTypes = (types: Iterable<string>): string[] =>
  [...new Set(types)].sort((a, b) => typeNumber(a) - typeNumber(b));
