/** The data of a training run, checked as a whole before anything is computed. */
import { UserError } from '../base/errors.ts';
import { changedNote, readExampleFiles } from '../data/examples.ts';
import { type LabelSet, labelSetOf } from '../data/labels.ts';
import type { Example } from '../data/types.ts';

/** Sentences of the data files, with the labels of all of them. */
export interface TrainingData {
  readonly train: readonly Example[];
  readonly dev: readonly Example[];
  readonly test: readonly Example[] | undefined;
  readonly labels: LabelSet;
}

/**
 * @param onWarning is told of each file whose annotations did not all come through as they are
 * @throws UserError listing every bad row of all files, or naming a file without entities
 */
export function readTrainingData(
  options: {
    readonly train: string;
    readonly dev: string;
    readonly test?: string;
  },
  onWarning?: (message: string) => void,
): TrainingData {
  const paths = [options.train, options.dev, ...(options.test === undefined ? [] : [options.test])];
  const files = readExampleFiles(paths);
  for (const message of files.flatMap((file) => changedNote(file) ?? [])) onWarning?.(message);
  const [train, dev, test] = files.map(({ examples }) => examples);
  const labels = labelSetOf(train!, dev!, ...(test === undefined ? [] : [test]));
  const empty = [train!, dev!].findIndex((examples) =>
    examples.every(({ entities }) => entities.length === 0),
  );
  if (empty >= 0) {
    throw new UserError({
      code: 'E_DATA',
      where: paths[empty]!,
      message: 'holds no entity to learn or to compare with',
    });
  }
  return { train: train!, dev: dev!, test, labels };
}
