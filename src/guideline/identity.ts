/** What a clinical guideline says about itself: on its title page, in its record, in its file name. */
import type { Document } from '../document/types.ts';
import type { GuidelineIdentity } from './types.ts';

/** The title page ends here, or after this many characters. */
const titlePageEnd =
  /\n\s*(?:#+\s*)?(?:Оглавление|Содержание|Ключевые слова|Список сокращений|Термины и определения)\s*(?:\n|$)/;
const longestTitlePage = 6000;

/** Labels of the title page; a value goes from its label to the next one. */
const labels = {
  title: /Клинические рекомендации\s*:?(?!\p{L})/u,
  icd10:
    /Кодирование по (?:Международной|МКБ)[^:]*?(?:здоровьем|10(?:\s*пересмотра)?|МКБ-?\s?10)\s*:?|МКБ[\s-]*(?:10|Х|X)\s*:/u,
  year: /Год утверждения(?:\s*\(частота пересмотра\))?\s*:?/u,
  age: /Возрастная (?:категория|группа)\s*:?/u,
  expiry: /Год окончания действия\s*:?/u,
  revision: /Пересмотр не позднее\s*:?/u,
  id: /(?<!\p{L})ID\s*:/u,
  developers: /Разработчик(?:и)?(?: клиническ(?:ой|их) рекомендаци[ий])?\s*:?/u,
  approval: /Одобрен[оы] Научно|Утвержден[оы]\s*:|Согласован[оы]\s*:|URL\s*:/u,
} as const;
type Label = keyof typeof labels;

/** Codes, alone, with a subclass, or as a range («Z35.0-Z35.9»). */
const codes =
  /(?<![\p{L}\d])[A-TV-Z]\d{2}(?:\.\d{1,2})?(?:\s*[-–—]\s*[A-TV-Z]\d{2}(?:\.\d{1,2})?)?(?![\p{L}\d])/gu;
/** Cyrillic letters that were typed for the Latin ones of a code. */
const lookalikes: Readonly<Record<string, string>> = {
  А: 'A',
  В: 'B',
  С: 'C',
  Е: 'E',
  Н: 'H',
  К: 'K',
  М: 'M',
  О: 'O',
  Р: 'P',
  Т: 'T',
  Х: 'X',
};
const ages = /^(?:взрослые|дети)(?:\s*(?:,|и|\/)\s*(?:взрослые|дети))*$/iu;
const developer =
  /^(?:[^\p{L}]{0,3})(?=(?:\p{Lu}\p{Ll}+\s+){0,6}«?["«]?(?:Ассоциац|Общероссийск|Российск|Всероссийск|Межрегиональн|Национальн|Общество|Общественн|Некоммерческ|Союз|Федераци|Министерств|Региональн|Автономн|ФГБ))/u;

/** The identity of a document: its record's, else what the title page states; absent where neither says it. */
export function readIdentity(document: Document): GuidelineIdentity {
  const page = titlePage(document.source);
  const stated = readLabels(page);
  const listed = stated.icd10.length > 0 || stated.id !== undefined ? {} : readTitleSection(document);
  const known = document.metadata ?? {};
  const found = { ...firstHeading(document), ...defined(listed), ...defined(stated), ...defined(known) };
  const id = fileId(document.name, found.id);
  return { icd10: [], developers: [], ...found, ...(id === undefined ? {} : { id }) };
}

/** A document that begins with a heading is called so. */
function firstHeading(document: Document): Partial<GuidelineIdentity> {
  for (const { kind, text } of document.blocks()) return kind === 'heading' ? { title: text } : {};
  return {};
}

/** The parts of an identity that say something. */
function defined(parts: Partial<GuidelineIdentity>): Partial<GuidelineIdentity> {
  return Object.fromEntries(
    Object.entries(parts).filter(
      ([, value]) => value !== undefined && (!Array.isArray(value) || value.length > 0),
    ),
  );
}

function titlePage(source: string): string {
  const start = source.slice(0, longestTitlePage);
  return start.slice(0, titlePageEnd.exec(start)?.index).replace(/\*\*|__/g, '');
}

/** Reads «Кодирование …: K25», «ID: 277» and the like. */
function readLabels(page: string): GuidelineIdentity {
  const places = (Object.keys(labels) as Label[])
    .flatMap((label) => {
      const found = labels[label].exec(page);
      return found === null ? [] : [{ label, start: found.index, end: found.index + found[0].length }];
    })
    .sort((a, b) => a.start - b.start);
  const value = (wanted: Label): string | undefined => {
    const at = places.findIndex(({ label }) => label === wanted);
    if (at < 0) return undefined;
    return page.slice(places[at]!.end, places[at + 1]?.start);
  };
  const line = (wanted: Label): string | undefined => clean(value(wanted)) || undefined;
  const year = /(?:19|20)\d{2}/.exec(value('year') ?? '')?.[0];
  const id = /^\s*(\d{1,5}(?:_\d{1,2})?)/.exec(value('id') ?? '')?.[1];
  const hasCodes = places.some(({ label }) => label === 'icd10');
  return {
    ...(hasCodes ? optional('title', line('title')) : {}),
    ...optional('id', id),
    icd10: readCodes(value('icd10') ?? ''),
    ...optional('ageCategory', readAge(value('age'))),
    ...optional('year', year === undefined ? undefined : Number(year)),
    developers: readDevelopers(value('developers') ?? ''),
  };
}

const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });

const clean = (text: string | undefined): string =>
  (text ?? '').replace(/^[#\s]+|\s+$/g, '').replace(/\s+/g, ' ');

/** The ICD-10 codes of a text, in order, each once. */
export function readCodes(text: string): string[] {
  const latin = text.replace(/(?<![\p{L}\d])[АВСЕНКМОРТХ](?=\d{2})/gu, (letter) => lookalikes[letter]!);
  const found = latin.match(codes) ?? [];
  return [...new Set(found.map((code) => code.replace(/\s*[-–—]\s*/, '-')))];
}

/** «Взрослые, Дети»: the value's first line, up to a sign that parts it from another. */
function readAge(text: string | undefined): string | undefined {
  const line = (text ?? '').trim().split(/\n|[·|;.]/)[0]!;
  return clean(line.replace(/\s*,\s*/g, ', ')) || undefined;
}

/** One organisation a line; a line that begins with nothing of the kind goes on from the one before. */
function readDevelopers(text: string): string[] {
  const found: string[] = [];
  for (const raw of text.split('\n')) {
    const line = clean(raw.replace(/^[\s•●○–-]+/u, ''));
    if (line === '') continue;
    const last = found.at(-1);
    const isOpen = last !== undefined && (count(last, '«') > count(last, '»') || /[-–,]$/.test(last));
    if (last === undefined || (!isOpen && developer.test(line))) found.push(line);
    else found[found.length - 1] = /[\p{L}]-$/u.test(last) ? last + line : `${last} ${line}`;
  }
  return found;
}

const count = (text: string, sign: string): number => text.split(sign).length - 1;

/** The section «Титульный лист» of a record's text: title, codes, year and age a line each, without labels. */
function readTitleSection(document: Document): Partial<GuidelineIdentity> {
  let isInside = false;
  let title: string | undefined;
  let year: number | undefined;
  let ageCategory: string | undefined;
  const icd10: string[] = [];
  for (const { kind, text } of document.blocks()) {
    if (kind === 'heading') {
      if (isInside) break;
      isInside = /^Титульный лист$/.test(text.trim());
      continue;
    }
    if (!isInside) continue;
    const found = readCodes(text);
    if (found.length > 0 && /^[^\p{Ll}]+$/u.test(text)) icd10.push(...found);
    else if (/^(?:19|20)\d{2}$/.test(text)) year = Number(text);
    else if (ages.test(text)) ageCategory = text;
    else title ??= text;
  }
  return {
    ...optional('title', title),
    icd10,
    ...optional('year', year),
    ...optional('ageCategory', ageCategory),
  };
}

/** The rubricator names files `277_1.pdf`, with the version that title pages leave out. */
function fileId(name: string, stated: string | undefined): string | undefined {
  const named = /^(\d{1,5}_\d{1,2})\.\p{L}+$/u.exec(name)?.[1];
  if (named === undefined) return stated;
  return stated === undefined || named.startsWith(`${stated}_`) ? named : stated;
}
