/** Where the benchmarks find things: the repository, and the data that is not part of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../src/base/errors.ts';
import { readExamples } from '../../src/data/examples.ts';
import type { Example } from '../../src/data/types.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the data folder. @throws UserError saying how to name the folder */
export function dataFile(name: string): string {
  const folder = process.env.W2NER_DATA ?? join(repository, '../shared/data');
  return present(
    join(folder, name),
    'set W2NER_DATA to the folder that holds seed/ and guidelines/, or name the file with an option',
  );
}

/** The path, if something is there. @throws UserError */
export function present(path: string, hint: string): string {
  if (existsSync(path)) return path;
  throw new UserError({ code: 'E_INPUT_MISSING', where: path, message: 'there is no such file', hint });
}

/** The first sentences of a data file; all when `count` is 0. */
export function firstExamples(path: string, count: number): Example[] {
  const examples = readExamples(path);
  return count > 0 ? examples.slice(0, count) : examples;
}
