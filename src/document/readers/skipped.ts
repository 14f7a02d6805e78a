/** Counts of what a reader leaves out, by kind. */

/** Kind of what was left out (`code`, `html`, `rule`, …) to how often. */
export type Skipped = Record<string, number>;

/** Counts one more of a kind. */
export function countSkipped(skipped: Skipped, kind: string, count = 1): void {
  skipped[kind] = (skipped[kind] ?? 0) + count;
}

/** Forgets the counts of an earlier reading. */
export function clearSkipped(skipped: Skipped): void {
  for (const kind of Object.keys(skipped)) delete skipped[kind];
}
