/** Models of the original for tests: our fixtures, and the original's own files where they are at hand. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const reference = resolve(root, '../shared/reference');

/** What the original found in a sentence, and its scores [L, L, K]. */
export interface ExpectedSentence {
  readonly sentence: readonly string[];
  readonly logits: readonly number[];
  /** Words and label id of each entity. */
  readonly decoded: readonly (readonly [readonly number[], number])[];
}

/** Files of a model as the original leaves them. */
export interface OriginalModel {
  readonly name: string;
  /** Whether the files are on this machine. */
  readonly present: boolean;
  readonly model: string;
  readonly config: string;
  /** Holds the labels; read by {@link expectedOf}. */
  readonly expected: string;
  readonly bertConfig: string;
  readonly tokenizer: string;
}

function original(name: string, folder: string, tokenizer: string): OriginalModel {
  const file = (own: string): string => join(folder, own);
  return {
    name,
    present: existsSync(folder),
    model: file('model.pt'),
    config: file('config.json'),
    expected: file('expected.json'),
    bertConfig: file('bert_config.json'),
    tokenizer,
  };
}

const fixtures = join(root, 'test/fixtures/bert');

/** Ours first. */
export const originals: readonly OriginalModel[] = [
  ...['last-layer', 'last-4-layers'].map((name) =>
    original(`fixture ${name}`, join(fixtures, name), join(fixtures, 'encoder')),
  ),
  ...['w2ner-last-layer', 'w2ner-last-4-layers'].map((name) =>
    original(`reference ${name}`, join(reference, name), join(reference, 'tiny-bert')),
  ),
];

/** What the original found. */
export function expectedOf(model: OriginalModel): {
  readonly labels: readonly string[];
  readonly single: readonly ExpectedSentence[];
} {
  return JSON.parse(readFileSync(model.expected, 'utf8'));
}

/** Makes the folder of a model's encoder, without weights. */
export function makeEncoder(model: OriginalModel, folder: string): string {
  mkdirSync(folder, { recursive: true });
  copyFileSync(model.bertConfig, join(folder, 'config.json'));
  for (const name of ['vocab.txt', 'tokenizer_config.json']) {
    copyFileSync(join(model.tokenizer, name), join(folder, name));
  }
  return folder;
}
