/** Corrections of a sentence's entities: every one makes a new list. */
import type { PageEntity } from '../document/types.ts';

/** The lists' entities are sorted as a reader meets them. */
const inOrder = (list: readonly PageEntity[]): readonly PageEntity[] =>
  [...list].sort((a, b) => a.words[0]! - b.words[0]! || b.words.at(-1)! - a.words.at(-1)!);

/** Whether two entities say the same. */
export const isSame = (
  a: Pick<PageEntity, 'type' | 'words'>,
  b: Pick<PageEntity, 'type' | 'words'>,
): boolean =>
  a.type === b.type && a.words.length === b.words.length && a.words.every((word, i) => word === b.words[i]);

/** The entity that already says this, if any. */
export const findSame = (
  list: readonly PageEntity[],
  wanted: Pick<PageEntity, 'type' | 'words'>,
): PageEntity | undefined => list.find((entity) => isSame(entity, wanted));

/** Adds an entity; one that is there already stays alone. */
export function addEntity(list: readonly PageEntity[], entity: PageEntity): readonly PageEntity[] {
  return findSame(list, entity) === undefined ? inOrder([...list, entity]) : list;
}

/** Removes an entity. */
export function removeEntity(list: readonly PageEntity[], id: string): readonly PageEntity[] {
  return list.some((entity) => entity.id === id) ? list.filter((entity) => entity.id !== id) : list;
}

/** Gives an entity another type or other words; nothing happens where that repeats another entity or leaves no word. */
export function changeEntity(
  list: readonly PageEntity[],
  id: string,
  change: Partial<Pick<PageEntity, 'type' | 'words'>>,
): readonly PageEntity[] {
  const old = list.find((entity) => entity.id === id);
  if (old === undefined) return list;
  const next: PageEntity = { ...old, ...change, score: 1 };
  if (next.words.length === 0 || isSame(next, old) || findSame(list, next) !== undefined) return list;
  return inOrder(list.map((entity) => (entity === old ? next : entity)));
}

/** Words with a further stretch, the half-open range `[from, to)`. */
export function withWords(words: readonly number[], from: number, to: number): number[] {
  const all = new Set(words);
  for (let word = from; word < to; word++) all.add(word);
  return [...all].sort((a, b) => a - b);
}

/** Which edge moves where. */
export type EdgeMove = 'grow-left' | 'shrink-left' | 'grow-right' | 'shrink-right';

/**
 * Words after an edge moved by one word; the same words where it cannot.
 * @param length words of the sentence
 */
export function moveEdge(words: readonly number[], move: EdgeMove, length: number): readonly number[] {
  const first = words[0]!;
  const last = words.at(-1)!;
  if (move === 'grow-left') return first > 0 ? [first - 1, ...words] : words;
  if (move === 'grow-right') return last + 1 < length ? [...words, last + 1] : words;
  if (words.length === 1) return words;
  return move === 'shrink-left' ? words.slice(1) : words.slice(0, -1);
}

/** What became of an entity, seen from what the model found. */
export type EntityState = 'found' | 'added' | 'changed';

/** Compares an entity with the ones that the model found in its sentence. */
export function stateOf(entity: PageEntity, found: readonly PageEntity[]): EntityState {
  const original = found.find(({ id }) => id === entity.id);
  if (original === undefined) return 'added';
  return isSame(original, entity) ? 'found' : 'changed';
}

/** Corrections by kind. */
export interface ChangeCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** Counts the corrections of a document. */
export function countChanges(
  found: readonly (readonly PageEntity[])[],
  now: readonly (readonly PageEntity[])[],
): ChangeCounts {
  const counts = { added: 0, changed: 0, removed: 0 };
  now.forEach((list, s) => {
    const before = found[s] ?? [];
    if (list === before) return;
    for (const entity of list) {
      const state = stateOf(entity, before);
      if (state !== 'found') counts[state]++;
    }
    counts.removed += before.filter(({ id }) => list.every((entity) => entity.id !== id)).length;
  });
  return counts;
}
