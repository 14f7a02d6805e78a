/** The result of an evaluation: everything `w2ner evaluate` prints, as one object whose keys are those of its JSON. */
import { labelSetOf } from '../data/labels.ts';
import { encodeGrid } from '../data/relation-grid.ts';
import type { EntityMention, Example, ScoredEntity } from '../data/types.ts';
import { countUnholdable, type UnholdableCounts } from '../decode/grid-losses.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { type BootstrapOptions, bootstrap, type ConfidenceInterval } from './confidence.ts';
import { applyLexicon, type LexiconOptions, learnLexicon } from './lexicon.ts';
import { type OverlapScores, scoreOverlap } from './overlap.ts';
import {
  addRelationCounts,
  emptyRelationCounts,
  type RelationCounts,
  type RelationScores,
  relationScores,
} from './relations.ts';
import { checkLengths, type MacroScores, type Scores, scoreEntities } from './scores.ts';

/** What the lexicon learnt from the training data scores on the same sentences. */
export interface LexiconReport {
  readonly phrases: number;
  readonly fold_digits: boolean;
  readonly min_share: number;
  readonly micro: Scores;
  readonly macro: MacroScores;
  readonly per_type: Readonly<Record<string, Scores>>;
}

/** An evaluation of predictions against annotations. */
export interface EvaluationReport {
  readonly sentences: number;
  readonly words: number;
  /** Strict scores over all entities. */
  readonly micro: Scores;
  /** Strict scores, each type alike. */
  readonly macro: MacroScores;
  readonly per_type: Readonly<Record<string, Scores>>;
  /** Strict scores by shape, see `EntityScores.by_shape`. */
  readonly flat: Scores;
  readonly nested: Scores;
  readonly discontinuous: Scores;
  /** Scores with partial credit. */
  readonly partial: OverlapScores;
  readonly relations: RelationScores;
  /** Of the strict micro scores. */
  readonly confidence_interval: ConfidenceInterval;
  /** `null` when predictions have no scores. */
  readonly calibration: Calibration | null;
  /** `null` without training data. */
  readonly lexicon: LexiconReport | null;
  /** Annotated entities that one grid cannot hold. */
  readonly unholdable: UnholdableCounts;
  /** `null` when not measured. */
  readonly sentences_per_second: number | null;
}

/** Settings of {@link evaluatePredictions}. */
export interface ReportOptions {
  /** The model's training data, for the lexicon baseline. */
  readonly training?: readonly Example[];
  readonly lexicon?: LexiconOptions;
  readonly bootstrap?: BootstrapOptions;
  /** Counts of the model's own grids; otherwise the relations that the predicted entities imply are scored. */
  readonly relations?: RelationCounts;
  readonly sentencesPerSecond?: number;
}

/**
 * Compares predictions with annotations.
 * @param gold      annotated sentences
 * @param predicted entities for as many sentences, in the same order; repeats count once
 */
export function evaluatePredictions(
  gold: readonly Example[],
  predicted: readonly (readonly (EntityMention | ScoredEntity)[])[],
  options: ReportOptions = {},
): EvaluationReport {
  checkLengths(gold, predicted);
  const annotated = gold.map(({ entities }) => entities);
  const strict = scoreEntities(annotated, predicted);
  return {
    sentences: gold.length,
    words: gold.reduce((sum, { words }) => sum + words.length, 0),
    micro: strict.micro,
    macro: strict.macro,
    per_type: strict.per_type,
    ...strict.by_shape,
    partial: scoreOverlap(annotated, predicted),
    relations:
      options.relations === undefined
        ? impliedRelations(gold, predicted)
        : relationScores(options.relations, 'grid'),
    confidence_interval: bootstrap(strict.sentences, options.bootstrap),
    calibration: calibrate(annotated, predicted) ?? null,
    lexicon: options.training === undefined ? null : lexiconReport(gold, options.training, options.lexicon),
    unholdable: countUnholdable(gold, labelSetOf(gold)),
    sentences_per_second: options.sentencesPerSecond ?? null,
  };
}

/** What a lexicon learnt from `training` scores on `gold`. */
export function lexiconReport(
  gold: readonly Example[],
  training: readonly Example[],
  options?: LexiconOptions,
): LexiconReport {
  const lexicon = learnLexicon(training, options);
  const { micro, macro, per_type } = scoreEntities(
    gold.map(({ entities }) => entities),
    gold.map(({ words }) => applyLexicon(lexicon, words)),
  );
  return {
    phrases: lexicon.phrases,
    fold_digits: lexicon.foldDigits,
    min_share: lexicon.minShare,
    micro,
    macro,
    per_type,
  };
}

function impliedRelations(
  gold: readonly Example[],
  predicted: readonly (readonly EntityMention[])[],
): RelationScores {
  const labels = labelSetOf(
    gold,
    predicted.map((entities) => ({ words: [], entities })),
  );
  const counts = emptyRelationCounts();
  gold.forEach(({ words, entities }, i) => {
    const { length } = words;
    addRelationCounts(
      counts,
      encodeGrid(entities, length, labels),
      encodeGrid(predicted[i]!, length, labels),
      length,
    );
  });
  return relationScores(counts, 'entities');
}
