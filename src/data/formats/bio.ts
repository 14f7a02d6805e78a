/** Tags of words (BIO and its kin) as entities and back; tags hold neither nested nor discontinuous entities. */
import type { EntityMention } from '../types.ts';

/** A tag taken apart; `undefined` for `O`. */
interface Tag {
  readonly prefix: string;
  readonly type: string;
}

/** Prefixes that begin an entity, go on with one, and end one: BIO, BIOES, BILOU, BMES. */
const begins = new Set(['B', 'S', 'U']);
const ends = new Set(['E', 'S', 'L', 'U']);
const tagPattern = /^([BIOESLUM])[-_](.+)$/su;

/** Takes a tag apart. @returns `undefined` for a word outside entities, a string for what is no tag */
export function parseTag(tag: string): Tag | undefined | string {
  if (tag === 'O' || tag === '') return undefined;
  const [, prefix, type] = tagPattern.exec(tag) ?? [];
  if (prefix === undefined || prefix === 'O') return tag;
  return { prefix, type: type! };
}

/** An entity that tags make, and how it begins. */
export interface TaggedEntity extends EntityMention {
  /** Its first tag says "inside" or "end" where no entity of the type is open. */
  readonly beginsInside: boolean;
}

/** What the tags of a sentence say. */
export interface TaggedSentence {
  readonly entities: readonly TaggedEntity[];
  /** Positions of what is no tag; such a word is outside entities. */
  readonly bad: readonly number[];
}

/** Reads the tags of a sentence as most tools do: a change of type, or a beginning, starts a new entity. */
export function entitiesOfTags(tags: readonly string[]): TaggedSentence {
  const entities: TaggedEntity[] = [];
  const bad: number[] = [];
  let open: { type: string; words: number[]; beginsInside: boolean } | undefined;
  tags.forEach((text, i) => {
    const tag = parseTag(text);
    if (typeof tag === 'string') bad.push(i);
    if (tag === undefined || typeof tag === 'string') {
      open = undefined;
      return;
    }
    if (open === undefined || open.type !== tag.type || begins.has(tag.prefix)) {
      open = { type: tag.type, words: [], beginsInside: !begins.has(tag.prefix) };
      entities.push(open);
    }
    open.words.push(i);
    if (ends.has(tag.prefix)) open = undefined;
  });
  return { entities, bad };
}

/**
 * Whether beginnings are only tagged where an entity touches another of its type (IOB1): there an entity that begins
 * with "inside" is in order.
 */
export function isSparseScheme(sentences: readonly (readonly string[])[]): boolean {
  return sentences.every((tags) =>
    tags.every((text, i) => {
      const tag = parseTag(text);
      if (tag === undefined || typeof tag === 'string' || tag.prefix === 'I') return true;
      const before = i === 0 ? undefined : parseTag(tags[i - 1]!);
      return typeof before === 'object' && before.type === tag.type;
    }),
  );
}

/** Entities that one tag a word can hold, and the rest. */
export interface FlatChoice<E extends EntityMention> {
  readonly kept: readonly E[];
  readonly discontinuous: readonly E[];
  /** Those that share words with one that was kept. */
  readonly overlapping: readonly { readonly entity: E; readonly other: E }[];
}

const isContinuous = ({ words }: EntityMention): boolean => words.at(-1)! - words[0]! + 1 === words.length;

/** Chooses entities that do not overlap: the longer one of two, the first of equally long ones. */
export function chooseFlat<E extends EntityMention>(entities: readonly E[]): FlatChoice<E> {
  const discontinuous = entities.filter((entity) => !isContinuous(entity));
  const owner = new Map<number, E>();
  const overlapping: { entity: E; other: E }[] = [];
  const kept = new Set<E>();
  for (const entity of entities.filter(isContinuous).sort((a, b) => b.words.length - a.words.length)) {
    const taken = entity.words.find((word) => owner.has(word));
    if (taken !== undefined) {
      overlapping.push({ entity, other: owner.get(taken)! });
      continue;
    }
    for (const word of entity.words) owner.set(word, entity);
    kept.add(entity);
  }
  return { kept: entities.filter((entity) => kept.has(entity)), discontinuous, overlapping };
}

/** BIO tags (`B-` at every beginning) of entities that do not overlap. @param nameOf the type as tags write it */
export function tagsOfEntities(
  length: number,
  entities: readonly EntityMention[],
  nameOf: (type: string) => string = (type) => type,
): string[] {
  const tags = new Array<string>(length).fill('O');
  for (const { type, words } of entities) {
    words.forEach((word, i) => {
      tags[word] = `${i === 0 ? 'B' : 'I'}-${nameOf(type)}`;
    });
  }
  return tags;
}
