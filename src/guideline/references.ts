/** Numbers of the works that a text cites: `[12, 15–17]`, in some guidelines `(12, 15–17)`. */

/** In which brackets a guideline cites: only square ones, or also round ones. */
export type CitationStyle = 'square' | 'round';

/** Longer numbers than works are numbered come from hyphens that were lost («176180»). */
const numbers = String.raw`\s*\d{1,6}\s*(?:[,;.–—−-]\s*\d{1,6}\s*)*[,;.]?\s*`;
const square = new RegExp(String.raw`\[(${numbers})\]`, 'g');
const round = new RegExp(String.raw`(?<=[\p{L}\d)».,;%*]\s*)\((${numbers})\)`, 'gu');
/** A longer range is a misprint («18–375» for «18, 375»). */
const longestRange = 60;
const mostWorks = 9999;
/** A guideline cites in round brackets when at least so many of its theses do, and this share of them. */
const leastTheses = 5;
const leastShare = 0.2;

/** The brackets that a guideline cites in. Numbers in round ones are citations only where that is its habit. */
export function citationStyle(theses: readonly string[]): CitationStyle {
  const citing = theses.filter((text) => text.search(round) >= 0).length;
  return citing >= leastTheses && citing >= leastShare * theses.length ? 'round' : 'square';
}

const citations = (text: string, style: CitationStyle): RegExpExecArray[] => {
  const found = [...text.matchAll(square), ...(style === 'round' ? text.matchAll(round) : [])];
  return found.sort((a, b) => a.index - b.index);
};

/** The half-open ranges of the citations of a thesis, in order. */
export function citationRanges(text: string, style: CitationStyle = 'square'): [number, number][] {
  return citations(text, style).map((found) => [found.index, found.index + found[0].length]);
}

/** The numbers cited in a thesis, ranges expanded, ascending, each once. */
export function readReferences(text: string, style: CitationStyle = 'square'): number[] {
  const cited = new Set<number>();
  for (const found of citations(text, style)) {
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
