/** Running heads and feet, and page numbers: lines at the edges of pages that say the same on many of them. */
import type { Line } from './types.ts';

/** A page for this purpose. */
export interface EdgePage {
  readonly height: number;
  /** Its lines outside tables, from top to bottom. */
  readonly lines: readonly Line[];
}

/** Lines to leave out. */
export interface RunningLines {
  readonly lines: ReadonlySet<Line>;
  readonly runningCount: number;
  readonly numberCount: number;
}

/** Running lines stand within this part of the page's height from its edge, and among the first or last few lines. */
const edgePart = 0.14;
const edgeLines = 3;
/** They are on this many pages, and on this part of them (heads of left and right pages may differ). */
const fewestPages = 3;
const leastPart = 0.3;
/** Places of the same line on different pages differ by less, in points. */
const samePlace = 6;

const pageNumber =
  /^(?:[-–—|•]\s*)?(?:(?:стр(?:аница|\.)?|с\.|page|p\.)\s*)?(\d{1,4})(?:\s*(?:из|of|\/)\s*\d{1,4})?(?:\s*[-–—|•])?$/iu;

interface Candidate {
  readonly line: Line;
  readonly page: number;
  readonly isTop: boolean;
}

function edgeCandidates(pages: readonly EdgePage[]): Candidate[] {
  return pages.flatMap(({ height, lines }, page) => {
    const top = lines.slice(0, edgeLines).filter(({ y }) => y < height * edgePart);
    const bottom = lines.slice(-edgeLines).filter(({ y }) => y > height * (1 - edgePart));
    return [
      ...top.map((line) => ({ line, page, isTop: true })),
      ...bottom.filter((line) => !top.includes(line)).map((line) => ({ line, page, isTop: false })),
    ];
  });
}

/** The number of a line that is a page number. */
const numberOf = ({ text }: Line): number | undefined => {
  const found = pageNumber.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Numbers that run along with the pages: the difference between the two is the same on many pages. */
function findNumbers(candidates: readonly Candidate[], least: number): Candidate[] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const number = numberOf(candidate.line);
    if (number === undefined) continue;
    const key = `${candidate.isTop} ${number - candidate.page}`;
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return [...groups.values()].filter((group) => new Set(group.map(({ page }) => page)).size >= least).flat();
}

/** Lines that say the same at the same place; numbers in them may differ. */
function findRepeated(candidates: readonly Candidate[], least: number): Candidate[] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = `${candidate.isTop} ${candidate.line.text.replace(/\d+/g, '#').toLowerCase()}`;
    groups.set(key, [...(groups.get(key) ?? []), candidate]);
  }
  return [...groups.values()].flatMap((group) =>
    group.filter(({ line }) => {
      const beside = group.filter((other) => Math.abs(other.line.y - line.y) < samePlace);
      return new Set(beside.map(({ page }) => page)).size >= least;
    }),
  );
}

/** Finds what runs along the edges of the pages. */
export function findRunningLines(pages: readonly EdgePage[]): RunningLines {
  const candidates = edgeCandidates(pages);
  const least = Math.max(fewestPages, Math.ceil(pages.length * leastPart));
  const numbers = findNumbers(candidates, least);
  const taken = new Set(numbers);
  const repeated = findRepeated(
    candidates.filter((candidate) => !taken.has(candidate)),
    least,
  );
  return {
    lines: new Set([...numbers, ...repeated].map(({ line }) => line)),
    runningCount: repeated.length,
    numberCount: numbers.length,
  };
}
