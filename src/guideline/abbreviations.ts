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
/** A line or table cell that begins with an abbreviation and a dash, a colon or the bar of a table. */
const inList = new RegExp(
  String.raw`^[\s|*•·-]{0,16}(?:\d{1,3}[.)]\s{0,4})?(${ABBREVIATION})\*{0,2}\s{0,40}(?:[–—−:|=]|-(?=\s))\s{0,40}(.{2,${REACH}})`,
  'u',
);
/** Explanations looked for in a text; a guideline has a few hundred. */
const MOST_TRIED = 20_000;
/** So many such lines in a row are a list of abbreviations, whose long forms need not have their letters. */
const SHORTEST_LIST = 3;

/**
 * Finds the abbreviations that a text explains and what they stand for; of several explanations the first counts, those in lists
 * before those in brackets.
 * @param text a document's source
 */
export function findAbbreviations(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let tried = 0;
  const add = (abbreviation: string, longForm: () => readonly string[] | undefined): void => {
    if (abbreviation.length > LONGEST_ABBREVIATION || found.has(abbreviation) || tried === MOST_TRIED) return;
    tried += 1;
    const words = longForm() ?? [];
    if (words.length > 0) found.set(abbreviation, words.join(' '));
  };
  for (const { abbreviation, explanation, listed } of listEntries(text)) {
    add(abbreviation, () => {
      const words = wordsOf(/^[^.;|(]*/u.exec(explanation)![0]);
      const fitting = prefixThatFits(abbreviation, words);
      return fitting ?? (listed && isMeaning(words) ? words.slice(0, 8) : undefined);
    });
  }
  for (const match of text.matchAll(inBrackets)) {
    add(match[1]!, () => {
      const before = text.slice(Math.max(0, match.index - REACH), match.index);
      return suffixThatFits(match[1]!, wordsOf(/[^.;:!?()|]*$/u.exec(before)![0]));
    });
  }
  return found;
}

interface ListEntry {
  readonly abbreviation: string;
  readonly explanation: string;
  /** Whether it stands in a list of such. */
  readonly listed: boolean;
}

function* listEntries(text: string): Generator<ListEntry> {
  let run: Omit<ListEntry, 'listed'>[] = [];
  const flush = function* (): Generator<ListEntry> {
    const listed = run.length >= SHORTEST_LIST;
    for (const entry of run) yield { ...entry, listed };
    run = [];
  };
  for (const [line] of text.matchAll(/[^\r\n]+/gu)) {
    if (line.trim() === '') continue;
    const [, abbreviation, explanation] = inList.exec(line) ?? [];
    if (abbreviation !== undefined && abbreviation.length <= LONGEST_ABBREVIATION) {
      run.push({ abbreviation, explanation: explanation! });
    } else yield* flush();
  }
  yield* flush();
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\d]+(?:-[\p{L}\d]+)*/gu) ?? [];

const mostWords = (abbreviation: string): number =>
  Math.min(abbreviation.length + 5, 2 * abbreviation.length);

/**
 * The shortest end of the words that an abbreviation can stand for, those first of which every letter begins a word:
 * «множественная миелома» for «ММ», though «миелома» has both letters.
 */
function suffixThatFits(abbreviation: string, words: readonly string[]): string[] | undefined {
  const sizes = Array.from({ length: Math.min(words.length, mostWords(abbreviation)) }, (_, k) => k + 1);
  const end = (size: number): string[] => words.slice(-size);
  const size =
    sizes.find((own) => fitness(abbreviation, end(own)) === 1) ??
    sizes.find((own) => fits(abbreviation, end(own)));
  return size === undefined ? undefined : end(size);
}

/** The longest beginning of the words that an abbreviation can stand for. */
function prefixThatFits(abbreviation: string, words: readonly string[]): string[] | undefined {
  for (let size = Math.min(words.length, mostWords(abbreviation)); size > 0; size--) {
    const candidate = words.slice(0, size);
    if (fits(abbreviation, candidate) && !FUNCTION_WORDS.has(candidate.at(-1)!)) return candidate;
  }
  return undefined;
}

/** Words that no long form ends with. */
const FUNCTION_WORDS = new Set('и или в во на с со по для при из к от до под над у о об за без'.split(' '));

/** Whether the words of a line of a list can be a long form: «ген дистрофина», not «80 в минуту» or «нет». */
const isMeaning = (words: readonly string[]): boolean =>
  /^\p{L}/u.test(words[0] ?? '') && words.some((word) => /^\p{L}{4,}$/u.test(word));

/** Parts of words between two letters of an abbreviation that may go without one: «и», «при»; and at the end, «желудка». */
const [MOST_SKIPPED, MOST_BEHIND] = [2, 1];

/** Whether half of an abbreviation's letters begin words, of two letters both: «костей» is no «КТ». */
function fits(abbreviation: string, words: readonly string[]): boolean {
  return fitness(abbreviation, words) >= (lettersOf(abbreviation).length === 2 ? 1 : 0.5);
}

const lettersOf = (abbreviation: string): string[] => [
  ...abbreviation.toLowerCase().replace(/[^\p{L}\d]/gu, ''),
];

/**
 * The share of an abbreviation's letters that begin words or their parts, where all of them stand in the words, in their
 * order, the first at the very beginning, and few parts go without; less than 0 elsewhere.
 */
function fitness(abbreviation: string, words: readonly string[]): number {
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
        if (text[i] !== letters[letter]) continue;
        most = Math.max(most, (i === 0 ? 1 : 0) + beginnings(letter + 1, p, i + 1));
      }
    }
    known.set(key, most);
    return most;
  };
  return (1 + beginnings(1, 0, 1)) / letters.length;
}
