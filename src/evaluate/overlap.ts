/** Partial credit: scores that tell a wrong boundary from a missed entity (after MUC-5 and SemEval-2013 task 9.1). */
import { typeKey } from '../data/labels.ts';
import { countShared } from '../data/shapes.ts';
import type { EntityMention } from '../data/types.ts';
import { type Counts, checkLengths, distinct, emptyCounts, type Scores, scoresOf } from './scores.ts';

/** Scores with partial credit, over all types. */
export interface OverlapScores {
  /** A prediction that shares a word with an annotated entity of its type is right. One to one, see {@link scoreOverlap}. */
  readonly overlap: Scores;
  /** The same pairs, with credit 1 for equal words and ½ for others (MUC). */
  readonly weighted: Scores;
  /** Over pairs of a word and a type: how much of the text inside entities is labelled right. */
  readonly words: Scores;
  /** Equal words, whatever the type: boundaries alone. */
  readonly untyped: Scores;
}

/**
 * Scores with partial credit. For `overlap` and `weighted` every prediction is paired with at most one annotated entity
 * of its type and the other way round: equal ones first, then by shared words over all words of the two, greatest first;
 * ties go by position, so that the result does not depend on the order of the lists.
 */
export function scoreOverlap(
  gold: readonly (readonly EntityMention[])[],
  predicted: readonly (readonly EntityMention[])[],
): OverlapScores {
  checkLengths(gold, predicted);
  const overlap = emptyCounts();
  const weighted = emptyCounts();
  const words = emptyCounts();
  const untyped = emptyCounts();
  gold.forEach((annotated, i) => {
    const right = distinct(annotated);
    const found = distinct(predicted[i]!);
    const { exact, partial } = countPairs([...right.values()], [...found.values()]);
    addCounts(overlap, exact + partial, found.size, right.size);
    addCounts(weighted, exact + partial / 2, found.size, right.size);
    addSets(words, wordTypes(right.values()), wordTypes(found.values()));
    addSets(untyped, wordLists(right.values()), wordLists(found.values()));
  });
  return {
    overlap: scoresOf(overlap),
    weighted: scoresOf(weighted),
    words: scoresOf(words),
    untyped: scoresOf(untyped),
  };
}

function countPairs(
  gold: readonly EntityMention[],
  predicted: readonly EntityMention[],
): { exact: number; partial: number } {
  const pairs: { g: number; p: number; share: number }[] = [];
  gold.forEach((right, g) => {
    predicted.forEach((found, p) => {
      if (typeKey(right.type) !== typeKey(found.type)) return;
      const shared = countShared(right.words, found.words);
      if (shared > 0)
        pairs.push({ g, p, share: shared / (right.words.length + found.words.length - shared) });
    });
  });
  const byWords = (a: EntityMention, b: EntityMention): number => compareWords(a.words, b.words);
  pairs.sort(
    (a, b) =>
      b.share - a.share || byWords(gold[a.g]!, gold[b.g]!) || byWords(predicted[a.p]!, predicted[b.p]!),
  );
  const usedGold = new Set<number>();
  const usedPredicted = new Set<number>();
  const counts = { exact: 0, partial: 0 };
  for (const { g, p, share } of pairs) {
    if (usedGold.has(g) || usedPredicted.has(p)) continue;
    usedGold.add(g);
    usedPredicted.add(p);
    if (share === 1) counts.exact++;
    else counts.partial++;
  }
  return counts;
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

function wordTypes(entities: Iterable<EntityMention>): Set<string> {
  const pairs = new Set<string>();
  for (const { type, words } of entities) {
    for (const word of words) pairs.add(`${word}\t${typeKey(type)}`);
  }
  return pairs;
}

function wordLists(entities: Iterable<EntityMention>): Set<string> {
  return new Set([...entities].map(({ words }) => words.join(',')));
}

function addSets(counts: Counts, gold: ReadonlySet<string>, predicted: ReadonlySet<string>): void {
  let correct = 0;
  for (const item of predicted) if (gold.has(item)) correct++;
  addCounts(counts, correct, predicted.size, gold.size);
}

function addCounts(counts: Counts, correct: number, predicted: number, gold: number): void {
  counts.correct += correct;
  counts.predicted += predicted;
  counts.gold += gold;
}
