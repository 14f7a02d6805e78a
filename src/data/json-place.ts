/** Where JSON text breaks: the first place that RFC 8259 does not allow, which `JSON.parse` tells only at times. */

/** A place in a text, for people: both counted from 1. */
export interface TextPlace {
  /** UTF-16 code units before the place. */
  readonly charStart: number;
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\n\r]*/uy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;
const ESCAPE = /["\\/bfnrt]|u[0-9a-fA-F]{4}/uy;
const MARKS = '{}[],:';

/** What may come next. */
type Expected =
  | 'a value'
  | 'a value or "]"'
  | 'a key'
  | 'a key or "}"'
  | '":"'
  | '"," or "]"'
  | '"," or "}"'
  | 'the end';

/** The first syntax error of a JSON text and what was expected there, or `undefined` when there is none. */
export function findJsonError(
  text: string,
): { readonly place: TextPlace; readonly expected: string } | undefined {
  const open: string[] = [];
  let expected: Expected = 'a value';
  for (let at = 0; ; ) {
    const start = matchEnd(SPACE, text, at)!;
    if (expected === 'the end' && start === text.length) return undefined;
    const mark = text[start] ?? '';
    const end: number | undefined = MARKS.includes(mark) ? start + mark.length : valueEnd(text, start);
    const next: Expected | undefined =
      end === undefined || end === start ? undefined : follow(mark, expected, open);
    if (end === undefined || next === undefined) return { place: placeAt(text, start), expected };
    expected = next;
    at = end;
  }
}

/** The end of the string, number or literal at `start`. */
function valueEnd(text: string, start: number): number | undefined {
  if (text[start] !== '"') return matchEnd(SCALAR, text, start);
  for (let at = start + 1; at < text.length; ) {
    if (text[at] === '"') return at + 1;
    if (text.charCodeAt(at) < 0x20) return undefined;
    const next: number | undefined = text[at] === '\\' ? matchEnd(ESCAPE, text, at + 1) : at + 1;
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}

function matchEnd(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** The state after a token that begins with `mark`, `undefined` where it may not stand; brackets go on and off `open`. */
function follow(mark: string, expected: Expected, open: string[]): Expected | undefined {
  const wantsValue = expected === 'a value' || expected === 'a value or "]"';
  switch (mark) {
    case '{':
    case '[':
      if (!wantsValue) return undefined;
      open.push(mark);
      return mark === '{' ? 'a key or "}"' : 'a value or "]"';
    case ':':
      return expected === '":"' ? 'a value' : undefined;
    case ',':
      return expected === '"," or "]"' ? 'a value' : expected === '"," or "}"' ? 'a key' : undefined;
    case ']':
    case '}':
      if (!expected.endsWith(` or "${mark}"`)) return undefined;
      open.pop();
      return afterValue(open);
    default:
      if (mark === '"' && (expected === 'a key' || expected === 'a key or "}"')) return '":"';
      return wantsValue ? afterValue(open) : undefined;
  }
}

function afterValue(open: readonly string[]): Expected {
  if (open.length === 0) return 'the end';
  return open[open.length - 1] === '{' ? '"," or "}"' : '"," or "]"';
}

/** Line and column of a place in a text. */
export function placeAt(text: string, charStart: number): TextPlace {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < charStart; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { charStart, line, column: charStart - lineStart + 1 };
}
