/**
 * More sentences with names that the annotated ones lack, made by putting one term of a list in the place of another, in its
 * case (mention replacement, Dai & Adel 2020, https://aclanthology.org/2020.coling-main.343). The list is the user's.
 */
import { groupBy } from '../base/group.ts';
import type { Random } from '../base/random.ts';
import { type DeclinedTerm, declineTerm, type Paradigm } from '../text/declension.ts';
import { typeKey } from './labels.ts';
import type { EntityMention, Example } from './types.ts';

/** Settings of {@link replaceTerms}. */
export interface ReplaceOptions {
  /** Type of the entities to replace. */
  readonly type: string;
  /** Terms in the nominative. */
  readonly terms: readonly string[];
  /** Sentences to make at most. */
  readonly sentences: number;
  readonly random: Random;
}

/** An entity that is a term of the list in some case. */
interface Mention {
  readonly start: number;
  readonly end: number;
  readonly term: DeclinedTerm;
  readonly form: number;
}

/** Copies of one sentence are drawn at most so often. */
const MOST_COPIES = 8;

/**
 * Draws sentences that hold terms of the list as entities and replaces all of these.
 * @param examples sentences; those that models labelled are left alone, as only their likeliest entities are known
 * @returns at most as many as asked for; fewer when few entities are in the list
 */
export function replaceTerms(
  examples: readonly Example[],
  { type, terms, sentences, random }: ReplaceOptions,
): Example[] {
  const declined = terms.map(declineTerm);
  const known = formsOf(declined);
  const groups = groupBy(declined, ({ paradigm }) => [paradigm]);
  const found = examples
    .filter(({ chances }) => chances === undefined)
    .map((example) => ({ example, mentions: mentionsOf(example, type, known) }))
    .filter(({ mentions }) => mentions.length > 0);
  const made: Example[] = [];
  const seen = new Set(examples.map(({ words }) => words.join(' ')));
  for (let copy = 0; copy < MOST_COPIES && made.length < sentences; copy++) {
    for (const { example, mentions } of random.shuffle([...found])) {
      if (made.length === sentences) break;
      const replaced = replaceMentions(example, mentions, groups, random);
      const key = replaced.words.join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      made.push(replaced);
    }
  }
  return made;
}

interface KnownForm {
  readonly term: DeclinedTerm;
  readonly form: number;
}

/** Terms and their cases by their words; of two that look alike the first in the list. */
function formsOf(terms: readonly DeclinedTerm[]): ReadonlyMap<string, KnownForm> {
  const known = new Map<string, KnownForm>();
  for (const term of terms) {
    for (const [form, words] of term.forms.entries()) {
      const key = keyOf(words, term.paradigm);
      if (!known.has(key)) known.set(key, { term, form });
    }
  }
  return known;
}

/** Abbreviations count in capitals only. */
const keyOf = (words: readonly string[], paradigm: Paradigm): string =>
  paradigm === 'capitals' || paradigm === 'latin' ? words.join(' ') : words.join(' ').toLowerCase();

/** Entities of the type that are terms, not cut by another entity, in the order of the sentence. */
function mentionsOf(
  { words, entities }: Example,
  type: string,
  known: ReadonlyMap<string, KnownForm>,
): Mention[] {
  const mentions = entities.flatMap((entity): Mention[] => {
    const [start, end] = [entity.words[0]!, entity.words.at(-1)! + 1];
    if (typeKey(entity.type) !== typeKey(type) || end - start !== entity.words.length) return [];
    const text = words.slice(start, end).join(' ');
    const form = known.get(text) ?? known.get(text.toLowerCase());
    if (form === undefined || entities.some((other) => cuts(other, start, end))) return [];
    return [{ start, end, ...form }];
  });
  return mentions.sort((a, b) => a.start - b.start);
}

/** Whether an entity holds some of the words but not all. */
function cuts({ words }: EntityMention, start: number, end: number): boolean {
  const inside = words.filter((word) => word >= start && word < end).length;
  return inside > 0 && inside < end - start;
}

/** Every term becomes another of its paradigm, the same one wherever it stands. */
function replaceMentions(
  { words, entities, ...rest }: Example,
  mentions: readonly Mention[],
  groups: ReadonlyMap<Paradigm, readonly DeclinedTerm[]>,
  random: Random,
): Example {
  const drawn = new Map<DeclinedTerm, DeclinedTerm>();
  const result: string[] = [];
  /** For each word of the sentence the first of its new words, and how many there are. */
  const places: [at: number, count: number][] = [];
  let from = 0;
  const keep = (until: number): void => {
    for (; from < until; from++) {
      places.push([result.length, 1]);
      result.push(words[from]!);
    }
  };
  for (const { start, end, term, form } of mentions) {
    if (start < from) continue; // two entities of the same words
    keep(start);
    const group = groups.get(term.paradigm)!;
    const other = drawn.get(term) ?? group[random.below(group.length)]!;
    drawn.set(term, other);
    const inserted = inCaseOf(words[start]!, other.forms[form]!, term.paradigm);
    places.push([result.length, inserted.length]);
    for (from++; from < end; from++) places.push([result.length, 0]);
    result.push(...inserted);
  }
  keep(words.length);
  const moved = entities.map(({ type, words: indices }) => ({
    type,
    words: indices.flatMap((word) => {
      const [at, count] = places[word]!;
      return Array.from({ length: count }, (_, i) => at + i);
    }),
  }));
  return { ...rest, words: result, entities: moved };
}

/** With a capital letter where the word before had one; abbreviations stay as they are. */
function inCaseOf(word: string, words: readonly string[], paradigm: Paradigm): readonly string[] {
  if (paradigm === 'capitals' || paradigm === 'latin' || !/^\p{Lu}/u.test(word)) return words;
  const first = words[0]!;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...words.slice(1)];
}
