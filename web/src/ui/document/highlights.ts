/** Stretches of text marked without touching the elements: words selected, places found, places jumped to. */

/** The marks, as the style sheet names them. */
export type HighlightName = 'words' | 'found' | 'hit' | 'flash';

/** Whether the browser can; older ones show the words selected as an ordinary selection. */
export const hasHighlights = typeof Highlight !== 'undefined' && 'highlights' in CSS;

const priorities: Readonly<Record<HighlightName, number>> = { found: 0, hit: 1, flash: 2, words: 3 };

/** Marks exactly these ranges. */
export function mark(name: HighlightName, ranges: readonly (Range | undefined)[]): void {
  const known = ranges.filter((range) => range !== undefined);
  if (hasHighlights) {
    const highlight = new Highlight(...known);
    highlight.priority = priorities[name];
    CSS.highlights.set(name, highlight);
    return;
  }
  const selection = getSelection();
  const [first] = known;
  if (name === 'found' || name === 'flash' || selection === null || first === undefined) return;
  selection.removeAllRanges();
  selection.addRange(first);
}
