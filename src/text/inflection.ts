/** What the endings of Russian words tell, as far as making sentences needs it: without a dictionary, so it can be wrong. */

/** Words that begin with so many equal letters, and end as forms of one word do, are taken for forms of one. */
export const SHORTEST_STEM = 4;
const NOUN_ENDINGS = new Set([
  '',
  ...'а я у ю е о и ы й ь ом ем ой ей ам ям ах ях ов ев ами ями ью'.split(' '),
]);
const ADJECTIVE_ENDINGS = new Set(
  'ый ий ой ая яя ое ее ые ие ого его ому ему ым им ую юю ых их ыми ими ом ем ей'.split(' '),
);

/** How two words compare: the same, forms of a noun, forms of an adjective, or different words. */
export function likeness(a: string, b: string): 'same' | 'noun' | 'adjective' | 'other' {
  if (a === b) return 'same';
  let stem = 0;
  while (stem < a.length && a[stem] === b[stem]) stem++;
  const ends = [a.slice(stem), b.slice(stem)];
  if (stem < SHORTEST_STEM) return 'other';
  if (ends.every((end) => ADJECTIVE_ENDINGS.has(end))) return 'adjective';
  return ends.every((end) => NOUN_ENDINGS.has(end)) ? 'noun' : 'other';
}

/**
 * Cases that an ending can mark in an inanimate noun or adjective of either number: Nominative, Genitive, Dative, Accusative,
 * Instrumental, Prepositional. Longer endings come first.
 */
const ENDING_CASES: readonly (readonly [endings: string, cases: string])[] = [
  ['ами ями ыми ими', 'I'],
  ['ого его ов ев', 'G'],
  ['ому ему', 'D'],
  ['нию тию', 'DA'],
  ['ая яя', 'N'],
  ['ую юю ию', 'A'],
  ['ое ее ые ие ый', 'NA'],
  ['ых их', 'GP'],
  ['ым им', 'DI'],
  ['ом ем', 'IP'],
  ['ой ей', 'GDIP'],
  ['ам ям', 'D'],
  ['ах ях', 'P'],
  ['ью', 'I'],
  ['ий', 'NGA'],
  ['а я', 'NG'],
  ['ы', 'NGA'],
  ['у ю', 'DA'],
  ['и', 'NGDAP'],
  ['е', 'NDAP'],
  ['о ь й', 'NA'],
];
/** A noun without an ending: nominative of a masculine («осмотр»), or genitive of a plural («клеток»). */
const BARE_CASES = 'NGA';
/** Abbreviations, Latin words, short words: they stand in any case. */
const ANY_CASE = 'NGDAIP';
const INFLECTED = /^\p{Script=Cyrillic}?[а-яё]{3,}$/u;

/** Whether a word shows its case: no abbreviation, no Latin or short word. */
export const isInflected = (word: string): boolean => INFLECTED.test(word);

function casesOf(word: string): string {
  if (!isInflected(word)) return ANY_CASE;
  for (const [endings, cases] of ENDING_CASES) {
    if (endings.split(' ').some((ending) => word.endsWith(ending))) return cases;
  }
  return BARE_CASES;
}

/** Whether two words can stand in the same case. */
export function agreeInCase(a: string, b: string): boolean {
  const cases = casesOf(b);
  return [...casesOf(a)].some((one) => cases.includes(one));
}
