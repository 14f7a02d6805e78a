/**
 * What words stand for, as far as a list can say it: abbreviations with their meanings, and names of a type. A model that was
 * trained with a glossary reads a word's meaning beside its spelling, so that an abbreviation that no training sentence holds is known
 * for what it is.
 */
import { UserError } from '../base/errors.ts';
import { declineTerm } from './declension.ts';
import { meaningOf, plainWord, withMeaning } from './meaning.ts';
import { splitPlain } from './words.ts';

/** Lists of what words stand for. */
export interface Glossary {
  /** Meanings by abbreviation, as both are written. */
  readonly abbreviations: Readonly<Record<string, string>>;
  /** Terms in the nominative, by the type whose names they are. */
  readonly terms: Readonly<Record<string, readonly string[]>>;
}

/** Puts meanings beside words. */
export interface GlossaryIndex {
  /** The words with what they stand for; a meaning that a word already has stays. @returns `words` itself where none is in a list */
  annotate(words: readonly string[]): readonly string[];
}

/** Most words of a meaning that are read. */
const LONGEST_MEANING = 10;

/** The words that a meaning is read as. */
export function meaningWords(meaning: string): string[] {
  return splitPlain(meaning)
    .filter((word) => /\p{L}/u.test(word))
    .slice(0, LONGEST_MEANING);
}

/** Both glossaries as one; of an abbreviation with two meanings the second glossary's counts. */
export function mergeGlossaries(first: Glossary, second: Glossary): Glossary {
  const terms: Record<string, readonly string[]> = { ...first.terms };
  for (const [type, added] of Object.entries(second.terms)) {
    const own = Object.keys(terms).find((other) => typeOf(other) === typeOf(type)) ?? type;
    terms[own] = [...new Set([...(terms[own] ?? []), ...added])];
  }
  const spelled = ({ abbreviations }: Glossary): [key: string, entry: [string, string]][] =>
    Object.entries(abbreviations).map((entry) => [splitPlain(entry[0]).join(' '), entry]);
  const abbreviations = Object.fromEntries(new Map([...spelled(first), ...spelled(second)]).values());
  return { abbreviations, terms };
}

const typeOf = (type: string): string => type.toLowerCase().replace(/\s/gu, '');

/** The glossary in a model's `glossary.json`. @param where the file, for errors @throws UserError `E_GLOSSARY` */
export function glossaryFromJson(value: unknown, where: string): Glossary {
  const { abbreviations, terms } = isRecord(value) ? value : {};
  const isText = (item: unknown): boolean => typeof item === 'string';
  const isList = (item: unknown): boolean => Array.isArray(item) && item.every(isText);
  const fits =
    isRecord(abbreviations) &&
    isRecord(terms) &&
    Object.values(abbreviations).every(isText) &&
    Object.values(terms).every(isList);
  if (fits) return { abbreviations, terms } as unknown as Glossary;
  const message = 'is no glossary: expected {"abbreviations": {"АД": "…"}, "terms": {"TYPE": ["…"]}}';
  throw new UserError({ code: 'E_GLOSSARY', where, message });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Makes abbreviations findable. @param meanings by abbreviation */
export function indexAbbreviations(meanings: Iterable<readonly [string, string]>): GlossaryIndex {
  const phrases = createPhrases<readonly string[]>();
  for (const [abbreviation, meaning] of meanings) {
    const words = meaningWords(meaning);
    if (words.length > 0) phrases.add(splitPlain(abbreviation), words);
  }
  return annotator((words, put) => {
    const found = phrases.find(words);
    if (found.length === 0 || isSetInCapitals(words)) return;
    for (const { start, end, value } of found) {
      for (let i = start; i < end; i++) put(i, { words: value, types: [] });
    }
  });
}

/** Whether a sentence is a heading in capitals, where «ОТ» and «НА» are prepositions. */
function isSetInCapitals(words: readonly string[]): boolean {
  const spelled = words.filter((word) => /^\p{L}{2,}$/u.test(word));
  const capitals = spelled.filter((word) => /^\p{Lu}+$/u.test(word));
  return 3 * capitals.length > 2 * spelled.length && capitals.some(({ length }) => length > LONGEST_CAPITALS);
}

/** Makes a whole glossary findable. */
export function indexGlossary({ abbreviations, terms }: Glossary): GlossaryIndex {
  const meanings = indexAbbreviations(Object.entries(abbreviations));
  const names = indexTerms(terms);
  return { annotate: (words) => names.annotate(meanings.annotate(words)) };
}

/**
 * Terms in all their cases. Abbreviations («НПВП», «mFOLFOX») are found as they are written, names in any case of letters,
 * also where a list has all of it in capitals.
 */
function indexTerms(terms: Glossary['terms']): GlossaryIndex {
  const exact = createPhrases<Set<string>>();
  const folded = createPhrases<Set<string>>();
  for (const [type, list] of Object.entries(terms)) {
    const key = typeOf(type);
    for (const term of list) {
      const { forms } = declineTerm(inSmallLetters(term));
      const asWritten = !NAME.test(inSmallLetters(term));
      for (const form of forms) {
        const words = asWritten ? form : form.map(fold);
        if (words.length === 0) continue;
        const phrases = asWritten ? exact : folded;
        const types = phrases.get(words);
        if (types === undefined) phrases.add(words, new Set([key]));
        else types.add(key);
      }
    }
  }
  return annotator((words, put) => {
    const mark = (found: readonly Found<Set<string>>[]): void => {
      for (const { start, end, value } of found) {
        for (let i = start; i < end; i++) put(i, { words: [], types: [...value] });
      }
    };
    mark(exact.find(words));
    mark(folded.find(words.map(fold)));
  });
}

/** What has a word of small letters is a name: four, where abbreviations have a prefix or two («иАПФ», «GemOx»). */
const NAME = /(?<!\p{L})\p{Ll}{4,}/u;
/** Longer words in capitals are names in a list that is set so, not abbreviations. */
const LONGEST_CAPITALS = 6;

/** A term without capitals that say nothing about it: at the beginnings of its words, and all of a long one. */
const inSmallLetters = (term: string): string =>
  term.replace(/\p{L}+/gu, (word) =>
    /^\p{Lu}\p{Ll}{3,}$/u.test(word) || (/^\p{Lu}+$/u.test(word) && word.length > LONGEST_CAPITALS)
      ? word.toLowerCase()
      : word,
  );

const fold = (word: string): string => word.toLowerCase().replaceAll('ё', 'е');

type Put = (
  word: number,
  meaning: { readonly words: readonly string[]; readonly types: readonly string[] },
) => void;

/** @param find is given the words as they stand in the text */
function annotator(find: (words: readonly string[], put: Put) => void): GlossaryIndex {
  return {
    annotate(words) {
      let annotated: string[] | undefined;
      find(words.map(plainWord), (i, added) => {
        annotated ??= [...words];
        const own = meaningOf(annotated[i]!);
        annotated[i] = withMeaning(plainWord(annotated[i]!), {
          words: own.words.length > 0 ? own.words : added.words,
          types: [...new Set([...own.types, ...added.types])],
        });
      });
      return annotated ?? words;
    },
  };
}

interface Found<T> {
  readonly start: number;
  readonly end: number;
  readonly value: T;
}

/** Sequences of words with a value each, found in a sentence from the left, the longest first. */
interface Phrases<T> {
  /** The first value of a sequence stays. */
  add(words: readonly string[], value: T): void;
  get(words: readonly string[]): T | undefined;
  find(words: readonly string[]): Found<T>[];
}

function createPhrases<T>(): Phrases<T> {
  const values = new Map<string, T>();
  /** Most words of a sequence that begins with a word. */
  const longest = new Map<string, number>();
  const keyOf = (words: readonly string[]): string => words.join(' ');
  return {
    add(words, value) {
      const key = keyOf(words);
      if (words.length === 0 || values.has(key)) return;
      values.set(key, value);
      longest.set(words[0]!, Math.max(longest.get(words[0]!) ?? 0, words.length));
    },
    get: (words) => values.get(keyOf(words)),
    find(words) {
      const found: Found<T>[] = [];
      for (let start = 0; start < words.length; start++) {
        const most = Math.min(longest.get(words[start]!) ?? 0, words.length - start);
        for (let size = most; size > 0; size--) {
          const value = values.get(keyOf(words.slice(start, start + size)));
          if (value === undefined) continue;
          found.push({ start, end: start + size, value });
          start += size - 1;
          break;
        }
      }
      return found;
    },
  };
}
