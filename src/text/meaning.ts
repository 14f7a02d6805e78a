/** A word together with what it stands for, in one string: so it goes wherever words go, and equal ones stay equal. */

/** Stands in no text between letters: a control sign of ASCII. */
const SEPARATOR = '\u001f';
/** Marks an item that is a type, not a word. */
const TYPE_MARK = '#';

/** What is known of a word besides its spelling. */
export interface Meaning {
  /** Words of what it stands for: «язвенная», «болезнь» for «ЯБ». */
  readonly words: readonly string[];
  /** Keys of the types whose lists of terms it is in. */
  readonly types: readonly string[];
}

const nothing: Meaning = { words: [], types: [] };

/** @param meaning words without spaces, type keys in any spelling */
export function withMeaning(word: string, { words, types }: Meaning): string {
  if (words.length === 0 && types.length === 0) return word;
  const marks = types.map((type) => TYPE_MARK + type.replace(/\s/gu, ''));
  return word + SEPARATOR + [...words, ...marks].join(' ');
}

/** The word as it stands in the text. */
export function plainWord(word: string): string {
  const at = word.indexOf(SEPARATOR, 1);
  return at < 0 ? word : word.slice(0, at);
}

/** What {@link withMeaning} put beside a word. */
export function meaningOf(word: string): Meaning {
  const at = word.indexOf(SEPARATOR, 1);
  if (at < 0) return nothing;
  const items = word.slice(at + 1).split(' ');
  return {
    words: items.filter((item) => !item.startsWith(TYPE_MARK)),
    types: items.filter((item) => item.startsWith(TYPE_MARK)).map((item) => item.slice(1)),
  };
}
