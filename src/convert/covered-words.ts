/** The distinct words of documents and of annotated data, as a tagger would be given them. */
import { formatError, UserError } from '../base/errors.ts';
import { readExampleFiles } from '../data/examples.ts';
import { letSignalsIn } from '../predict/batches.ts';
import { findSources, nothingRead } from '../predict/sources.ts';
import { segment } from '../text/segment.ts';

/** Where words come from. */
export interface WordSources {
  /** Documents: files, folders, patterns. */
  readonly corpus?: readonly string[];
  /** Files of sentences that are split into words; they need no annotations. */
  readonly data?: readonly string[];
}

/**
 * Reads all words. A word that was not read is not covered, so one file that cannot be read is an error.
 * @throws UserError naming every file that cannot be read; those of the data files
 */
export async function readWords(
  { corpus = [], data = [] }: WordSources,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const words = new Set<string>();
  for (const { examples } of readExampleFiles(data, { nerRequired: false })) {
    for (const example of examples) for (const word of example.words) words.add(word);
  }
  const { sources, failures } = findSources(corpus);
  if (failures.length > 0) throw nothingRead(failures);
  const errors: UserError[] = [];
  for (const source of sources) {
    await letSignalsIn();
    signal?.throwIfAborted();
    try {
      for (const sentence of segment(await source.read()))
        for (const { text } of sentence.words) words.add(text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0]!;
  if (errors.length > 1) {
    const message = `${errors.length} documents could not be read:\n${errors.map(formatError).join('\n')}`;
    throw new UserError({ code: 'E_INPUT', message });
  }
  return words;
}
