/** Puts text runs on one baseline together into lines. */
import { cleanText } from '../../extracted.ts';
import type { Dot, Line, Run } from './types.ts';

/** Baselines closer than this part of the font size are one. */
const sameBaseline = 0.25;
/** Raised and lowered text is at least this much smaller, and within this part of the size of its line. */
const raisedSize = 0.82;
const raisedReach = 0.6;
/** A gap of this part of the font size is a space even where the file holds none. */
const spaceGap = 0.2;
/** Bullets are drawn at most this many font sizes before their text. */
const dotReach = 3;

interface Group {
  runs: Run[];
  y: number;
  size: number;
  left: number;
  right: number;
}

const groupOf = (run: Run): Group => ({
  runs: [run],
  y: run.y,
  size: run.size,
  left: run.x,
  right: run.x + run.width,
});

function addRun(group: Group, run: Run): void {
  group.runs.push(run);
  group.left = Math.min(group.left, run.x);
  group.right = Math.max(group.right, run.x + run.width);
}

/** Runs by baseline. */
function groupRuns(runs: readonly Run[]): Group[] {
  const sorted = [...runs].sort((a, b) => a.y - b.y || a.x - b.x);
  const groups: Group[] = [];
  for (const run of sorted) {
    const found = groups
      .slice(-4)
      .find(
        (group) =>
          Math.abs(group.y - run.y) <= sameBaseline * Math.min(group.size, run.size) &&
          Math.max(group.size, run.size) <= 2.5 * Math.min(group.size, run.size),
      );
    if (found === undefined) groups.push(groupOf(run));
    else {
      if (run.size > found.size) [found.size, found.y] = [run.size, run.y];
      addRun(found, run);
    }
  }
  return groups;
}

/** Raised and lowered text goes to the line that it belongs to. */
function attachRaised(groups: Group[]): Group[] {
  const kept = new Set(groups);
  for (const [i, small] of groups.entries()) {
    const rest: Run[] = [];
    for (const run of small.runs) {
      const host = groups
        .slice(Math.max(0, i - 3), i + 4)
        .filter((group) => group !== small && kept.has(group))
        .filter((group) => run.size <= group.size * raisedSize)
        .filter((group) => Math.abs(group.y - run.y) <= raisedReach * group.size)
        .find((group) =>
          group.runs.some((other) => {
            const gap = Math.max(other.x - run.x - run.width, run.x - other.x - other.width);
            return other.size > run.size && gap <= 0.5 * group.size;
          }),
        );
      if (host === undefined) rest.push(run);
      else addRun(host, run);
    }
    small.runs = rest;
    if (rest.length === 0) kept.delete(small);
  }
  return groups.filter((group) => kept.has(group));
}

/** Whether the run is a power, or a note: a small raised number behind a number, which must not become part of it. */
function isPower(run: Run, group: Group, before: string): boolean {
  const isRaised = run.size <= group.size * raisedSize && group.y - run.y > 0.15 * group.size;
  return isRaised && /\d\s?$/.test(before) && /^[-−–+]?\d/.test(run.text);
}

/**
 * Whether white space stands before a run. Beside raised and lowered text the engine sees spaces where there are none: there
 * a gap has to be seen too.
 */
function isApart(run: Run, previous: Run): boolean {
  const gap = run.x - previous.x - previous.width;
  const [small, large] = [Math.min(run.size, previous.size), Math.max(run.size, previous.size)];
  if (gap > spaceGap * large) return true;
  return run.isSpaced && (small > large * raisedSize || gap > 0.5 * spaceGap * large + 0.01);
}

function lineText(group: Group): string {
  let text = '';
  let previous: Run | undefined;
  for (const run of group.runs) {
    if (previous !== undefined && isPower(run, group, text)) text = `${text.trimEnd()}^`;
    else if (previous !== undefined && isApart(run, previous)) text += ' ';
    text += run.text;
    previous = run;
  }
  return text;
}

const letters = (text: string): number => text.match(/[\p{L}\d]/gu)?.length ?? 0;

function mainSize(runs: readonly Run[]): number {
  const counts = new Map<number, number>();
  for (const { size, text } of runs) counts.set(size, (counts.get(size) ?? 0) + text.length);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function toLine(group: Group, dots: readonly Dot[]): Line | undefined {
  group.runs.sort((a, b) => a.x - b.x);
  const raw = lineText(group);
  // A soft hyphen at the end says that the word goes on; `cleanText` would lose it.
  const isCut = /\u00AD\s*$/.test(raw);
  const text = cleanText(raw) + (isCut ? '\u00AD' : '');
  const first = group.runs[0];
  if (text === '' || first === undefined) return undefined;
  const size = mainSize(group.runs);
  const bold = group.runs.filter((run) => run.isBold);
  const total = letters(text);
  const firstWord = /^\S+/.exec(first.text)?.[0].length ?? 0;
  const hasDot = dots.some(
    ({ x, y }) => x < group.left && group.left - x <= dotReach * size && y < group.y && group.y - y < size,
  );
  return {
    text,
    x: group.left,
    right: group.right,
    y: group.y,
    size,
    isBold: total > 0 && bold.reduce((sum, run) => sum + letters(run.text), 0) >= total * 0.95,
    firstWidth: (first.width * firstWord) / Math.max(1, first.text.length),
    hasDot,
  };
}

/** The lines of runs that stand in one column, from top to bottom. */
export function readLines(runs: readonly Run[], dots: readonly Dot[] = []): Line[] {
  return attachRaised(groupRuns(runs))
    .map((group) => toLine(group, dots))
    .filter((line) => line !== undefined)
    .sort((a, b) => a.y - b.y);
}
