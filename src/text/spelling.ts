/** Features of words, hashed into rows of one table: the word, its character n-grams, its shape; and of what it stands for. */
import { meaningOf, plainWord } from './meaning.ts';

export interface SpellingSettings {
  readonly ngram_buckets: number;
  readonly ngram_min: number;
  readonly ngram_max: number;
}

/** Longest spelling that gives features of its own; the rest of a longer word only counts through its end. */
const MAX_LETTERS = 24;

/** FNV-1a over UTF-16 code units. */
function hash(text: string, seed: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  return h >>> 0;
}

/** What spelling leaves of a word: lower case, «ё» as «е», every digit 0. */
export function foldWord(word: string): string {
  return word.toLowerCase().replaceAll('ё', 'е').replace(/\d/g, '0');
}

/** The kind of each run of characters: `Xx`, `XX`, `xx`, `00`, `0,0`; runs longer than two count as two. */
export function wordShape(word: string): string {
  const kinds = word
    .replace(/\p{Lu}/gu, 'X')
    .replace(/\p{Ll}/gu, 'x')
    .replace(/\d/g, '0');
  return kinds.replace(/(.)\1{2,}/g, '$1$1');
}

const tableRow = (text: string, seed: number, { ngram_buckets }: SpellingSettings): number =>
  1 + (hash(text, seed) % (ngram_buckets - 1));

/** The table rows that stand for a word. */
export interface WordFeatures {
  /** Of its spelling, the whole word first. */
  readonly spelling: Int32Array;
  /** Of the words that it stands for, all together. */
  readonly meaning: Int32Array;
  /** One for each type whose names it is among. */
  readonly types: Int32Array;
}

const none = new Int32Array(0);

/** The features of a word, with those of what `withMeaning` put beside it. */
export function wordFeatures(word: string, settings: SpellingSettings): WordFeatures {
  const { words, types } = meaningOf(word);
  const spelling = spellingFeatures(plainWord(word), settings);
  return {
    spelling,
    meaning:
      words.length === 0
        ? none
        : Int32Array.from(new Set(words.flatMap((other) => [...spellingFeatures(other, settings)]))),
    types: types.length === 0 ? none : Int32Array.from(types, (type) => tableRow(type, 5, settings)),
  };
}

/**
 * The table rows of a word: its folded form, its shape, then its n-grams with boundary marks, without repetition.
 * Row 0 is kept for padding.
 */
export function spellingFeatures(word: string, settings: SpellingSettings): Int32Array {
  const row = (text: string, seed: number): number => tableRow(text, seed, settings);
  const folded = foldWord(word);
  const kept =
    folded.length <= MAX_LETTERS ? folded : folded.slice(0, MAX_LETTERS / 2) + folded.slice(-MAX_LETTERS / 2);
  const found = new Set<number>([
    row(folded, 1),
    row(wordShape(word), 2),
    row(String(Math.min(word.length, 12)), 4),
  ]);
  const marked = `<${kept}>`;
  for (let size = settings.ngram_min; size <= settings.ngram_max; size++) {
    for (let start = 0; start + size <= marked.length; start++)
      found.add(row(marked.slice(start, start + size), 3));
  }
  return Int32Array.from(found);
}
