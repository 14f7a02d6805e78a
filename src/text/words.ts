/** Splits text into words as the training data has them, each with its place in the source. */
import { type MappedText, sourceLength } from '../document/mapped-text.ts';
import type { CharSpan, Word } from '../document/types.ts';

/**
 * The word pattern of the training data: letters of one run, a number with its decimals, unit signs, any other single
 * character. With the `u` flag a character outside the basic plane is one word, not two halves.
 */
const wordPattern = /[A-Za-zА-Яа-яЁё]+|\d+(?:[.,]\d+)?|[%°×x/]+|[^\s]/gu;

/** The words of a plain string, for text that comes without a source. */
export function splitPlain(text: string): string[] {
  return text.match(wordPattern) ?? [];
}

/** The source ranges of `text[from, to)`: one, or several where markup or a dropped hyphen stands between. */
function sourceSpans(mapped: MappedText, from: number, to: number, source: string): CharSpan[] {
  const { offsets } = mapped;
  const first = offsets[from]!;
  const last = offsets[to - 1]!;
  if (last - first === to - 1 - from && isPlain(mapped, from, to, source)) {
    return [{ charStart: first, charEnd: last + 1 }];
  }
  const spans: CharSpan[] = [];
  let charStart = first;
  let charEnd = first;
  for (let i = from; i < to; i++) {
    const place = offsets[i]!;
    if (place > charEnd) {
      spans.push({ charStart, charEnd });
      charStart = place;
    }
    charEnd = Math.max(charEnd, place + sourceLength(mapped, i, source));
  }
  spans.push({ charStart, charEnd });
  return spans;
}

/** Whether the last character stands for itself; those before it are followed by their neighbours. */
function isPlain(mapped: MappedText, from: number, to: number, source: string): boolean {
  const last = to - 1;
  const code = source.charCodeAt(mapped.offsets[last]!);
  return code !== 0x26 && code === mapped.text.charCodeAt(last) && mapped.text.charCodeAt(from) !== 0x26;
}

/**
 * The words of `mapped.text[from, to)`, in order.
 * @param source the text that the offsets point into
 */
export function splitWords(mapped: MappedText, source: string, from = 0, to = mapped.text.length): Word[] {
  const part = from === 0 && to === mapped.text.length ? mapped.text : mapped.text.slice(from, to);
  const words: Word[] = [];
  wordPattern.lastIndex = 0;
  for (let found = wordPattern.exec(part); found !== null; found = wordPattern.exec(part)) {
    const start = from + found.index;
    words.push({ text: found[0], spans: sourceSpans(mapped, start, start + found[0].length, source) });
  }
  return words;
}

/** The source slices of a word, joined; they equal its text but for characters that something else stands for. */
export function sliceSpans(spans: readonly CharSpan[], source: string): string {
  return spans.map(({ charStart, charEnd }) => source.slice(charStart, charEnd)).join('');
}
