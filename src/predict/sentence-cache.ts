/** Answers for repeated sentences: guidelines say the same thing many times. */
import type { ScoredEntity } from '../data/types.ts';

/** How much a cache may hold. */
export interface CacheLimits {
  /** Most sentences. */
  readonly entries: number;
  /** Most characters in one sentence's key; longer sentences hardly repeat and are not kept. */
  readonly keyLength: number;
}

/** About 20 MB when full. */
export const defaultCacheLimits: CacheLimits = { entries: 20_000, keyLength: 400 };

/** A bounded memory of sentences and their entities; the least recently used goes first. */
export interface SentenceCache {
  get(key: string): readonly ScoredEntity[] | undefined;
  set(key: string, entities: readonly ScoredEntity[]): void;
  readonly size: number;
}

/** Makes an empty cache. */
export function createSentenceCache(limits: CacheLimits = defaultCacheLimits): SentenceCache {
  const entries = new Map<string, readonly ScoredEntity[]>();
  return {
    get size() {
      return entries.size;
    },
    get: (key) => {
      const found = entries.get(key);
      if (found === undefined) return undefined;
      entries.delete(key);
      entries.set(key, found);
      return found;
    },
    set: (key, entities) => {
      if (key.length > limits.keyLength) return;
      entries.delete(key);
      entries.set(key, entities);
      if (entries.size > limits.entries) entries.delete(entries.keys().next().value!);
    },
  };
}

/** Tags sentences of a batch; a sentence that stands in it twice, or in the cache, is tagged once. */
export async function tagCached(
  sentences: readonly (readonly string[])[],
  tag: (sentences: readonly (readonly string[])[]) => Promise<readonly (readonly ScoredEntity[])[]>,
  cache: SentenceCache,
): Promise<{ readonly entities: (readonly ScoredEntity[])[]; readonly repeated: number }> {
  const keys = sentences.map((words) => words.join('\u0001'));
  const answers = new Map<string, readonly ScoredEntity[]>();
  const fresh = new Map<string, readonly string[]>();
  keys.forEach((key, i) => {
    if (answers.has(key) || fresh.has(key)) return;
    const known = cache.get(key);
    if (known !== undefined) answers.set(key, known);
    else fresh.set(key, sentences[i]!);
  });
  if (fresh.size > 0) {
    const found = await tag([...fresh.values()]);
    if (found.length !== fresh.size)
      throw new Error(`tagger answered ${found.length} of ${fresh.size} sentences`);
    [...fresh.keys()].forEach((key, i) => {
      answers.set(key, found[i]!);
      cache.set(key, found[i]!);
    });
  }
  return { entities: keys.map((key) => answers.get(key)!), repeated: keys.length - fresh.size };
}
