/** How many words of a reference a text has: in the same order, in any order, and which are glued. */

/** Runs of letters and of digits: white space, punctuation and signs part words, so that only words count. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .replace(/[\u00AD\u200B-\u200D\u2060\uFEFF]/g, '')
      .match(/\p{L}[\p{L}\p{M}]*|\p{N}+/gu) ?? []
  );
}

/** Length of the longest common subsequence, bit-parallel (Hyyrö 2004): a bit per word of the reference. */
export function commonInOrder(reference: readonly string[], text: readonly string[]): number {
  const places = new Map<string, number[]>();
  for (const [i, word] of reference.entries()) places.set(word, [...(places.get(word) ?? []), i]);
  const masks = new Map<string, bigint>();
  for (const word of new Set(text)) {
    const found = places.get(word);
    if (found !== undefined)
      masks.set(
        word,
        found.reduce((mask, i) => mask | (1n << BigInt(i)), 0n),
      );
  }
  const all = (1n << BigInt(reference.length)) - 1n;
  let rest = all;
  for (const word of text) {
    const mask = masks.get(word);
    if (mask === undefined) continue;
    const hit = rest & mask;
    rest = ((rest + hit) | (rest - hit)) & all;
  }
  return reference.length - (rest.toString(2).match(/1/g)?.length ?? 0);
}

function countWords(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Words of the reference that the text has, each as often as it has it at most. */
export function commonWords(reference: readonly string[], text: readonly string[]): number {
  const counts = countWords(text);
  let common = 0;
  for (const [word, count] of countWords(reference)) common += Math.min(count, counts.get(word) ?? 0);
  return common;
}

/** Words of the text that are two neighbouring words of the reference written as one, and no word of it themselves; numbers apart. */
export function gluedWords(reference: readonly string[], text: readonly string[]): string[] {
  const known = new Set(reference);
  const pairs = new Set(reference.slice(1).map((word, i) => reference[i]! + word));
  return text.filter((word) => !known.has(word) && pairs.has(word) && !/^\d+$/.test(word));
}
