/**
 * More sentences with discontinuous entities, made of annotated ones. Where guidelines coordinate («рентгенография желудка и
 * двенадцатиперстной кишки»), each conjunct is annotated by itself, mostly as a discontinuous entity, and such examples are
 * few. Here an entity of a sentence is coordinated with another of its type that begins or ends with the same words.
 */
import type { Random } from '../base/random.ts';
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

/** What two phrases share: words at their beginnings and ends. */
interface Shared {
  readonly head: number;
  readonly tail: number;
}

const [SHORTEST, LONGEST] = [2, 8];
/** Most words that a phrase has for itself. */
const LONGEST_CONJUNCT = 5;
/** Longer sentences cost more than they teach. */
const LONGEST_SENTENCE = 80;
const TRIES = 20;
/** Between conjuncts, with how often each is drawn. */
const CONNECTIVES: readonly (readonly [words: readonly string[], share: number])[] = [
  [['и'], 0.65],
  [['или'], 0.2],
  [[',', 'а', 'также'], 0.05],
  [['/'], 0.1],
];
/** Words that coordinate already: a phrase with one of them is left alone, as are those with numbers or signs. */
const COORDINATING = new Set(['и', 'или', 'либо', 'а', 'также']);
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
  const partners = groupByEnds(phrases);
  const made: Example[] = [];
  const seen = new Set<string>();
  for (let tries = TRIES * sentences; made.length < sentences && tries > 0 && phrases.length > 0; tries--) {
    const phrase = phrases[random.below(phrases.length)]!;
    const others = partners.get(endKeys(phrase)[random.below(2)]!)!;
    const other = others[random.below(others.length)]!;
    const shared = sharedWords(phrase, other);
    if (shared === undefined) continue;
    const example = coordinate(phrase, other, shared, drawConnective(random));
    const key = example.words.join(' ');
    if (example.words.length > LONGEST_SENTENCE || seen.has(key)) continue;
    seen.add(key);
    made.push(example);
  }
  return made;
}

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
  return [`${typeKey(type)} ${folded[0]} …`, `${typeKey(type)} … ${folded.at(-1)}`];
}

function groupByEnds(phrases: readonly Phrase[]): ReadonlyMap<string, readonly Phrase[]> {
  const groups = new Map<string, Phrase[]>();
  for (const phrase of phrases) {
    for (const key of endKeys(phrase)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [phrase]);
      else group.push(phrase);
    }
  }
  return groups;
}

/** @returns undefined when the two share no end, or one has no words of its own */
function sharedWords(a: Phrase, b: Phrase): Shared | undefined {
  const most = Math.min(a.words.length, b.words.length) - 1;
  let head = 0;
  while (head < most && a.folded[head] === b.folded[head]) head++;
  let tail = 0;
  while (head + tail < most && a.folded.at(-1 - tail) === b.folded.at(-1 - tail)) tail++;
  const both = [...a.folded.slice(0, head), ...a.folded.slice(a.words.length - tail)];
  if (!both.some((word) => word.length >= CONTENT_LENGTH)) return undefined;
  const own = (phrase: Phrase): string[] => phrase.folded.slice(head, phrase.words.length - tail);
  const [first, second] = [own(a), own(b)];
  if (first.join(' ') === second.join(' ')) return undefined;
  return Math.max(first.length, second.length) > LONGEST_CONJUNCT ? undefined : { head, tail };
}

function drawConnective(random: Random): readonly string[] {
  let left = random.uniform();
  for (const [words, share] of CONNECTIVES) {
    left -= share;
    if (left < 0) return words;
  }
  return CONNECTIVES[0]![0];
}

/** `HEAD own TAIL` becomes `HEAD own CONNECTIVE other TAIL`, in which both phrases are entities. */
function coordinate(
  phrase: Phrase,
  other: Phrase,
  { head, tail }: Shared,
  connective: readonly string[],
): Example {
  const { example, start } = phrase;
  const at = start + phrase.words.length - tail; // where the other's own words come in
  const added = [...connective, ...other.words.slice(head, other.words.length - tail)];
  const words = [...example.words.slice(0, at), ...added, ...example.words.slice(at)];
  const shift = (word: number): number => (word < at ? word : word + added.length);
  const entities = example.entities.map(({ type, words: own }) => ({ type, words: own.map(shift) }));
  /** Where a word of the other phrase stands now: in the shared words, or among those added. */
  const place = (k: number): number => {
    if (k < head) return start + k;
    if (k < other.words.length - tail) return at + connective.length + k - head;
    return at + added.length + k - (other.words.length - tail);
  };
  const brought = [
    { type: other.type, words: other.words.map((_, k) => place(k)) },
    ...other.inner.map(({ type, words: own }) => ({
      type,
      words: own.map((word) => place(word - other.start)),
    })),
  ];
  for (const entity of brought) {
    const known = entities.some(
      ({ type, words: own }) => typeKey(type) === typeKey(entity.type) && sameWords(own, entity.words),
    );
    if (!known) entities.push(entity);
  }
  return { ...example, words, entities };
}
