/** Which entity types a user asked for: forgiving about spelling, strict about meaning. */
import { distance } from 'fastest-levenshtein';
import { UserError } from '../base/errors.ts';
import { longestQuote } from '../base/explain-issues.ts';
import { cut } from '../base/quote.ts';

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
const partsOf = (name: string): string[] => name.split('/').map(plain);

/**
 * Resolves type names. Case, spaces and punctuation do not matter; one side of a slash or the beginning of
 * a name is enough when only one type fits: `procedure`, `PROC` and `procedure/test` all mean `PROCEDURE / TEST`.
 * @param wanted as the user wrote them
 * @param available the model's types
 * @param where the setting to name in an error
 * @returns names from `available`, in its order
 * @throws UserError `E_TYPE`
 */
export function selectTypes(
  wanted: readonly string[],
  available: readonly string[],
  where = '--types',
): string[] {
  const chosen = new Set(wanted.map((name) => resolveType(name, available, where)));
  if (chosen.size === 0) {
    throw new UserError({ code: 'E_TYPE', where, message: 'names no type', hint: listTypes(available) });
  }
  return available.filter((type) => chosen.has(type));
}

function resolveType(name: string, available: readonly string[], where: string): string {
  const key = plain(name);
  const tests: ((type: string) => boolean)[] = [
    (type) => plain(type) === key,
    (type) => partsOf(type).includes(key),
    (type) => key.length > 1 && [plain(type), ...partsOf(type)].some((part) => part.startsWith(key)),
  ];
  for (const test of tests) {
    const matches = key === '' ? [] : available.filter(test);
    if (matches.length === 1) return matches[0]!;
    if (matches.length > 1) {
      const message = `"${name}" could be ${matches.map((type) => `"${type}"`).join(' or ')}`;
      throw new UserError({ code: 'E_TYPE', where, message, hint: 'write a little more of the name' });
    }
  }
  const near = nearest(key, available);
  const question = near === undefined ? '' : `did you mean "${near}"?\n  `;
  throw new UserError({
    code: 'E_TYPE',
    where,
    message: `"${cut(name, longestQuote)}" is not a type of this model`,
    hint: question + listTypes(available),
  });
}

function nearest(key: string, available: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(key.length / 3)) + 1;
  for (const type of available) {
    for (const part of [plain(type), ...partsOf(type)]) {
      const steps = distance(key, part);
      if (steps < bestDistance) [best, bestDistance] = [type, steps];
    }
  }
  return best;
}

/** The types, a few on a line. */
function listTypes(available: readonly string[]): string {
  const lines = ['the types are'];
  for (const [i, type] of available.entries()) {
    const item = ` ${type}${i + 1 < available.length ? ',' : ''}`;
    const last = lines.length - 1;
    if (lines[last]!.length + item.length <= 90) lines[last] += item;
    else lines.push(`   ${item}`);
  }
  return lines.join('\n');
}
