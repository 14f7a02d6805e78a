/** Joins the lines of a paragraph: hard wraps become spaces, end-of-line hyphens go, list marks end a block. */
import {
  bulletPattern,
  compoundHeads,
  compoundTails,
  hangingAfter,
  numberPattern,
  openerPattern,
  sectionPattern,
  unfinishedWords,
} from './line-rules.ts';
import { concatTexts, type MappedText, sliceText, trimText } from './mapped-text.ts';

/** What stands between two lines. */
type Link = 'break' | 'space' | 'glue' | 'drop-hyphen';

/** Lines that belong together, joined. */
export interface LineGroup extends MappedText {
  /** A list mark stood before it (and is not part of the text). */
  readonly isItem: boolean;
  readonly lineCount: number;
}

interface Line {
  readonly mapped: MappedText;
  readonly text: string;
  /** Its last characters, for patterns that look at its end. */
  readonly tail: string;
  readonly mark: Mark | undefined;
}

/** A bullet or number that begins a list item. */
export interface Mark {
  readonly length: number;
  /** The number of a numbered item. */
  readonly number: number | undefined;
  /** A dash or number may also be the middle of a sentence; other marks may not. */
  readonly isCertain: boolean;
}

const tailLength = 48;

/** A wrapped text is hardly ever wider than this; longer lines are paragraphs of their own. */
const widestWrap = 200;
/** Lines shorter than this are names and headings rather than wrapped prose. */
const narrowestWrap = 30;

const finalPunctuation = /[.!?…;:][»”"')\]*_]*$/u;
const startsLower = /^[«"'([*_#]{0,3}\p{Ll}/u;
/** «мРНК», «pH»: a small letter that begins a name, not the rest of a sentence. */
const startsName = /^\p{Ll}{1,3}\p{Lu}/u;
const startsUpper = /^[«"'([*_#]{0,3}\p{Lu}/u;
const startsInside = /^[),;.%»\]≤≥<>=±/×*^°]/u;
const endsInside = /(?:[,([«„–—=<>≤≥±×/]|\s-)$/u;
const endsAbbreviated = /(?:^|[\s(.])\p{L}{1,4}\.$/u;
/** The last word of a line, but for a unit behind a number («3 с»). */
const lastWord = /(?<!\d\s?)(?<!\p{L})(\p{L}+)$/u;
const hyphenEnd = /([\p{L}\d]+)[-\u2010\u2011\u00AC]$/u;
const firstToken = /^[«"(]?([\p{L}\d]+)/u;
const vowels = /[аеёиоуыэюяaeiouy]/i;

const endsHyphenated = (tail: string): boolean => /[-\u2010\u2011\u00AC]$/.test(tail[tail.length - 1] ?? '');

/** The list mark at the start of a line. */
export function findMark(text: string): Mark | undefined {
  const bullet = bulletPattern.exec(text);
  if (bullet !== null) {
    return { length: bullet[0].length, number: undefined, isCertain: !/^[-–—*+]/.test(text) };
  }
  const number = numberPattern.exec(text);
  if (number === null) return undefined;
  const digits = number[1] ?? number[3];
  return {
    length: number[0].length,
    number: digits === undefined ? undefined : Number(digits),
    isCertain: false,
  };
}

/** A heading in capitals: eight letters or more, none of them small. */
function isCapsLine(text: string): boolean {
  if (!/^\p{Lu}/u.test(text) || /\p{Ll}/u.test(text)) return false;
  return (text.match(/\p{Lu}/gu)?.length ?? 0) >= 8;
}

/**
 * What a hyphen at the end of a line is. It goes when both halves are small letters of one word («диагно-/стика»).
 * It stays in a compound: the first half is a known first part («врача-/кардиолога», «сердечно-/сосудистый»), the second
 * a known second part («какой-/либо»), a half has no vowel and so is no syllable («Х-/сцепленный»), or a capital or
 * digit stands beside it («МРТ-/исследование», «18-/летний»). Before «и», «или» it hangs («до- и послеоперационный»).
 */
function linkHyphen(previous: string, next: string): Link | undefined {
  const left = hyphenEnd.exec(previous)?.[1];
  const right = firstToken.exec(next)?.[1];
  if (left === undefined || right === undefined) return undefined;
  if (hangingAfter.has(right)) return 'space';
  if (!/^\p{Ll}+$/u.test(right) || !/\p{Ll}$/u.test(left))
    return /^[\p{L}\d]/u.test(next) ? 'glue' : undefined;
  const lower = left.toLowerCase();
  if (compoundHeads.has(lower) || compoundTails.has(right)) return 'glue';
  const isThirdPart = previous[previous.length - left.length - 2] === '-';
  if (isThirdPart && /[ое]$/.test(left)) return 'glue';
  if (!vowels.test(left) || !vowels.test(right) || left.length < 2 || right.length < 2) return 'glue';
  return 'drop-hyphen';
}

/** Whether the next line must be the rest of this one, judged from the two alone. */
export function continues(previous: string, next: string): boolean {
  if (endsInside.test(previous)) return true;
  const word = lastWord.exec(previous)?.[1];
  if (word !== undefined && unfinishedWords.has(word)) return true;
  if (finalPunctuation.test(previous)) {
    return endsAbbreviated.test(previous) && startsLower.test(next);
  }
  return (startsLower.test(next) && !startsName.test(next)) || startsInside.test(next);
}

/** Whether a line begins something new whatever stands before it: a fixed phrase of guidelines, a section number. */
export const opensBlock = (text: string): boolean => openerPattern.test(text) || sectionPattern.test(text);

/** Whether a line ends as sentences and headings do. */
export const endsFinally = (text: string): boolean => finalPunctuation.test(text);

/** What stands between two lines that are known to be one paragraph. */
export function linkWrapped(previous: string, next: string): 'space' | 'glue' | 'drop-hyphen' {
  if (previous.endsWith('\u00AD')) return 'drop-hyphen';
  // «II–» / «IV», «подтверждения/» / «исключения»: nothing stands between the two in the middle of a line either.
  if (/[\p{L}\d][–/]$/u.test(previous) && /^[\p{L}\d]/u.test(next)) return 'glue';
  const tail = previous.slice(-tailLength);
  const link = endsHyphenated(tail) ? linkHyphen(tail, next) : undefined;
  return link === undefined || link === 'break' ? 'space' : link;
}

/** Length of the first word of a line, which the line before had no room for. */
function firstWordLength(text: string): number {
  const space = text.indexOf(' ');
  return space < 0 ? text.length : space;
}

/** Whether lines were wrapped at a width, and at which; 0 when they were not. */
function wrapWidth(lines: readonly Line[]): number {
  let width = 0;
  for (const { text } of lines) width = Math.max(width, text.length);
  if (width > widestWrap || width < narrowestWrap) return 0;
  let links = 0;
  let evidence = 0;
  for (let i = 0; i + 1 < lines.length; i++) {
    const [line, next] = [lines[i]!, lines[i + 1]!];
    if (next.mark !== undefined) continue;
    links++;
    const isFilled = line.text.length + 1 + firstWordLength(next.text) > width;
    if (isFilled || continues(line.tail, next.text) || endsHyphenated(line.tail)) evidence++;
  }
  return links > 0 && evidence * 2 >= links ? width : 0;
}

/** Whether the mark at the start of a line opens an item there, or is a dash or number inside a wrapped sentence. */
function opensItem(mark: Mark, previous: Line | undefined, isFilled: boolean, lastNumber: number): boolean {
  if (previous === undefined || mark.isCertain || finalPunctuation.test(previous.tail)) return true;
  if (mark.number !== undefined && (mark.number === 1 || mark.number === lastNumber + 1)) return true;
  return !isFilled && !endsInside.test(previous.tail);
}

function linkLines(previous: Line, next: Line, width: number): Link {
  const [left, right] = [previous.tail, next.text];
  const hyphen = endsHyphenated(left) ? linkHyphen(left, right) : undefined;
  if (hyphen !== undefined) return hyphen;
  if (openerPattern.test(right) || sectionPattern.test(right)) return 'break';
  if (isCapsLine(previous.text) !== isCapsLine(right) && !endsInside.test(left) && startsUpper.test(right))
    return 'break';
  if (continues(left, right)) return 'space';
  if (width === 0) return 'break';
  return previous.text.length + 1 + firstWordLength(right) > width ? 'space' : 'break';
}

/** A line that ends in a soft hyphen: the text lost it, the source has it. */
function endsSoftly(line: Line, source: string): boolean {
  return source.charCodeAt(line.mapped.offsets[line.mapped.text.length]!) === 0xad;
}

const spaceAfter = (line: MappedText): MappedText => {
  const end = line.offsets[line.text.length]!;
  return { text: ' ', offsets: Int32Array.of(end, end + 1) };
};

function joinParts(lines: readonly MappedText[], links: readonly Link[]): MappedText {
  const parts: MappedText[] = [];
  lines.forEach((line, i) => {
    const link = links[i];
    if (link === 'drop-hyphen') parts.push(sliceText(line, 0, line.text.length - 1));
    else parts.push(line);
    if (link === 'space') parts.push(spaceAfter(line));
  });
  return concatTexts(parts);
}

/**
 * Joins the lines of one paragraph, or of several that stand without blank lines between them.
 *
 * Lines are taken for hard-wrapped when at least half of them are full (the next line's first word had no room) or plainly
 * go on in the next; then only a line that is not full ends a block. Otherwise each line is a block of its own, but for
 * one that plainly goes on: it ends with a comma, a dash, a preposition, or the next begins with a small letter.
 *
 * @param input lines without white space at their ends, none empty
 */
export function joinLines(input: readonly MappedText[], source: string): LineGroup[] {
  const lines = input.map(
    (mapped): Line => ({
      mapped,
      text: mapped.text,
      tail: mapped.text.slice(-tailLength),
      mark: findMark(mapped.text),
    }),
  );
  const width = lines.length < 2 ? 0 : wrapWidth(lines);
  const groups: LineGroup[] = [];
  let members: MappedText[] = [];
  let links: Link[] = [];
  let isItem = false;
  let lastNumber = 0;
  const finish = (): void => {
    if (members.length === 0) return;
    const joined = trimText(joinParts(members, links));
    if (joined.text.length > 0) groups.push({ ...joined, isItem, lineCount: members.length });
    members = [];
    links = [];
    isItem = false;
  };
  lines.forEach((line, i) => {
    const previous = lines[i - 1];
    const isFilled =
      previous !== undefined && width > 0 && previous.text.length + 1 + firstWordLength(line.text) > width;
    if (line.mark !== undefined && opensItem(line.mark, previous, isFilled, lastNumber)) {
      finish();
      isItem = true;
      lastNumber = line.mark.number ?? lastNumber;
      members.push(sliceText(line.mapped, line.mark.length, line.text.length));
      return;
    }
    if (previous !== undefined) {
      const link = endsSoftly(previous, source) ? 'glue' : linkLines(previous, line, width);
      if (link === 'break') finish();
      else links[members.length - 1] = link;
    }
    members.push(line.mapped);
  });
  finish();
  return groups;
}
