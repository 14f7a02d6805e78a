/** The data of a training run, checked as a whole before anything is computed. */
import { UserError } from '../base/errors.ts';
import type { Config } from '../config/schema.ts';
import { changedNote, readExampleFiles } from '../data/examples.ts';
import { type LabelSet, labelSetOf } from '../data/labels.ts';
import type { Example } from '../data/types.ts';

/** Sentences of the data files, with the labels of all of them. */
export interface TrainingData {
  readonly train: readonly Example[];
  readonly dev: readonly Example[];
  readonly test: readonly Example[] | undefined;
  readonly labels: LabelSet;
  /** Whether some training sentences have labels that are not certain. */
  readonly soft: boolean;
}

/**
 * @param onWarning is told of each file whose annotations did not all come through as they are
 * @throws UserError listing every bad row of all files, or naming a file without entities
 */
export function readTrainingData(
  options: {
    readonly config: Config;
    readonly train: string | readonly string[];
    readonly dev: string;
    readonly test?: string;
  },
  onWarning?: (message: string) => void,
): TrainingData {
  const trainPaths = [options.train].flat();
  const files = readExampleFiles([
    ...trainPaths,
    options.dev,
    ...(options.test === undefined ? [] : [options.test]),
  ]);
  for (const message of files.flatMap((file) => changedNote(file) ?? [])) onWarning?.(message);
  const sets = files.map(({ examples }) => examples);
  const train = sets.slice(0, trainPaths.length).flat();
  const [dev, test] = sets.slice(trainPaths.length) as [Example[], Example[]?];
  const labels = labelSetOf(train, dev, ...(test === undefined ? [] : [test]));
  for (const [where, examples] of [
    [trainPaths.join(', '), train],
    [options.dev, dev],
  ] as const) {
    if (examples.some(({ entities }) => entities.length > 0)) continue;
    const message = 'holds no entity to learn or to compare with';
    throw new UserError({ code: 'E_DATA', where, message });
  }
  const soft = train.some(({ chances }) => chances !== undefined);
  if (soft && options.config.relation_scores === 'independent') {
    const message =
      '"relation_scores" is "independent", but the training data has "cells" of labels that compete';
    const hint = 'train with "relation_scores": "softmax", or take "cells" out of the data';
    throw new UserError({ code: 'E_CONFIG_VALUE', where: 'config', message, hint });
  }
  return { train, dev, test, labels, soft };
}
