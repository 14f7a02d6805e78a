/** `w2ner augment`, the work. */
import { UserError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { createRandom } from '../../base/random.ts';
import { coordinateEntities } from '../../data/coordinate.ts';
import { readExamples } from '../../data/examples.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatPlural } from '../text.ts';

/** Options of `w2ner augment`. */
export interface AugmentOptions {
  readonly out: string;
  readonly sentences: number;
  readonly seed: number;
}

/** Runs the command. @returns the exit code */
export async function runAugment(
  [data]: readonly string[],
  { out, sentences, seed }: AugmentOptions,
  { stdout }: CliContext,
): Promise<number> {
  const made = coordinateEntities(readExamples(data!), { sentences, random: createRandom(seed) });
  if (made.length === 0) {
    throw new UserError({
      code: 'E_DATA',
      where: data!,
      message: 'holds no two entities of a type that begin or end with the same words',
    });
  }
  const records = made.map(({ words, entities, document }) => ({
    sentence: words,
    ner: entities.map(({ type, words: index }) => ({ type, index })),
    ...(document === undefined ? {} : { document }),
  }));
  writeFileAtomic(out, `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`);
  stdout.write(`${formatPlural(made.length, 'sentence')} with coordinated entities written to ${out}\n`);
  return exitCodes.success;
}
