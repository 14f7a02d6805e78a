/** Plain text as training sentences for the language model: words, a vocabulary, and what is to be guessed. */
import { readFileSync } from 'node:fs';
import { errorMessage, UserError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { splitSentences } from '../text/sentences.ts';
import { foldWord } from '../text/spelling.ts';
import { splitPlain } from '../text/words.ts';

/** Longer sentences are cut: a recurrence gains nothing from more. */
const LONGEST = 48;
const MIN_WORDS = 4;

export interface Corpus {
  readonly sentences: readonly (readonly string[])[];
  /** Number of each folded word that is frequent enough to be guessed. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Occurrences of each vocabulary word. */
  readonly counts: readonly number[];
  readonly words: number;
}

/**
 * Reads text files, a paragraph a line.
 * @param size most words in the vocabulary
 * @param limit most words read, over all files in the order given
 * @param longest words of a sentence, which is cut when it has more
 * @throws UserError `E_CORPUS` for a file that cannot be read, or when the files hold too little text
 */
export function readCorpus(paths: readonly string[], size: number, limit: number, longest = LONGEST): Corpus {
  const sentences: string[][] = [];
  const frequency = new Map<string, number>();
  let words = 0;
  for (const path of paths) {
    for (const line of readText(path).split('\n')) {
      if (words >= limit) break;
      for (const { start, end } of splitSentences(line)) {
        const sentence = splitPlain(line.slice(start, end));
        for (let at = 0; at < sentence.length; at += longest) {
          const part = sentence.slice(at, at + longest);
          if (part.length < MIN_WORDS) continue;
          sentences.push(part);
          words += part.length;
          for (const word of part) frequency.set(foldWord(word), (frequency.get(foldWord(word)) ?? 0) + 1);
        }
      }
    }
  }
  if (words < 10_000) {
    throw new UserError({
      code: 'E_CORPUS',
      where: paths.join(', '),
      message: `holds ${words} words, expected at least 10,000`,
    });
  }
  const frequent = [...frequency]
    .filter(([, count]) => count >= 3)
    .sort((a, b) => b[1] - a[1])
    .slice(0, size);
  if (frequent.length === 0) {
    throw new UserError({ code: 'E_CORPUS', where: paths.join(', '), message: 'holds no word three times' });
  }
  return {
    sentences,
    vocabulary: new Map(frequent.map(([word], number) => [word, number])),
    counts: frequent.map(([, count]) => count),
    words,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError({
      code: 'E_CORPUS',
      where: path,
      message: `cannot be read (${errorMessage(error)})`,
      cause: error,
    });
  }
}

/** Draws vocabulary words with probability proportional to count^0.75 (Mikolov et al. 2013). */
export function createSampler(counts: readonly number[], random: Random): () => number {
  const table = new Int32Array(1 << 20);
  const total = counts.reduce((sum, count) => sum + count ** 0.75, 0);
  let at = 0;
  let reached = 0;
  for (const [word, count] of counts.entries()) {
    reached += count ** 0.75;
    for (const end = Math.min(table.length, Math.round((reached / total) * table.length)); at < end; at++)
      table[at] = word;
  }
  return () => table[random.below(table.length)]!;
}

/** The vocabulary words that a batch is asked among, numbered in the order in which they come up. */
export class Candidates {
  readonly #numberOf = new Map<number, number>();

  /** @param word its number in the vocabulary @returns its number among the candidates */
  number(word: number): number {
    const known = this.#numberOf.get(word);
    if (known !== undefined) return known;
    this.#numberOf.set(word, this.#numberOf.size);
    return this.#numberOf.size - 1;
  }

  /** Adds `size` drawn words, or fewer where there are not enough. @returns i32[M] the vocabulary words */
  fill(size: number, sample: () => number): Int32Array {
    const wanted = this.#numberOf.size + size;
    for (let tries = 4 * size; this.#numberOf.size < wanted && tries > 0; tries--) this.number(sample());
    return Int32Array.from(this.#numberOf.keys());
  }
}

/** What a batch of sentences is asked: candidates, and per position the next and the previous word among them. */
export function guesses(
  batch: readonly (readonly string[])[],
  length: number,
  vocabulary: ReadonlyMap<string, number>,
  sampleSize: number,
  sample: () => number,
): { candidates: Int32Array; next: Int32Array; previous: Int32Array } {
  const candidates = new Candidates();
  const next = new Int32Array(batch.length * length).fill(-100);
  const previous = new Int32Array(batch.length * length).fill(-100);
  for (const [b, words] of batch.entries()) {
    for (const [i, word] of words.entries()) {
      const id = vocabulary.get(foldWord(word));
      if (id === undefined) continue;
      if (i > 0) next[b * length + i - 1] = candidates.number(id);
      if (i + 1 < words.length) previous[b * length + i + 1] = candidates.number(id);
    }
  }
  return { candidates: candidates.fill(sampleSize, sample), next, previous };
}
