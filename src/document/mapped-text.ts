/** Readable text that remembers, for each of its characters, the place it came from in the source. */

/** A stretch of text with the source place of every character. */
export interface MappedText {
  readonly text: string;
  /** `offsets[i]` is the source place of `text[i]`; the last entry is the end of the last character. */
  readonly offsets: Int32Array;
}

/** Collects pieces of source and inserted characters into one {@link MappedText}. */
export interface TextBuilder {
  /** Appends the source range as it is, invisible characters left out, every white space made a plain space. */
  copy(start: number, end: number): void;
  /** Appends text that stands for the whole source range (a decoded character reference, a joining space). */
  insert(text: string, start: number, end: number): void;
  /** What was collected, without white space at its ends; the builder is empty afterwards. */
  take(): MappedText;
  /** Whether anything was appended since the last {@link TextBuilder.take}. */
  readonly isEmpty: boolean;
}

export const emptyText: MappedText = { text: '', offsets: new Int32Array(1) };

/** Soft hyphen, zero-width space, joiners, byte-order mark: never seen, and they would split words. */
const invisible = /[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]/;
const needsCare = /[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]|\p{Mn}|[^\S ]/u;
/** Decomposed letters of Russian: base letter, combining mark, the letter as the models know it. */
const composed: Readonly<Record<string, string>> = {
  '\u0438\u0306': 'й',
  '\u0418\u0306': 'Й',
  '\u0435\u0308': 'ё',
  '\u0415\u0308': 'Ё',
};
/** A stress mark on a Russian vowel is help for the reader, not part of the word. */
const stressed = /[аеёиоуыэюя][\u0300\u0301]/i;

/** Offsets `start, start + 1, …` for a text of the given length. */
function consecutive(start: number, length: number): Int32Array {
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i <= length; i++) offsets[i] = start + i;
  return offsets;
}

/** Cleans one source range character by character. */
function cleanRange(source: string, start: number, end: number): MappedText {
  const offsets = new Int32Array(end - start + 1);
  const chars: string[] = [];
  let last = start;
  for (let i = start; i < end; i++) {
    const char = source[i]!;
    const pair = i > start ? source[i - 1]! + char : char;
    if (invisible.test(char) || stressed.test(pair)) continue;
    const letter = composed[pair];
    if (letter !== undefined) {
      chars[chars.length - 1] = letter;
    } else {
      offsets[chars.length] = i;
      chars.push(/\s/.test(char) ? ' ' : char);
    }
    last = i + 1;
  }
  offsets[chars.length] = last;
  return { text: chars.join(''), offsets: offsets.subarray(0, chars.length + 1) };
}

/** The source range as readable text, invisible characters left out; white space at the ends stays. */
export function mapRange(source: string, start: number, end: number): MappedText {
  const slice = source.slice(start, end);
  return needsCare.test(slice)
    ? cleanRange(source, start, end)
    : { text: slice, offsets: consecutive(start, slice.length) };
}

/** Texts one after another, with nothing between them. */
export function concatTexts(parts: readonly MappedText[]): MappedText {
  if (parts.length <= 1) return parts[0] ?? emptyText;
  let length = 0;
  for (const part of parts) length += part.text.length;
  const offsets = new Int32Array(length + 1);
  let at = 0;
  for (const part of parts) {
    offsets.set(part.offsets, at);
    at += part.text.length;
  }
  return { text: parts.map((part) => part.text).join(''), offsets };
}

/** The part `[from, to)` of a text. */
export function sliceText(mapped: MappedText, from: number, to: number): MappedText {
  const { text, offsets } = mapped;
  if (from === 0 && to === text.length) return mapped;
  if (from >= to) return emptyText;
  const kept = offsets.slice(from, to + 1);
  // The next character may stand far off, behind markup: the end is that of the last character kept.
  if (to < text.length && kept[to - from]! - kept[to - from - 1]! !== 1)
    kept[to - from] = kept[to - from - 1]! + 1;
  return { text: text.slice(from, to), offsets: kept };
}

/** The text without white space at its ends. */
export function trimText(mapped: MappedText): MappedText {
  const { text } = mapped;
  const from = text.length - text.trimStart().length;
  return sliceText(mapped, from, Math.max(from, text.trimEnd().length));
}

/** A builder over one source. */
export function createTextBuilder(source: string): TextBuilder {
  let parts: MappedText[] = [];
  return {
    copy: (start, end) => {
      if (start < end) parts.push(mapRange(source, start, end));
    },
    insert: (text, start, end) => {
      const offsets = new Int32Array(text.length + 1).fill(start);
      offsets[text.length] = end;
      parts.push({ text, offsets });
    },
    take: () => {
      const whole = trimText(concatTexts(parts));
      parts = [];
      return whole;
    },
    get isEmpty() {
      return parts.length === 0;
    },
  };
}

const referencePattern = /&(?:#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z\d]{0,31});/iy;

/**
 * How many source characters stand for `text[index]`: 1, or more for a character reference or a decomposed letter.
 */
export function sourceLength(mapped: MappedText, index: number, source: string): number {
  const { text, offsets } = mapped;
  const place = offsets[index]!;
  const found = source[place];
  if (found !== '&') return found === text[index] || /\s/.test(text[index]!) ? 1 : 2;
  referencePattern.lastIndex = place;
  const reference = referencePattern.exec(source);
  if (reference === null) return 1;
  const isNext = offsets[index + 1] === place + 1 && text[index] === '&';
  return isNext ? 1 : reference[0].length;
}
