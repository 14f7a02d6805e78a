/** What somebody may have meant who misspelt a name. */
import { distance } from 'fastest-levenshtein';

/** Longer names are no misspelt ones, and comparing them takes time. */
const longestName = 64;

/** The name nearest to one that is not known, upper and lower case alike; undefined when none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (name.length > longestName) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const known of names) {
    const steps = distance(name.toLowerCase(), known.toLowerCase());
    if (steps < bestDistance) [best, bestDistance] = [known, steps];
  }
  return best;
}
