/** Splits a block's text into sentences, by rules in tables; linear in the length of the text. */
import {
  captionPattern,
  closers,
  enumeratorPattern,
  letterNames,
  longestAside,
  mayEnd,
  needsNext,
  takesNumber,
} from './sentence-rules.ts';

/** A half-open range of the block's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** What stands around a mark that may end a sentence. */
interface Mark {
  /** `.`, `?`, `!`, `…` or several of them. */
  readonly mark: string;
  /** The sentence so far when it is short, else its last characters; ends before the mark. */
  readonly left: string;
  /** Whether `left` is the whole sentence so far. */
  readonly isWhole: boolean;
  /** The run of letters, digits, full stops and hyphens right before the mark. */
  readonly token: string;
  /** What comes after the mark, its closers and references, without leading space. */
  readonly right: string;
  /** Whether white space stands between. */
  readonly isSpaced: boolean;
  /** Whether a bracket, quotation mark or reference closes behind the mark. */
  readonly isClosed: boolean;
}

type Verdict = 'split' | 'join' | undefined;

/** Characters looked at on either side of a mark. */
const leftWindow = 64;
const rightWindow = 48;

const marks = /[.?!…]+/g;
const reference = /\s*\[\s*\d[\d\s,;–—-]*\]/y;
const opening = /^[«"“„'([{#*_•●–—-]*\s*/u;
const startsLower = /^\p{Ll}/u;
const startsUpper = /^\p{Lu}/u;
const startsDigit = /^\d/;
const mixedCase = /^\p{Ll}{1,3}\p{Lu}/u;
const tokenChar = /[\p{L}\d.-]/u;
const inlineBullet = /^[•●○◦▪■□►▶✓➢\uF0B7]/u;

/** The run of letters and digits, with full stops and hyphens inside, that ends a text. */
function lastToken(text: string): string {
  let from = text.length;
  while (from > 0 && tokenChar.test(text[from - 1]!)) from--;
  while (text[from] === '.' || text[from] === '-') from++;
  return text.slice(from);
}

/** The name by which tables know a token: lower case, «т. е» written together. */
function abbreviationOf(mark: Mark): string {
  const { token, left } = mark;
  const before = left.slice(0, left.length - token.length);
  const spaced = /(?:^|[\s(«"])((?:\p{L}{1,3}\.\s?){1,3})$/u.exec(before)?.[1];
  const whole = (spaced === undefined ? token : spaced.replace(/\s/g, '') + token).toLowerCase();
  return needsNext.has(whole) || mayEnd.has(whole) ? whole : token.toLowerCase();
}

/** Letter-by-letter names («И. И. Иванов», «И.И.»): one capital before the full stop. */
const isInitial = (token: string): boolean =>
  /^(?:\p{Lu}[.-])*\p{Lu}\p{Ll}?$/u.test(token) && !/^\p{Lu}\p{Ll}$/u.test(token);

/** The first letters behind opening quotation marks and brackets. */
const nextLetters = (right: string): string => right.replace(opening, '');

/** The rules, in order; the first that knows decides, and without one a mark before a capital or digit splits. */
const rules: readonly ((mark: Mark) => Verdict)[] = [
  // «50 мг/кг», «5.2», «www.site.ru»: nothing ends inside a run of characters, but for a forgotten space.
  ({ isSpaced, isClosed, token, left, right, mark }) => {
    if (isSpaced) return undefined;
    if (isClosed) return /^\p{Lu}\p{L}/u.test(right) ? 'split' : 'join';
    if (!/^[А-ЯЁ][а-яё]+/.test(right)) return 'join';
    return (/[а-яё]{3,}$/.test(token) || /[\])»%]$/.test(left)) && mark === '.' ? undefined : 'join';
  },
  // A bullet inside a line opens an item.
  ({ right }) => (inlineBullet.test(right) ? 'split' : undefined),
  // A small letter goes on, unless it begins a name such as «мРНК».
  ({ right, token }) => {
    const next = nextLetters(right);
    if (!startsLower.test(next)) return undefined;
    return mixedCase.test(next) && token.length > 3 ? 'split' : 'join';
  },
  // Nothing but punctuation follows: it belongs to the sentence that ends.
  ({ right }) => (/^[,;:.)\]»”%]/u.test(right) ? 'join' : undefined),
  // «?» and «!» split before anything else; an ellipsis before a capital.
  ({ mark }) => (/[?!]/.test(mark) ? 'split' : undefined),
  ({ mark, right }) =>
    /…|\.\./.test(mark) ? (startsUpper.test(nextLetters(right)) ? 'split' : 'join') : undefined,
  // «3.1.2. Рекомендуется», «Рис. 1. Схема»: the number belongs to what it numbers.
  ({ left, isWhole, isClosed }) =>
    isWhole && !isClosed && (enumeratorPattern.test(`${left}.`) || captionPattern.test(`${left.trim()}.`))
      ? 'join'
      : undefined,
  // What stands in quotation marks or has a reference behind it is no abbreviation.
  ({ isClosed }) => (isClosed ? 'split' : undefined),
  // «2010. – Т. 42. – С. 966»: the areas of a bibliographic record.
  ({ right, token }) =>
    /^[–—-]\s/u.test(right) && (/\d$/.test(token) || token.length <= 3) ? 'join' : undefined,
  (mark) => judgeSingleLetter(mark),
  (mark) => judgeAbbreviation(mark),
  // «(уровень 2). * * Текст», «. – Текст»: marks and dashes may stand before the next sentence.
  ({ right }) => (/^[/\\=+×°]/u.test(right) ? 'join' : undefined),
];

/** Initials need a name beside them; other single letters are names of things («витамин С.», «УУР A.»). */
function judgeSingleLetter(mark: Mark): Verdict {
  const { token, left, right } = mark;
  if (!isInitial(token)) return undefined;
  const next = nextLetters(right);
  const before = left.slice(0, left.length - token.length).trimEnd();
  // «– Т. 42. – С. 966»: volume and page of a bibliographic record.
  if (startsDigit.test(next))
    return /^[ТСВTCPVN]$/.test(token) && /(?:^|[.,;–—/-])$/.test(before) ? 'join' : undefined;
  if (!startsUpper.test(next)) return next === '' ? undefined : 'join';
  const word = /([\p{L}\d]+)[«"(]?$/u.exec(before)?.[1];
  if (token.length > 1)
    return /^\p{Lu}\p{Ll}+/u.test(next) && word !== undefined && startsUpper.test(word) ? undefined : 'join';
  const isInitialNext = /^\p{Lu}\p{Ll}?\.(?:\s|\p{Lu}|$)/u.test(next);
  if (isInitialNext) return 'join';
  if (/[–—-]$/u.test(before)) return 'split';
  if (word === undefined) return /\.$/.test(before) ? judgeSecondInitial(before, next) : 'join';
  if (letterNames.has(word.toLowerCase())) return 'split';
  return startsUpper.test(word) || startsLower.test(word) ? 'join' : 'split';
}

/** «Иванов И. И. Лечение» ends; «лечил И. И. Иванов» does not: a surname stands on one side only. */
function judgeSecondInitial(before: string, next: string): Verdict {
  const surname = /(\p{L}{3,})\s+\p{Lu}\p{Ll}?\.$/u.exec(before)?.[1];
  if (surname === undefined || !/^\p{Lu}\p{Ll}/u.test(surname)) return 'join';
  return /^\p{Lu}\p{Ll}+/u.test(next) ? 'split' : 'join';
}

/** Abbreviations of the tables. */
function judgeAbbreviation(mark: Mark): Verdict {
  const { right, left, token } = mark;
  const name = abbreviationOf(mark);
  const next = nextLetters(right);
  const hasNumber = /\d\s*$/.test(left.slice(0, left.length - token.length));
  // «5 см. Затем» is a length, «см. Приложение» is not; «в 2020 г. Пациентам», but «в г. Москве».
  if (name === 'см' && hasNumber) return startsUpper.test(next) ? 'split' : 'join';
  if (name === 'г' && !hasNumber) return 'join';
  if (/^(?:п|с|т|в|ст|ч|д)$/.test(name) && !hasNumber && !/[А-Я]/.test(token) && token.length === 1) {
    return startsUpper.test(next) && name !== 'в' && name !== 'с'
      ? 'join'
      : startsDigit.test(next)
        ? 'join'
        : undefined;
  }
  if (needsNext.has(name)) return 'join';
  if (!mayEnd.has(name)) return undefined;
  if (startsUpper.test(next)) return 'split';
  if (startsDigit.test(next)) return takesNumber.has(name) ? 'join' : 'split';
  return /^[<>≤≥±~]/u.test(right) ? 'join' : undefined;
}

/** Ranges in brackets or quotation marks short enough to be kept whole, outermost only, in order. */
function findAsides(text: string): readonly TextRange[] {
  const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '»': '«' };
  const open: { char: string; at: number }[] = [];
  const asides: TextRange[] = [];
  let oldest = 0;
  for (const found of text.matchAll(/[()[\]«»]/g)) {
    const char = found[0];
    const partner = pairs[char];
    if (partner === undefined) {
      open.push({ char, at: found.index });
      continue;
    }
    while (oldest < open.length && found.index - open[oldest]!.at > longestAside) oldest++;
    let k = open.length - 1;
    while (k >= oldest && open[k]!.char !== partner) k--;
    if (k < oldest) continue;
    const start = open[k]!.at;
    open.length = k;
    oldest = Math.min(oldest, k);
    while (asides.length > 0 && asides.at(-1)!.start >= start) asides.pop();
    asides.push({ start, end: found.index + 1 });
  }
  return asides;
}

/** Where the sentence's tail ends: closers and references behind the mark belong to it. */
function skipTail(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && closers.includes(text[at]!)) at++;
    while (/[.?!…]/.test(text[at] ?? '')) at++;
    reference.lastIndex = at;
    const found = reference.exec(text);
    if (found === null) return at;
    at += found[0].length;
  }
}

/**
 * The sentences of a text as ranges without white space at their ends; together they hold all that is not white space.
 * A `;` does not split, nor does a full stop inside short brackets or quotation marks.
 */
export function splitSentences(text: string): TextRange[] {
  const ranges: TextRange[] = [];
  const asides = findAsides(text);
  let aside = 0;
  let start = 0;
  const push = (end: number): void => {
    let [from, to] = [start, end];
    while (from < to && /\s/.test(text[from]!)) from++;
    while (to > from && /\s/.test(text[to - 1]!)) to--;
    if (from < to) ranges.push({ start: from, end: to });
    start = end;
  };
  marks.lastIndex = 0;
  const places = [...text.matchAll(marks)];
  for (const found of places) {
    const at = found.index;
    if (at < start) continue;
    while (aside < asides.length && asides[aside]!.end <= at) aside++;
    if (aside < asides.length && asides[aside]!.start < at && asides[aside]!.start >= start) {
      const { end } = asides[aside]!;
      if (!isTailOfAside(text, at + found[0].length, end)) continue;
    }
    const tail = skipTail(text, at + found[0].length);
    if (judge(text, start, at, found[0], tail) === 'split') push(tail);
  }
  push(text.length);
  return ranges;
}

/** Whether the mark is the last thing inside brackets or quotation marks: «(см. ниже.) Далее». */
function isTailOfAside(text: string, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (!closers.includes(text[i]!)) return false;
  return true;
}

function judge(text: string, start: number, at: number, mark: string, tail: number): Verdict {
  let next = tail;
  while (next < text.length && next < tail + rightWindow && /\s/.test(text[next]!)) next++;
  if (next >= text.length) return 'join';
  let from = start;
  while (from < at && /\s/.test(text[from]!) && from < start + leftWindow) from++;
  const isWhole = at - from <= leftWindow;
  const left = text.slice(isWhole ? from : at - leftWindow, at);
  const context: Mark = {
    mark,
    left,
    isWhole,
    token: lastToken(left),
    right: text.slice(next, next + rightWindow),
    isSpaced: next > tail,
    isClosed: tail > at + mark.length,
  };
  for (const rule of rules) {
    const verdict = rule(context);
    if (verdict !== undefined) return verdict;
  }
  return 'split';
}
