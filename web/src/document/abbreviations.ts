/** Which abbreviations that a document explains stand in a text. */

/** @param explained meanings by abbreviation @returns those that stand in the text as words of their own, with their meanings */
export function abbreviationsIn(
  text: string,
  explained: Readonly<Record<string, string>>,
): [abbreviation: string, meaning: string][] {
  return Object.entries(explained).filter(([name]) => holdsWord(text, name));
}

/** Whether a text has a word that no letter or digit stands beside. */
function holdsWord(text: string, word: string): boolean {
  const isPart = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\d]/u.test(sign);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isPart(text[at - 1]) && !isPart(text[at + word.length])) return true;
  }
  return false;
}
