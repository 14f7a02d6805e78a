/** Long sentences: cut into overlapping windows before tagging, merged without losing an entity at a seam. */
import type { ScoredEntity } from '../data/types.ts';

/** Half-open range of word indices. */
export interface WordWindow {
  readonly wordStart: number;
  readonly wordEnd: number;
}

/** How long sentences are cut. */
export interface WindowSizes {
  /** Most words in one window. */
  readonly max: number;
  /** Words that neighbouring windows share; every entity up to this extent stands whole in one of them. */
  readonly overlap: number;
}

/** Sizes used when nothing else is asked for. */
export const defaultWindowSizes: WindowSizes = { max: 96, overlap: 32 };

/**
 * Cuts a sentence into windows of nearly equal length, each sharing exactly `overlap` words with the next.
 * @param length number of words
 * @param max most words in a window, at least 3 × `overlap`, so that no word stands in more than two windows
 * @returns one window when the sentence fits, none when it is empty
 */
export function cutWindows(length: number, max: number, overlap: number): WordWindow[] {
  if (!(overlap >= 0 && max >= 1 && max >= 3 * overlap)) {
    throw new Error(`windows of ${max} words cannot share ${overlap}: at most a third`);
  }
  if (length === 0) return [];
  if (length <= max) return [{ wordStart: 0, wordEnd: length }];
  const count = Math.ceil((length - overlap) / (max - overlap));
  const stride = Math.ceil((length - overlap) / count);
  const windows: WordWindow[] = [];
  for (let start = 0; start + overlap < length; start += stride) {
    windows.push({ wordStart: start, wordEnd: Math.min(start + stride + overlap, length) });
  }
  return windows;
}

interface Placed {
  readonly entity: ScoredEntity;
  readonly first: number;
  readonly last: number;
  readonly key: string;
}

function place(entity: ScoredEntity, wordStart: number): Placed {
  const words = entity.words.map((word) => word + wordStart);
  return {
    entity: { ...entity, words },
    first: words[0]!,
    last: words[words.length - 1]!,
    key: `${entity.type}\u0000${words.join(',')}`,
  };
}

/** Whether a window holds all of an entity's extent. */
const holds = (window: WordWindow | undefined, { first, last }: Placed): boolean =>
  window !== undefined && first >= window.wordStart && last < window.wordEnd;

/** Words between the entity and the cut edge that it is nearer to, on the side of one seam. */
const marginLeftOfSeam = (left: WordWindow, { last }: Placed): number => left.wordEnd - 1 - last;
const marginRightOfSeam = (right: WordWindow, { first }: Placed): number => first - right.wordStart;

/**
 * Merges what was found in the windows of one sentence. Of two windows that hold an entity whole, the one in
 * which it stands farther from the cut edge decides; an entity found in both is therefore taken once, and a
 * fragment at a cut edge gives way to the neighbour that sees more. When two windows contradict each other
 * about words on the seam, the finding farther from its cut edge stays.
 * @param windows from {@link cutWindows}
 * @param found per window its entities, word indices counted from the window's start
 * @returns entities with word indices of the sentence, by first word, last word, type
 */
export function mergeWindows(
  windows: readonly WordWindow[],
  found: readonly (readonly ScoredEntity[])[],
): ScoredEntity[] {
  const placed = windows.map((window, i) =>
    (found[i] ?? []).map((entity) => place(entity, window.wordStart)),
  );
  const kept = placed.map((entities, i) => entities.filter((entity) => owns(windows, i, entity)));
  for (let i = 0; i + 1 < windows.length; i++) settleSeam(windows, placed, kept, i);
  return kept
    .flat()
    .map((item) => item.entity)
    .sort(byPlace);
}

function owns(windows: readonly WordWindow[], i: number, entity: Placed): boolean {
  const window = windows[i]!;
  const before = windows[i - 1];
  const after = windows[i + 1];
  if (holds(before, entity) && marginLeftOfSeam(before!, entity) >= marginRightOfSeam(window, entity))
    return false;
  return !(holds(after, entity) && marginRightOfSeam(after!, entity) > marginLeftOfSeam(window, entity));
}

/** Drops, at the seam between windows `i` and `i + 1`, what one window found and the other denies. */
function settleSeam(
  windows: readonly WordWindow[],
  placed: readonly (readonly Placed[])[],
  kept: Placed[][],
  i: number,
): void {
  const [left, right] = [windows[i]!, windows[i + 1]!];
  const doubtful = (items: readonly Placed[], other: WordWindow, others: readonly Placed[]): Placed[] => {
    const shared = items.filter((item) => holds(other, item));
    if (shared.length === 0) return [];
    const confirmed = new Set(others.map((item) => item.key));
    return shared.filter((item) => !confirmed.has(item.key));
  };
  const fromLeft = doubtful(kept[i]!, right, placed[i + 1]!);
  const fromRight = doubtful(kept[i + 1]!, left, placed[i]!);
  const dropped = new Set<Placed>();
  for (const a of fromLeft) {
    for (const b of fromRight) {
      if (a.entity.type !== b.entity.type || !shareWord(a, b)) continue;
      dropped.add(marginLeftOfSeam(left, a) >= marginRightOfSeam(right, b) ? b : a);
    }
  }
  if (dropped.size === 0) return;
  kept[i] = kept[i]!.filter((item) => !dropped.has(item));
  kept[i + 1] = kept[i + 1]!.filter((item) => !dropped.has(item));
}

const shareWord = (a: Placed, b: Placed): boolean => {
  const words = new Set(a.entity.words);
  return b.entity.words.some((word) => words.has(word));
};

const byPlace = (a: ScoredEntity, b: ScoredEntity): number =>
  a.words[0]! - b.words[0]! ||
  a.words[a.words.length - 1]! - b.words[b.words.length - 1]! ||
  (a.type < b.type ? -1 : a.type > b.type ? 1 : 0);

/**
 * Tags sentences of any length with a tagger of short ones: cuts, tags all windows in one call, merges.
 * @param tagShort tags sentences of at most `sizes.max` words, in the order given; not called with empty ones
 * @returns entities per sentence, and how many sentences were cut
 */
export async function tagInWindows(
  sentences: readonly (readonly string[])[],
  tagShort: (short: readonly (readonly string[])[]) => Promise<readonly (readonly ScoredEntity[])[]>,
  sizes: WindowSizes = defaultWindowSizes,
): Promise<{ readonly entities: ScoredEntity[][]; readonly windowed: number }> {
  const cuts = sentences.map((words) => cutWindows(words.length, sizes.max, sizes.overlap));
  const short = sentences.flatMap((words, i) =>
    cuts[i]!.length < 2
      ? cuts[i]!.map(() => words)
      : cuts[i]!.map((w) => words.slice(w.wordStart, w.wordEnd)),
  );
  const found = short.length === 0 ? [] : await tagShort(short);
  let next = 0;
  const entities = cuts.map((windows) => {
    const own = found.slice(next, next + windows.length);
    next += windows.length;
    return windows.length < 2 ? [...(own[0] ?? [])] : mergeWindows(windows, own);
  });
  return { entities, windowed: cuts.filter((windows) => windows.length > 1).length };
}
