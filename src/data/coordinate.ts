/**
 * More sentences with discontinuous entities, made of annotated ones. Where guidelines coordinate («рентгенография желудка и
 * двенадцатиперстной кишки»), each conjunct is annotated by itself, mostly as a discontinuous entity, and such examples are
 * few. Here an entity of a sentence is coordinated with others of its type that begin or end with the same words.
 */
import { groupBy } from '../base/group.ts';
import type { Random } from '../base/random.ts';
import { agreeInCase, isInflected, likeness, SHORTEST_STEM } from '../text/inflection.ts';
import { typeKey } from './labels.ts';
import { sameWords } from './relation-grid.ts';
import type { EntityMention, Example } from './types.ts';

/** Settings of {@link coordinateEntities}. */
export interface CoordinateOptions {
  /** Sentences to make at most. */
  readonly sentences: number;
  readonly random: Random;
}

/** A contiguous entity with its place and the entities inside it. */
interface Phrase {
  readonly example: Example;
  readonly type: string;
  readonly words: readonly string[];
  readonly folded: readonly string[];
  /** Index of its first word in the sentence. */
  readonly start: number;
  /** Entities within it, itself not among them. */
  readonly inner: readonly EntityMention[];
}

/** A value and how often it is drawn; the shares of all sum to 1. */
type Choice<T> = readonly [value: T, share: number];

/** What phrases share: words at their beginnings and ends. */
interface Shared {
  readonly head: number;
  readonly tail: number;
}

const [SHORTEST, LONGEST] = [2, 8];
/** Most words that a phrase has for itself, and where only what follows is shared: longer ones seldom go with it. */
const [LONGEST_CONJUNCT, LONGEST_BEFORE_SHARED] = [5, 2];
/** Longer sentences cost more than they teach. */
const LONGEST_SENTENCE = 80;
const TRIES = 20;
/** Between two conjuncts, with how often each is drawn. */
const CONNECTIVES: readonly Choice<readonly string[]>[] = [
  [['и'], 0.55],
  [['или'], 0.17],
  [['/'], 0.08],
  [[','], 0.06],
  [['и', '/', 'или'], 0.06],
  [['и', '(', 'или', ')'], 0.04],
  [[',', 'а', 'также'], 0.04],
];
/** Before the last conjunct of a longer list; commas stand before the others. */
const LAST_CONNECTIVES: readonly Choice<readonly string[]>[] = [
  [['и'], 0.7],
  [['или'], 0.15],
  [[','], 0.15],
];
/** How many phrases are put beside one. */
const ADDED: readonly Choice<number>[] = [
  [1, 0.65],
  [2, 0.23],
  [3, 0.12],
];
/** Words that coordinate already: a phrase with one of them is left alone, as are those with numbers or signs. */
const COORDINATING = new Set(['и', 'или', 'либо', 'а', 'также']);
/** Phrases whose own words begin with one have another construction than those without. */
const PREPOSITIONS = new Set('в во на с со по для при из к ко от до под над у о об за без через'.split(' '));
const WORD = /^\p{L}[\p{L}-]*$/u;
/** A shared word at least this long, so that a preposition alone is not enough. */
const CONTENT_LENGTH = 3;

/**
 * Draws sentences and coordinates one entity of each.
 * @param examples sentences; those that models labelled are left alone, as only their likeliest entities are known
 * @returns at most as many as asked for; fewer when too few entities share words
 */
export function coordinateEntities(
  examples: readonly Example[],
  { sentences, random }: CoordinateOptions,
): Example[] {
  const phrases = examples.filter(({ chances }) => chances === undefined).flatMap(phrasesOf);
  const partners = groupBy(phrases, endKeys);
  const made: Example[] = [];
  const seen = new Set<string>();
  for (let tries = TRIES * sentences; made.length < sentences && tries > 0 && phrases.length > 0; tries--) {
    const phrase = phrases[random.below(phrases.length)]!;
    const others = partners.get(endKeys(phrase)[random.below(2)]!)!;
    const drawn = drawConjuncts(phrase, others, random);
    if (drawn === undefined) continue;
    const example = coordinate(phrase, drawn, random);
    const key = example.words.join(' ');
    if (example.words.length > LONGEST_SENTENCE || seen.has(key)) continue;
    seen.add(key);
    made.push(example);
  }
  return made;
}

/** Phrases to put beside one, and what they all share with it. */
interface Conjuncts {
  readonly others: readonly Phrase[];
  readonly shared: Shared;
}

/** @returns undefined when the first drawn does not fit; as many as were found of those wanted */
function drawConjuncts(phrase: Phrase, candidates: readonly Phrase[], random: Random): Conjuncts | undefined {
  const wanted = choose(ADDED, random);
  const first = candidates[random.below(candidates.length)]!;
  const shared = sharedWords(phrase, first);
  if (shared === undefined) return undefined;
  const others = [first];
  const taken = new Set([phrase, first].map((one) => ownWords(one, shared).join(' ')));
  for (let tries = TRIES; others.length < wanted && tries > 0; tries--) {
    const next = candidates[random.below(candidates.length)]!;
    const both = sharedWords(phrase, next);
    if (both === undefined || both.head < shared.head || both.tail < shared.tail) continue;
    const own = ownWords(next, shared).join(' ');
    if (taken.has(own) || !isConjunct(phrase, next, shared)) continue;
    taken.add(own);
    others.push(next);
  }
  return { others, shared };
}

const ownWords = ({ folded }: Phrase, { head, tail }: Shared): string[] =>
  folded.slice(head, folded.length - tail);

/** The contiguous entities of a sentence that no other entity contains or crosses. */
function phrasesOf(example: Example): Phrase[] {
  return example.entities.flatMap((entity): Phrase[] => {
    const [start, end] = [entity.words[0]!, entity.words.at(-1)! + 1];
    const length = end - start;
    if (entity.words.length !== length || length < SHORTEST || length > LONGEST) return [];
    const words = example.words.slice(start, end);
    const folded = words.map((word) => word.toLowerCase());
    if (folded.some((word) => COORDINATING.has(word) || !WORD.test(word))) return [];
    const others = example.entities.filter((other) => other !== entity);
    const touching = others.filter(({ words: own }) => own.at(-1)! >= start && own[0]! < end);
    const inner = touching.filter(({ words: own }) => own[0]! >= start && own.at(-1)! < end);
    if (inner.length < touching.length) return [];
    return [{ example, type: entity.type, words, folded, start, inner }];
  });
}

/** Keys of phrases that begin alike, and that end alike. */
function endKeys({ type, folded }: Phrase): readonly [string, string] {
  return [`${typeKey(type)} ${folded[0]!.slice(0, SHORTEST_STEM)} …`, `${typeKey(type)} … ${folded.at(-1)}`];
}

/** @returns undefined when the two share no end, or one has no words of its own */
function sharedWords(a: Phrase, b: Phrase): Shared | undefined {
  const most = Math.min(a.words.length, b.words.length) - 1;
  let head = 0;
  while (head < most && likeness(a.folded[head]!, b.folded[head]!) !== 'other') head++;
  // what follows a noun stays as it is in every case of the noun, what follows an adjective does not
  while (head > 0 && likeness(a.folded[head - 1]!, b.folded[head - 1]!) === 'adjective') head--;
  let tail = 0;
  while (head + tail < most && a.folded.at(-1 - tail) === b.folded.at(-1 - tail)) tail++;
  const both = [...a.folded.slice(0, head), ...a.folded.slice(a.words.length - tail)];
  if (!both.some((word) => word.length >= CONTENT_LENGTH)) return undefined;
  const shared = { head, tail };
  return isConjunct(a, b, shared) ? shared : undefined;
}

/** Whether the own words of both are short enough, differ by more than endings, and can stand in one case. */
function isConjunct(a: Phrase, b: Phrase, shared: Shared): boolean {
  const [one, other] = [ownWords(a, shared), ownWords(b, shared)];
  const longest = Math.max(one.length, other.length);
  if (longest > (shared.head === 0 ? LONGEST_BEFORE_SHARED : LONGEST_CONJUNCT)) return false;
  const isSame = one.length === other.length && one.every((word, i) => likeness(word, other[i]!) !== 'other');
  if (isSame || [one, other].some(([word]) => PREPOSITIONS.has(word!))) return false;
  const [first, second] = [a, b].map(({ words }) => words[shared.head]!) as [string, string];
  // what a shared noun governs is in its case already; what stands before shared words may not hide its case
  return agreeInCase(first, second) && (shared.head > 0 || isInflected(first) === isInflected(second));
}

function choose<T>(choices: readonly Choice<T>[], random: Random): T {
  let left = random.uniform();
  for (const [value, share] of choices) {
    left -= share;
    if (left < 0) return value;
  }
  return choices[0]![0];
}

/** The own words of a phrase, without the capital letter that they had as the beginning of their sentence. */
function movedWords({ words, start }: Phrase, { head, tail }: Shared): string[] {
  const own = words.slice(head, words.length - tail);
  if (start > 0 || head > 0 || !/^\p{Lu}\p{Ll}+$/u.test(own[0]!)) return own;
  return [own[0]!.toLowerCase(), ...own.slice(1)];
}

/**
 * `HEAD own TAIL` becomes `HEAD own , other and further TAIL`, in which every phrase is an entity. The shared words are
 * those of the sentence, in its forms.
 */
function coordinate(
  { example, start, words: own }: Phrase,
  { others, shared: { head, tail } }: Conjuncts,
  random: Random,
): Example {
  const at = start + own.length - tail; // where the others' own words come in
  const added: string[] = [];
  const places: number[] = []; // of the first own word of each
  for (const [i, other] of others.entries()) {
    const last = i === others.length - 1;
    const between = choose(others.length === 1 ? CONNECTIVES : LAST_CONNECTIVES, random);
    added.push(...(last ? between : [',']));
    places.push(at + added.length);
    added.push(...movedWords(other, { head, tail }));
  }
  const words = [...example.words.slice(0, at), ...added, ...example.words.slice(at)];
  const shift = (word: number): number => (word < at ? word : word + added.length);
  const entities = example.entities.map(({ type, words: indices }) => ({ type, words: indices.map(shift) }));
  for (const [i, other] of others.entries()) {
    /** Where a word of the other phrase stands now: in the shared words, or among those added. */
    const place = (k: number): number => {
      if (k < head) return start + k;
      if (k < other.words.length - tail) return places[i]! + k - head;
      return at + added.length + k - (other.words.length - tail);
    };
    const brought = [
      { type: other.type, words: other.words.map((_, k) => place(k)) },
      ...other.inner.map(({ type, words: inner }) => ({
        type,
        words: inner.map((word) => place(word - other.start)),
      })),
    ];
    for (const entity of brought) {
      const known = entities.some(
        ({ type, words: old }) => typeKey(type) === typeKey(entity.type) && sameWords(old, entity.words),
      );
      if (!known) entities.push(entity);
    }
  }
  return { ...example, words, entities };
}
