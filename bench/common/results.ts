/** Result files: what was measured, on what, with which settings. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/base/files.ts';
import type { Machine } from './machine.ts';
import { say } from './options.ts';
import { repository } from './paths.ts';
import { fillTables } from './tables.ts';

export interface Result {
  readonly name: string;
  readonly machine: Machine;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export const resultsFolder = join(repository, 'bench/results');

/** Writes `results/NAME.json` and the tables of the README; with `out`, only that file. */
export function writeResult(result: Result, out: string): void {
  const path = out === '' ? join(resultsFolder, `${result.name}.json`) : out;
  writeFileAtomic(path, `${JSON.stringify(result, null, 2)}\n`);
  say(`written to ${out === '' ? `bench/results/${result.name}.json` : out}`);
  if (out === '') updateReadme();
}

/** The results that are there, by name. */
export function readResults(folder = resultsFolder): Map<string, Result> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return new Map(
    names.sort().map((name) => {
      const result = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Result;
      return [result.name, result];
    }),
  );
}

/** Fills the tables of `bench/README.md` from the result files. */
export function updateReadme(): void {
  const path = join(repository, 'bench/README.md');
  writeFileAtomic(path, fillTables(readFileSync(path, 'utf8'), readResults()));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Rounded to significant digits, for result files that people read. */
export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
