/** The labels of a model of the original, which stores their number but not their names. */
import { readFileSync } from 'node:fs';
import { errorMessage, UserError } from '../base/errors.ts';
import { readExampleFiles } from '../data/examples.ts';
import { createLabelSet, type LabelSet, labelSetFromJson, labelSetOf } from '../data/labels.ts';

/** Where labels come from: a list of them, or the data that the original was given. */
export interface LabelSources {
  /** A JSON list of names in id order, `<pad>` and `<suc>` first, or an object with such a list as `labels`. */
  readonly labels?: string;
  /** Data files of the training run. */
  readonly train?: string;
  readonly dev?: string;
  readonly test?: string;
}

/** The types of the guidelines data as they are shown; the original stores them in lower case. */
const displayNames = [
  'DRUG',
  'ACTION / INTERVENTION',
  'ADVERSE_EVENT / WARNING',
  'DOSAGE',
  'PROCEDURE / TEST',
  'AGE_GROUP / POPULATION',
  'FOLLOW_UP',
  'TIME_WINDOW',
  'LAB_VALUE / MEASUREMENT',
  'SEVERITY/STAGE',
  'CONTRAINDICATION',
  'DURATION',
  'FREQUENCY',
];

const displayed = new Map(displayNames.map((name) => [name.toLowerCase(), name]));

/**
 * Labels in the original's order: as listed, or as first seen in train, dev and test.
 * @throws UserError `E_OPTION` when there is not exactly one source, `E_LABELS` for a file that is no list of labels,
 *   `E_DATA…` for bad data
 */
export function readLabels({ labels, train, dev, test }: LabelSources): LabelSet {
  if (labels !== undefined && (train ?? dev ?? test) !== undefined) {
    const message = 'got a list of labels and data files, expected one of them';
    throw new UserError({ code: 'E_OPTION', where: '--labels', message });
  }
  if (labels !== undefined) return readLabelFile(labels);
  if (train === undefined) {
    const [message, hint] =
      dev === undefined && test === undefined
        ? ['the checkpoint holds no label names, expected --labels or --train', labelsHint]
        : ['got other data without --train, whose labels come first', labelsHint];
    throw new UserError({ code: 'E_OPTION', where: '--train', message, hint });
  }
  const files = readExampleFiles([train, dev, test].filter((path) => path !== undefined));
  return labelSetOf(...files.map(({ examples }) => examples));
}

const labelsHint =
  'give the data files that the original was trained with (--train, --dev, --test), or --labels with a JSON list ["<pad>", "<suc>", "drug", …] in id order';

function readLabelFile(path: string): LabelSet {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const message = `is not readable JSON (${errorMessage(error)})`;
    throw new UserError({ code: 'E_LABELS', where: path, message, hint: labelsHint });
  }
  const list =
    typeof value === 'object' && value !== null && 'labels' in value
      ? (value as { readonly labels: unknown }).labels
      : value;
  return createLabelSet(labelSetFromJson(list, path).types.map((name) => displayed.get(name) ?? name));
}
