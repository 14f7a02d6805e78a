/** Pieces of byte-level BPE: the bytes that they stand for, the merges that build them, the text that they can be part of. */

/** A byte for each character that stands for one: printable bytes for themselves, the others for U+0100 and up, in order. */
const byteOf: ReadonlyMap<string, number> = (() => {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const plain = (byte: number): boolean => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const others = bytes.filter((byte) => !plain(byte));
  const character = (byte: number): number => (plain(byte) ? byte : 0x100 + others.indexOf(byte));
  return new Map(bytes.map((byte) => [String.fromCharCode(character(byte)), byte]));
})();

/** Whether a piece stands for a single byte. */
export const isBytePiece = (piece: string): boolean => byteOf.has(piece);

/** A pair of pieces as one key: no piece has a space in it. */
const pair = (left: string, right: string): string => `${left} ${right}`;

/** Both forms in which `tokenizer.json` holds merges. */
export const mergeParts = (merge: string | readonly string[]): readonly [string, string] => {
  const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ') : merge;
  return [left, right];
};

/**
 * Pieces that come up while merges build the given ones, these included.
 *
 * A piece of a word is built by the merges that would build it alone: no merge across its borders was applied, or it
 * would not have become a piece, and among those within, the lowest rank goes first in both.
 */
export function piecesOnTheWay(
  pieces: Iterable<string>,
  merges: readonly (string | readonly string[])[],
): Set<string> {
  const ranks = new Map(merges.map((merge, rank) => [pair(...mergeParts(merge)), rank]));
  const met = new Set<string>();
  for (const piece of pieces) {
    met.add(piece);
    const parts = Array.from(piece);
    for (;;) {
      for (const part of parts) met.add(part);
      let best = -1;
      let lowest = Number.POSITIVE_INFINITY;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = ranks.get(pair(parts[i]!, parts[i + 1]!)) ?? Number.POSITIVE_INFINITY;
        if (rank < lowest) [best, lowest] = [i, rank];
      }
      if (best < 0) break;
      parts.splice(best, 2, parts[best]! + parts[best + 1]!);
    }
  }
  return met;
}

/** Parts of the UTF-8 forms of characters, bytes as the characters U+0000 to U+00FF. */
interface Fragments {
  /** Beginnings, without the whole. */
  readonly heads: ReadonlySet<string>;
  readonly tails: ReadonlySet<string>;
  /** Parts with neither first nor last byte, and tails. */
  readonly inner: ReadonlySet<string>;
}

function fragmentsOf(covers: (text: string) => boolean): Fragments {
  const heads = new Set<string>();
  const tails = new Set<string>();
  const inner = new Set<string>();
  for (let code = 0x80; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    if (!covers(character)) continue;
    const bytes = Buffer.from(character, 'utf8').toString('latin1');
    for (let i = 1; i < bytes.length; i++) {
      heads.add(bytes.slice(0, i));
      tails.add(bytes.slice(i));
      for (let end = i + 1; end <= bytes.length; end++) inner.add(bytes.slice(i, end));
    }
  }
  return { heads, tails, inner };
}

/** Continuation bytes, whole characters, and the beginning of one that is cut off. */
const pieceParts =
  /^([\x80-\xbf]*)((?:[\0-\x7f]|[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3})*)([\xc0-\xff][\x80-\xbf]*)?$/;

/**
 * Whether a piece can come up, at the end or on the way, in text of which every character is covered: its bytes are
 * part of the UTF-8 form of such text. A part of such a piece is one too, so all merges that lead to it are kept with it.
 * @param covers whether all characters of a text are covered
 */
export function bytePieceFilter(covers: (text: string) => boolean): (piece: string) => boolean {
  const { heads, tails, inner } = fragmentsOf(covers);
  return (piece) => {
    const bytes = Array.from(piece, (character) => byteOf.get(character));
    if (bytes.includes(undefined)) return false;
    const text = String.fromCharCode(...(bytes as number[]));
    const [, tail, whole, head] = pieceParts.exec(text) ?? [];
    if (tail === undefined || whole === undefined) return false;
    if (tail !== '' && !(tail === text ? inner : tails).has(tail)) return false;
    return (head === undefined || heads.has(head)) && covers(Buffer.from(whole, 'latin1').toString('utf8'));
  };
}
