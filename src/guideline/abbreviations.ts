/**
 * Abbreviations that a document explains: in brackets behind their long form («язвенная болезнь (ЯБ)») and in lists of
 * abbreviations («ЯБ – язвенная болезнь»). Long forms are found by their letters, as by Schwartz & Hearst (2003,
 * https://psb.stanford.edu/psb-online/proceedings/psb03/schwartz.pdf), with more weight on the beginnings of words.
 */

/** Two capitals at least, digits, parts joined by hyphens: «ЯБ», «HbA1c», «аГПП-1», «Г-КСФ». */
const ABBREVIATION = String.raw`(?=[\p{L}\d/-]{0,12}\p{Lu}[\p{L}\d/-]{0,12}\p{Lu})\p{L}[\p{L}\d]{0,12}(?:[-/][\p{L}\d]{1,12}){0,3}`;
const LONGEST_ABBREVIATION = 10;
/** Characters before a bracket, or after a dash, in which a long form is looked for. */
const REACH = 120;

// Every repetition is bounded: a text may be one run of ten million letters.
const inBrackets = new RegExp(
  String.raw`\(\s{0,4}(?:далее\s{0,4}[–—-]\s{0,4})?(${ABBREVIATION})\s{0,4}(?=[);,:–—-])`,
  'gu',
);
/** A line or row of a table that begins with an abbreviation and a dash, a colon, the bar of a table or a tab. */
const inList = new RegExp(
  String.raw`^[\s|*•·\x60-]{0,16}(?:\d{1,3}[.)]\s{0,4})?(${ABBREVIATION})[*\x60]{0,2}[^\S\t\r\n]{0,40}(?:[–—−:|=\t]|-(?=\s))\s{0,40}(.{2,${REACH}})`,
  'u',
);
/**
 * So many such lines in a row are a list of abbreviations when most have the letters of theirs: the long forms of the others
 * need not.
 */
const SHORTEST_LIST = 3;
/** Other lines that may stand between two entries: what a line was too short for, «т. е. – то есть». */
const MOST_BETWEEN = 2;
/** Explanations looked for in a text; a guideline has a few hundred. */
const MOST_TRIED = 20_000;
/** Comparisons of letters in a text; a guideline takes a few thousand. */
const MOST_STEPS = 5_000_000;

/**
 * Finds the abbreviations that a text explains and what they stand for; of several explanations the first counts, those in lists
 * before those in brackets.
 * @param text a document's source
 */
export function findAbbreviations(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const matcher = createMatcher();
  const isNew = (abbreviation: string): boolean =>
    abbreviation.length <= LONGEST_ABBREVIATION && !found.has(abbreviation);
  let run: ListEntry[] = [];
  let between = 0;
  let tried = 0;
  const endRun = (): void => {
    const spelled = run.filter(({ hasLetters }) => hasLetters).length;
    const isList = run.length >= SHORTEST_LIST && 2 * spelled >= run.length;
    for (const { abbreviation, words, fitting: own } of run) {
      const meaning = own ?? (isList && isMeaning(words) ? words.slice(0, 8) : undefined);
      if (meaning !== undefined && isNew(abbreviation)) found.set(abbreviation, meaning.join(' '));
    }
    run = [];
    between = 0;
  };
  for (const [line] of text.matchAll(/[^\r\n]+/gu)) {
    const [, abbreviation, explanation] = inList.exec(line) ?? [];
    if (abbreviation !== undefined && isNew(abbreviation) && tried < MOST_TRIED) {
      tried++;
      const words = wordsOf(/^[^.;|(\t]*/u.exec(explanation!)![0]);
      const hasLetters = matcher.hasLetters(abbreviation, words);
      run.push({ abbreviation, words, fitting: matcher.beginning(abbreviation, words), hasLetters });
      between = 0;
    } else if (run.length > 0 && line.trim() !== '' && ++between > MOST_BETWEEN) endRun();
  }
  endRun();
  for (const match of text.matchAll(inBrackets)) {
    const abbreviation = match[1]!;
    if (!isNew(abbreviation)) continue;
    if (++tried > MOST_TRIED) break;
    const before = text.slice(Math.max(0, match.index - REACH), match.index);
    const longForm = matcher.end(abbreviation, wordsOf(/[^.;:!?()|]*$/u.exec(before)![0]));
    if (longForm !== undefined) found.set(abbreviation, longForm.join(' '));
  }
  return found;
}

/** A line that may be of a list. */
interface ListEntry {
  readonly abbreviation: string;
  readonly words: readonly string[];
  /** The long form that stands by itself. */
  readonly fitting: readonly string[] | undefined;
  /** Whether the words have the letters of the abbreviation at all: «аланинаминотрансфераза» those of «АЛТ». */
  readonly hasLetters: boolean;
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\d]+(?:-[\p{L}\d]+)*/gu) ?? [];

const mostWords = (abbreviation: string): number =>
  Math.min(abbreviation.length + 5, 2 * abbreviation.length);

/** Words that no long form ends with. */
const FUNCTION_WORDS = new Set('и или в во на с со по для при из к от до под над у о об за без'.split(' '));

/** Whether the words of a line of a list can be a long form: «ген дистрофина», not «80 в минуту» or «нет». */
const isMeaning = (words: readonly string[]): boolean =>
  !words.some((word) => /^\d+$/u.test(word)) && words.some((word) => /^\p{L}{4,}$/u.test(word));

/** Parts of words between two letters of an abbreviation that may go without one: «и», «при»; and at the end, «желудка». */
const [MOST_SKIPPED, MOST_BEHIND] = [2, 1];

/** Finds long forms by the letters of their abbreviations, as long as its steps last: what is left then counts as no long form. */
interface Matcher {
  /**
   * The shortest end of the words that an abbreviation can stand for, those first of which every letter begins a word:
   * «множественная миелома» for «ММ», though «миелома» has both letters.
   */
  end(abbreviation: string, words: readonly string[]): string[] | undefined;
  /** The longest beginning of the words that an abbreviation can stand for. */
  beginning(abbreviation: string, words: readonly string[]): string[] | undefined;
  /** Whether some beginning of the words has the letters in their order, wherever in a word. */
  hasLetters(abbreviation: string, words: readonly string[]): boolean;
}

function createMatcher(): Matcher {
  let steps = 0;

  /**
   * The share of an abbreviation's letters that begin words or their parts, where all of them stand in the words, in their
   * order, the first at the very beginning, and few parts go without; less than 0 elsewhere.
   */
  const fitness = (abbreviation: string, words: readonly string[]): number => {
    const letters = lettersOf(abbreviation);
    const parts = words.flatMap((word) => word.toLowerCase().split('-'));
    if (parts[0]?.[0] !== letters[0] || parts.join('').length <= letters.length + 1) return -1;
    const known = new Map<number, number>();
    /** Most letters from `letter` on that begin a part, when it is looked for from a place on. */
    const beginnings = (letter: number, part: number, place: number): number => {
      if (letter === letters.length)
        return part + MOST_BEHIND >= parts.length - 1 ? 0 : Number.NEGATIVE_INFINITY;
      const key = (letter * 64 + part) * 256 + place;
      const before = known.get(key);
      if (before !== undefined) return before;
      let most = Number.NEGATIVE_INFINITY;
      for (let p = part; p <= Math.min(parts.length - 1, part + MOST_SKIPPED + 1); p++) {
        const text = parts[p]!;
        for (let i = p === part ? place : 0; i < Math.min(text.length, 255); i++) {
          if (++steps > MOST_STEPS) return Number.NEGATIVE_INFINITY;
          if (text[i] !== letters[letter]) continue;
          most = Math.max(most, (i === 0 ? 1 : 0) + beginnings(letter + 1, p, i + 1));
        }
      }
      known.set(key, most);
      return most;
    };
    return (1 + beginnings(1, 0, 1)) / letters.length;
  };

  /** Whether half of an abbreviation's letters begin words, of two letters both: «костей» is no «КТ». */
  const fits = (abbreviation: string, words: readonly string[]): boolean =>
    fitness(abbreviation, words) >= (lettersOf(abbreviation).length === 2 ? 1 : 0.5);

  const sizesOf = (abbreviation: string, words: readonly string[]): number[] =>
    Array.from({ length: Math.min(words.length, mostWords(abbreviation)) }, (_, k) => k + 1);

  return {
    hasLetters: (abbreviation, words) =>
      sizesOf(abbreviation, words).some((size) => fitness(abbreviation, words.slice(0, size)) > 0),
    end(abbreviation, words) {
      const sizes = sizesOf(abbreviation, words);
      const end = (size: number): string[] => words.slice(-size);
      const size =
        sizes.find((own) => fitness(abbreviation, end(own)) === 1) ??
        sizes.find((own) => fits(abbreviation, end(own)));
      return size === undefined ? undefined : end(size);
    },
    beginning(abbreviation, words) {
      const size = sizesOf(abbreviation, words).findLast((own) => {
        const candidate = words.slice(0, own);
        return !FUNCTION_WORDS.has(candidate.at(-1)!) && fits(abbreviation, candidate);
      });
      return size === undefined ? undefined : words.slice(0, size);
    },
  };
}

const lettersOf = (abbreviation: string): string[] => [
  ...abbreviation.toLowerCase().replace(/[^\p{L}\d]/gu, ''),
];
