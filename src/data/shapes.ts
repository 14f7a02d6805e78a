/** How the entities of one sentence lie to each other: flat, nested, overlapping, discontinuous. */
import type { EntityMention } from './types.ts';

/** The shape of one entity among the others of its sentence. */
export interface EntityShape {
  /** Its words contain, or are contained in, those of another entity (of any type; the same words count too). */
  readonly nested: boolean;
  /** It shares a word with another entity, neither containing the other. */
  readonly overlapping: boolean;
  /** Its word indices have a gap. */
  readonly discontinuous: boolean;
}

/** The shape of every entity of a sentence, in order. Entities must not repeat. */
export function entityShapes(entities: readonly EntityMention[]): EntityShape[] {
  return entities.map(({ words }, i) => {
    let nested = false;
    let overlapping = false;
    entities.forEach((other, j) => {
      if (i === j || !rangesMeet(words, other.words)) return;
      const shared = countShared(words, other.words);
      if (shared === 0) return;
      if (shared === words.length || shared === other.words.length) nested = true;
      else overlapping = true;
    });
    return { nested, overlapping, discontinuous: isDiscontinuous(words) };
  });
}

/** Whether ascending word indices have a gap. */
export function isDiscontinuous(words: readonly number[]): boolean {
  return words.length > 0 && words[words.length - 1]! - words[0]! !== words.length - 1;
}

/** How many word indices two ascending lists share. */
export function countShared(a: readonly number[], b: readonly number[]): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) shared++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return shared;
}

function rangesMeet(a: readonly number[], b: readonly number[]): boolean {
  return a[0]! <= b[b.length - 1]! && b[0]! <= a[a.length - 1]!;
}
