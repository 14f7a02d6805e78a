/** Characters of Markdown that do not stand for themselves: references, and marks that must not be read as markup. */
import { fromMarkdown } from 'mdast-util-from-markdown';

/** Stands in for a character that must not be read as markup; same length, so places stay exact. */
const placeholder = '\uE000';

/**
 * Readings of Markdown that lose text in guidelines; their first character is hidden from the parser.
 *
 * - `> 18 лет` at the start of a line is a comparison, not a quotation, when a number follows.
 * - `+ 37 °C` is a sign, not a bullet, when a number follows.
 * - One or two `-` or `=` alone on a line are an empty value, not the underline of a heading.
 * - `2020. ` at the start of a line is a year, not the number of an item.
 * - `[1]: Иванов` defines no link unless an address follows.
 * - `метформин**и #лираглутид** внутрь`: stars glued between two words that other words follow mark a drug, they open no bold
 *   text. (`гемо**гло**бин` does.)
 */
const hidden: readonly RegExp[] = [
  /^(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+)?[ \t]*>(?=[ \t]*=?[ \t]*\d(?!\d*[.)][ \t]))/gm,
  /^[ \t]*\+(?=[ \t]+\d)/gm,
  /^ {0,3}(?:-{1,2}|={1,2})(?=[ \t]*$)/gm,
  /^[ \t]*\d{4,9}(?=[.)][ \t])/gm,
  /^ {0,3}\[(?=[^\]\n]*\]:[ \t]*(?!<|\S*[/.#:@])\S)/gm,
  /(?<=\p{L})\*(?=\*\p{L}[^*\s]*\s[^*\n]*\*\*(?!\p{L}))/gu,
  /(?<=\p{L}\uE000)\*(?=\p{L})/gu,
  /\uFEFF/g,
];

/** The text for the parser: same length, misleading characters and unclosed fences hidden. */
export function hideMisleading(text: string, openFences: readonly number[]): string {
  let result = text;
  for (const place of openFences) {
    const fence = /^(?:`+|~+)/.exec(result.slice(place))?.[0] ?? '';
    result = result.slice(0, place) + placeholder.repeat(fence.length) + result.slice(place + fence.length);
  }
  for (const pattern of hidden) {
    result = result.replace(pattern, (found) => found.slice(0, -1) + placeholder);
  }
  return result;
}

const named = new Map<string, string>();

/** The characters that a reference such as `&gt;` or `&#8805;` stands for. */
export function decodeReference(reference: string): string {
  let value = named.get(reference);
  if (value === undefined) {
    const paragraph = fromMarkdown(reference).children[0];
    const text = paragraph?.type === 'paragraph' ? paragraph.children[0] : undefined;
    value = text?.type === 'text' ? text.value : reference;
    named.set(reference, value);
  }
  return value;
}
