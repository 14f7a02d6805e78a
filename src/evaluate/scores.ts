/** Strict entity scores: an entity is right when an annotated one has the same type and exactly the same words. */
import { typeKey } from '../data/labels.ts';
import { type EntityShape, entityShapes } from '../data/shapes.ts';
import type { EntityMention } from '../data/types.ts';

/** Hits and totals. */
export interface Counts {
  /** Predictions that are right; a fraction where partial credit is given. */
  correct: number;
  predicted: number;
  gold: number;
}

/** Precision, recall and F1 with what they were counted from; 0 where nothing was predicted or annotated. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly correct: number;
  readonly predicted: number;
  /** Annotated entities. */
  readonly support: number;
}

/** Means over types. */
export interface MacroScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Types averaged over: those annotated or predicted at least once. */
  readonly types: number;
}

/** The shapes scored on their own. */
export type ShapeName = 'flat' | 'nested' | 'discontinuous';

/** Everything counted from strict matches. */
export interface EntityScores {
  /** Over all entities alike. */
  readonly micro: Scores;
  /** Each type alike: the mean of the types' precisions, of their recalls, and of their F1 (not the F1 of the means). */
  readonly macro: MacroScores;
  /** By display name, most annotated first. */
  readonly per_type: Readonly<Record<string, Scores>>;
  /**
   * By shape. Nested: its words are contained in, contain or equal those of another entity of the sentence.
   * Discontinuous: with a gap. Flat: neither. An entity can be both nested and discontinuous and then counts in both.
   * Annotated entities and right predictions have the shape they have among the annotated entities, wrong predictions the
   * one they have among the predicted.
   */
  readonly by_shape: Readonly<Record<ShapeName, Scores>>;
  /** Micro counts of every sentence, for resampling. */
  readonly sentences: readonly Readonly<Counts>[];
}

/** Nothing counted yet. */
export function emptyCounts(): Counts {
  return { correct: 0, predicted: 0, gold: 0 };
}

/** Scores of counts. */
export function scoresOf({ correct, predicted, gold }: Readonly<Counts>): Scores {
  const precision = predicted === 0 ? 0 : correct / predicted;
  const recall = gold === 0 ? 0 : correct / gold;
  return { precision, recall, f1: f1Of(precision, recall), correct, predicted, support: gold };
}

/** The harmonic mean, 0 when both are 0. */
export function f1Of(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** One string per entity: equal exactly when type (in any case) and words are. */
export function mentionKey({ type, words }: EntityMention): string {
  return `${typeKey(type)}\t${words.join(',')}`;
}

/** The entities of a sentence without repeats, the first of equal ones kept. */
export function distinct<T extends EntityMention>(entities: readonly T[]): Map<string, T> {
  const found = new Map<string, T>();
  for (const entity of entities) {
    const key = mentionKey(entity);
    if (!found.has(key)) found.set(key, entity);
  }
  return found;
}

/**
 * Scores predictions sentence by sentence; an entity that stands twice counts once.
 * @param gold      annotated entities, per sentence
 * @param predicted as many sentences, in the same order
 */
export function scoreEntities(
  gold: readonly (readonly EntityMention[])[],
  predicted: readonly (readonly EntityMention[])[],
): EntityScores {
  checkLengths(gold, predicted);
  const types = new Map<string, Counts & { type: string }>();
  const shapes = { flat: emptyCounts(), nested: emptyCounts(), discontinuous: emptyCounts() };
  const countsOf = (type: string): Counts => {
    const key = typeKey(type);
    const counts = types.get(key) ?? { type, ...emptyCounts() };
    types.set(key, counts);
    return counts;
  };
  const sentences = gold.map((annotated, i) => {
    const right = distinct(annotated);
    const found = distinct(predicted[i]!);
    const counts = { ...emptyCounts(), predicted: found.size, gold: right.size };
    for (const { type } of right.values()) countsOf(type).gold++;
    for (const [key, { type }] of found) {
      const of = countsOf(type);
      of.predicted++;
      if (!right.has(key)) continue;
      of.correct++;
      counts.correct++;
    }
    countShapes(right, found, shapes);
    return counts;
  });
  const perType = [...types.values()].sort((a, b) => b.gold - a.gold || b.predicted - a.predicted);
  const scores = perType.map((counts) => [counts.type, scoresOf(counts)] as const);
  return {
    micro: scoresOf(sumCounts(sentences)),
    macro: macroOf(scores.map(([, score]) => score)),
    per_type: Object.fromEntries(scores),
    by_shape: {
      flat: scoresOf(shapes.flat),
      nested: scoresOf(shapes.nested),
      discontinuous: scoresOf(shapes.discontinuous),
    },
    sentences,
  };
}

/** Adds counts up. */
export function sumCounts(all: Iterable<Readonly<Counts>>): Counts {
  const sum = emptyCounts();
  for (const { correct, predicted, gold } of all) {
    sum.correct += correct;
    sum.predicted += predicted;
    sum.gold += gold;
  }
  return sum;
}

/** A prediction for every sentence, or a bug. */
export function checkLengths(gold: readonly unknown[], predicted: readonly unknown[]): void {
  if (gold.length === predicted.length) return;
  throw new RangeError(`predictions for ${predicted.length} sentences, annotations for ${gold.length}`);
}

function macroOf(scores: readonly Scores[]): MacroScores {
  const mean = (pick: (score: Scores) => number): number =>
    scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  return {
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
    f1: mean(({ f1 }) => f1),
    types: scores.length,
  };
}

function namesOf({ nested, discontinuous }: EntityShape): ShapeName[] {
  if (!nested && !discontinuous) return ['flat'];
  return [...(nested ? (['nested'] as const) : []), ...(discontinuous ? (['discontinuous'] as const) : [])];
}

function countShapes(
  gold: ReadonlyMap<string, EntityMention>,
  predicted: ReadonlyMap<string, EntityMention>,
  shapes: Readonly<Record<ShapeName, Counts>>,
): void {
  forEachShape(gold, (name, key) => {
    shapes[name].gold++;
    if (!predicted.has(key)) return;
    shapes[name].predicted++;
    shapes[name].correct++;
  });
  forEachShape(predicted, (name, key) => {
    if (!gold.has(key)) shapes[name].predicted++;
  });
}

function forEachShape(
  entities: ReadonlyMap<string, EntityMention>,
  visit: (name: ShapeName, key: string) => void,
): void {
  const shapes = entityShapes([...entities.values()]);
  [...entities.keys()].forEach((key, i) => {
    for (const name of namesOf(shapes[i]!)) visit(name, key);
  });
}
