/** Joins lines that hold plain text into paragraphs and list items, by the rules for Markdown and text. */
import { joinLines } from '../lines.ts';
import { mapRange, trimText } from '../mapped-text.ts';

/** A paragraph; the bullet or number of a list item is kept apart. */
export interface PlainParagraph {
  readonly text: string;
  readonly mark?: string;
}

/** The paragraphs of lines that stand one under the other without blank lines between. */
export function joinPlainLines(lines: readonly string[]): PlainParagraph[] {
  const raw = lines.join('\n');
  let at = 0;
  const mapped = lines.map((line) => {
    const range = trimText(mapRange(raw, at, at + line.length));
    at += line.length + 1;
    return range;
  });
  return joinLines(
    mapped.filter((line) => line.text.length > 0),
    raw,
  ).map((group) => {
    const text = group.text.replace(/ {2,}/g, ' ');
    if (!group.isItem) return { text };
    const start = group.offsets[0]!;
    return { text, mark: raw.slice(raw.lastIndexOf('\n', start - 1) + 1, start).trim() };
  });
}
