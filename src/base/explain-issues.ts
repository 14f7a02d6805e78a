/** What a schema found wrong with a value, in words: where, what was found, what was expected, what to do. */
import type { core } from 'zod';
import { nearest } from './nearest.ts';
import { cut } from './quote.ts';

type Issue = core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Settings of {@link explainIssues}. */
export interface ExplainOptions {
  /** How a place in the value is written; `"a.0.b"`, and nothing for the value itself, when absent. */
  readonly place?: (path: Path) => string;
  /** The keys that the value may have. */
  readonly known?: readonly string[];
}

/** More faults are counted, not told: a value from outside may have any number of them. */
const mostTold = 20;

/** Characters that are shown of a value or key: several may stand in one message. */
export const longestQuote = 40;

/**
 * Explains the issues of a failed check, for example `min_score: got 5, expected at most 1`. A schema's own messages are kept
 * where they begin in lower case, as ours do and zod's do not.
 * @param value what was checked
 */
export function explainIssues(
  issues: readonly Issue[],
  value: unknown,
  { place = quotedPath, known = [] }: ExplainOptions = {},
): { readonly message: string; readonly hint?: string } {
  const faults = issues.flatMap((issue): { path: Path; issue: Issue }[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], issue }))
      : [{ path: issue.path, issue }],
  );
  const hints = new Set<string>();
  const told = faults.slice(0, mostTold).map(({ path, issue }) => {
    const found = valueAt(value, path);
    const hint = hintFor(issue, path, found, known);
    if (hint !== undefined) hints.add(hint);
    const where = place(path.map((key) => (typeof key === 'number' ? key : cut(String(key), longestQuote))));
    return `${where === '' ? '' : `${where}: `}${describe(issue, found)}`;
  });
  if (faults.length > told.length) told.push(`and ${faults.length - told.length} more`);
  return { message: told.join('; '), ...(hints.size === 0 ? {} : { hint: [...hints].join('; ') }) };
}

/** A value as messages show it: short, whatever it is. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, longestQuote));
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `an array of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

const quotedPath = (path: Path): string => (path.length === 0 ? '' : `"${path.map(String).join('.')}"`);

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, key) => (inside as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key],
    value,
  );
}

function describe(issue: Issue, found: unknown): string {
  if (issue.code === 'unrecognized_keys') return 'is not known';
  const expected = /^\p{Ll}/u.test(issue.message) ? issue.message : `expected ${expectedBy(issue)}`;
  return `${found === undefined ? 'is missing' : `got ${shownValue(found)}`}, ${expected}`;
}

function hintFor(issue: Issue, path: Path, found: unknown, known: readonly string[]): string | undefined {
  const isKey = issue.code === 'unrecognized_keys';
  const name = isKey ? path.at(-1) : found;
  const names = isKey ? known : issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const near = typeof name === 'string' ? nearest(name, names) : undefined;
  if (near !== undefined) return `did you mean "${near}"?`;
  return isKey && known.length > 0 ? `known: ${known.join(', ')}` : undefined; // a value's choices are told as expected
}

/** Types by the names that zod gives them. */
const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
};

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(shownValue).join(', ')}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${amount(issue.maximum, issue.origin)}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${amount(issue.minimum, issue.origin)}`;
    case 'invalid_union': {
      const choices = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectedBy(first)]));
      return [...new Set(choices)].join(' or ');
    }
    default:
      return issue.message;
  }
}

/** Things that are counted when their size is checked, by the type that has them. */
const units: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

function amount(count: number | bigint, origin: string): string {
  const unit = units[origin];
  return unit === undefined ? String(count) : `${count} ${unit}${count === 1 ? '' : 's'}`;
}
