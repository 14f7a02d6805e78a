/** Offsets as other programs count them – code points, UTF-16 code units, Unix line ends – and as this one does. */

/** Turns an offset of a file into one in UTF-16 code units of the text; `undefined` outside the text. */
export type OffsetReader = (offset: number) => number | undefined;

const astral = /[\u{10000}-\u{10FFFF}]/u;

/** Turns UTF-16 offsets of a text into code points, which is what brat and Label Studio count. */
export function codePointOffsets(text: string): (offset: number) => number {
  if (!astral.test(text)) return (offset) => offset;
  const counts = new Uint32Array(text.length + 1);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    counts[i] = count;
    const isPair = isHigh(text.charCodeAt(i)) && isLow(text.charCodeAt(i + 1));
    if (!isPair) count++;
  }
  counts[text.length] = count;
  return (offset) => counts[offset]!;
}

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000;

/** Reads offsets of which each UTF-16 place that `counts` says yes to is one step. */
function steps(text: string, counts: (index: number) => boolean): OffsetReader {
  const places: number[] = [];
  for (let i = 0; i < text.length; i++) if (counts(i)) places.push(i);
  places.push(text.length);
  return (offset) => places[offset];
}

/**
 * The ways in which a file's offsets may be meant, the right one first: code points; UTF-16 code units, as programs in
 * JavaScript or Java count; code points of a text whose line ends were made `\n`; of one whose byte-order mark counts.
 * @param hadMark whether a byte-order mark stood before the text
 */
export function offsetReaders(text: string, hadMark = false): OffsetReader[] {
  const plain: OffsetReader = (offset) => (offset <= text.length ? offset : undefined);
  const hasPairs = astral.test(text);
  const isHalf = (i: number): boolean => i > 0 && isLow(text.charCodeAt(i)) && isHigh(text.charCodeAt(i - 1));
  const codePoints = hasPairs ? steps(text, (i) => !isHalf(i)) : plain;
  const readers = hasPairs ? [codePoints, plain] : [plain];
  if (text.includes('\r\n')) {
    readers.push(steps(text, (i) => !isHalf(i) && !(text[i] === '\n' && text[i - 1] === '\r')));
  }
  if (hadMark) readers.push((offset) => (offset === 0 ? 0 : codePoints(offset - 1)));
  return readers;
}

/** The text with every run of white space made one space, none at its ends. */
export const plainSpaces = (text: string): string => text.replace(/\s+/gu, ' ').trim();

/**
 * Whether the texts at some ranges are the text that an annotation repeats. White space may differ: tools write
 * a line break as a space or as `\n`, and join fragments with a space or with dots.
 */
export function sameText(found: readonly string[], repeated: string): boolean {
  const bare = (text: string): string => text.replace(/\\n|\.\.\.|…|\s+/gu, '').normalize('NFC');
  return bare(found.join(' ')) === bare(repeated);
}

/**
 * Chooses how a document's offsets are meant: the first way under which most annotations repeat the text at their place.
 * @param mentions offsets as the file has them, with the text that it repeats
 */
export function chooseOffsets(
  text: string,
  mentions: readonly { readonly ranges: readonly (readonly [number, number])[]; readonly text: string }[],
  hadMark = false,
): OffsetReader {
  const readers = offsetReaders(text, hadMark);
  if (readers.length === 1) return readers[0]!;
  const agreeing = readers.map(
    (read) =>
      mentions.filter(({ ranges, text: repeated }) => {
        const found = ranges.map(([start, end]) => text.slice(read(start) ?? 0, read(end) ?? 0));
        return sameText(found, repeated);
      }).length,
  );
  return readers[agreeing.indexOf(Math.max(...agreeing))]!;
}
