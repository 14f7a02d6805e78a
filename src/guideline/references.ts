/** Numbers of the works that a text cites: `[12, 15–17]`. */

/** Longer numbers than works are numbered come from hyphens that were lost («176180»). */
const numbers = String.raw`\s*\d{1,6}\s*(?:[,;.–—−-]\s*\d{1,6}\s*)*[,;.]?\s*`;
/** A list in square brackets. */
const bracketed = new RegExp(String.raw`\[(${numbers})\]`, 'g');
/** Some guidelines cite in round brackets; only at the end of a thesis are these no measurements. */
const closing = new RegExp(String.raw`\((${numbers})\)(?=\s*\.?\s*$)`, 'g');
/** A longer range is a misprint («18–375» for «18, 375»). */
const longestRange = 60;
const mostWorks = 9999;

/** The half-open ranges of the citations of a thesis. */
export function citationRanges(text: string): [number, number][] {
  return [...text.matchAll(bracketed), ...text.matchAll(closing)]
    .map((found): [number, number] => [found.index, found.index + found[0].length])
    .sort((a, b) => a[0] - b[0]);
}

/** The numbers cited in a thesis, ranges expanded, ascending, each once. */
export function readReferences(text: string): number[] {
  const cited = new Set<number>();
  for (const found of [...text.matchAll(bracketed), ...text.matchAll(closing)]) {
    for (const item of found[1]!.split(/[,;.]/)) {
      const [from, to] = item.split(/[–—−-]/).map((number) => Number.parseInt(number.trim(), 10));
      if (from === undefined || Number.isNaN(from) || from > mostWorks) continue;
      cited.add(from);
      if (to === undefined || Number.isNaN(to) || to > mostWorks) continue;
      if (to > from && to - from <= longestRange) for (let k = from + 1; k <= to; k++) cited.add(k);
      else cited.add(to);
    }
  }
  return [...cited].sort((a, b) => a - b);
}
