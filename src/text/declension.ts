/** Forms of Russian terms by simple rules: enough for names of drugs and their groups, wrong for irregular nouns. */
import { splitPlain } from './words.ts';

/**
 * How a term is declined. `masculine`: «цитарабин», «инотузумаб озогамицин», «кальция фолинат»; `feminine`: «аспарагиназа», «фолиевая
 * кислота»;
 * `plural`: a group whose first word is declined, «ингибиторы протонной помпы»; `capitals`: Cyrillic abbreviations;
 * `latin`: names in Latin letters; `fixed`: the rest. The last three have one form.
 */
export type Paradigm = 'masculine' | 'feminine' | 'plural' | 'capitals' | 'latin' | 'fixed';

/** A term with its forms. */
export interface DeclinedTerm {
  readonly paradigm: Paradigm;
  /**
   * Its words in the nominative, genitive, dative, accusative, instrumental and prepositional; of a paradigm that is not
   * declined the one form.
   */
  readonly forms: readonly (readonly string[])[];
}

/** What comes in place of the last letters in each of the six cases. */
type Endings = readonly [nominative: string, ...others: string[]];
const HARD: Endings = ['', 'а', 'у', '', 'ом', 'е'];
const SHORT_I: Endings = ['й', 'я', 'ю', 'й', 'ем', 'и'];
const ADJECTIVE: Endings = ['ый', 'ого', 'ому', 'ый', 'ым', 'ом'];
const ADJECTIVE_FEMININE: Endings = ['ая', 'ой', 'ой', 'ую', 'ой', 'ой'];
const FEMININE: Endings = ['а', 'ы', 'е', 'у', 'ой', 'е'];
const FEMININE_I: Endings = ['а', 'и', 'е', 'у', 'ой', 'е'];
const FEMININE_SOFT: Endings = ['я', 'и', 'и', 'ю', 'ей', 'и'];
const PLURAL: Endings = ['ы', 'ов', 'ам', 'ы', 'ами', 'ах'];
const PLURAL_I: Endings = ['и', 'ов', 'ам', 'и', 'ами', 'ах'];

const LATIN = /\p{Script=Latin}/u;
const LOWER = /^[а-яё]+$/u;

/** A term's paradigm and forms. @param term in the nominative, as it is written */
export function declineTerm(term: string): DeclinedTerm {
  const words = splitPlain(term);
  const fixed = (paradigm: Paradigm): DeclinedTerm => ({ paradigm, forms: [words] });
  /** Gives the words from `head` on their endings; what stands before a hyphen is not declined. */
  const decline = (
    paradigm: Paradigm,
    endingsOf: (word: string, index: number) => Endings | undefined,
  ): DeclinedTerm => {
    const forms = [0, 1, 2, 3, 4, 5].map((cas) =>
      words.map((word, i) => {
        const endings = i < head ? undefined : endingsOf(word, i);
        return endings === undefined ? word : word.slice(0, word.length - endings[0].length) + endings[cas]!;
      }),
    );
    return { paradigm, forms };
  };
  if (!words.some((word) => LOWER.test(word))) {
    if (LATIN.test(term)) return fixed('latin');
    return fixed(/\p{Lu}/u.test(term) ? 'capitals' : 'fixed');
  }
  const head = splitPlain(/^\S*-/u.exec(term)?.[0] ?? '').length;
  const first = words[head] ?? '';
  const isHead = (index: number): boolean => index === head;
  // shorter ones are genitives of a substance («серы гексафторид») rather than groups
  if (LOWER.test(first) && /^.{4,}[ыи]$/u.test(first)) {
    const endings = first.endsWith('ы') ? PLURAL : PLURAL_I;
    return decline('plural', (_, i) => (isHead(i) ? endings : undefined));
  }
  if (words.slice(head).some((word) => masculine(word) !== undefined)) return decline('masculine', masculine);
  // only what can be nothing but one noun with its adjectives: «натрия бромида» has two
  const noun = words.slice(head).findIndex((word) => !isAdjective(word)) + head;
  const endings = noun === words.length - 1 ? feminine(words[noun]!) : undefined;
  if (endings === undefined) return fixed('fixed');
  return decline('feminine', (_, i) => (i === noun ? endings : ADJECTIVE_FEMININE));
}

function masculine(word: string): Endings | undefined {
  if (!LOWER.test(word)) return undefined;
  if (/[бвгджзклмнпрстфхцчшщ]$/u.test(word)) return HARD;
  if (word.endsWith('ый')) return ADJECTIVE;
  return word.endsWith('й') ? SHORT_I : undefined;
}

const isAdjective = (word: string): boolean => /^[а-яё]{3,}ая$/u.test(word);

function feminine(word: string): Endings | undefined {
  if (!LOWER.test(word)) return undefined;
  if (word.endsWith('ия')) return FEMININE_SOFT;
  if (!word.endsWith('а')) return undefined;
  return /[гкхжчшщ]а$/u.test(word) ? FEMININE_I : FEMININE;
}
