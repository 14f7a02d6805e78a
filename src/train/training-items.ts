/** Training sentences with what the loss is to know of them. */
import type { Config } from '../config/schema.ts';
import type { BatchItem } from '../data/batches.ts';
import type { Feeder } from '../data/feeder.ts';
import type { LabelSet } from '../data/labels.ts';
import { encodeGrid, gridDifference, listRelations } from '../data/relation-grid.ts';
import type { Example } from '../data/types.ts';
import type { TrainingData } from './training-data.ts';

/** Longest sentence trained on: a grid of it takes `max_cells` alone. */
export const longestSentence = (config: Config): number => Math.floor(Math.sqrt(config.max_cells));

/** The sentences that are not too long, in their order. */
export function trainingItems({ train, labels }: TrainingData, config: Config, feeder: Feeder): BatchItem[] {
  const longest = longestSentence(config);
  return train
    .filter(({ words }) => words.length <= longest)
    .map((example) => ({
      words: example.words,
      ...relationsOf(example, config, labels),
      ...(config.encoder === 'bert' ? { pieces: feeder.piecesOf(example.words) } : {}),
    }));
}

/** What the loss is to know of a sentence's relations. */
function relationsOf(
  { words, entities, chances }: Example,
  config: Config,
  labels: LabelSet,
): Pick<BatchItem, 'grid' | 'relations' | 'difference'> {
  if (config.relation_scores === 'independent')
    return { relations: listRelations(entities, words.length, labels) };
  const grid = encodeGrid(entities, words.length, labels);
  return chances === undefined
    ? { grid }
    : { grid, difference: gridDifference(chances, grid, words.length, labels) };
}
