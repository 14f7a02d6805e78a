/** Texts from outside as messages quote them: long ones are cut, for a value may be a whole document. */

/** Characters of a quotation where nothing else is asked for. */
const usual = 60;

/** The beginning of a text that may be long. @param longest in characters */
export function cut(text: string, longest = usual): string {
  if (text.length <= longest) return text;
  // Twice as many code units hold enough characters; none is cut in two.
  return `${[...text.slice(0, 2 * longest)].slice(0, longest).join('')}…`;
}

/** A text in quotes, cut where it is long. */
export const quote = (text: string): string => JSON.stringify(cut(text));
