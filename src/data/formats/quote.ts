/** Texts of a file as problems quote them: long ones are cut. */

/** Characters of a quotation. */
const longest = 60;

/** The beginning of a text that may be long. */
export function cut(text: string): string {
  if (text.length <= longest) return text;
  // Twice as many code units hold enough characters; none is cut in two.
  return `${[...text.slice(0, 2 * longest)].slice(0, longest).join('')}…`;
}

/** A text in quotes, cut where it is long. */
export const quote = (text: string): string => JSON.stringify(cut(text));
