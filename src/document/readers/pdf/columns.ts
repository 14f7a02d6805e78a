/** Reading order: text set in columns is read column by column, everything else from top to bottom. */
import type { Box } from './types.ts';

/** Half the width of the empty strip between two columns, in points. */
const halfGutter = 4.5;
/** Candidates for its middle are this far apart. */
const step = 2;
/** Fewer lines beside one another are rows of a table or of a title page. */
const fewestLines = 6;
/** A column is at least this part of the width, and its lines fill at least this part of it on average. */
const narrowestColumn = 0.28;
const leastFill = 0.55;
const deepest = 4;
/** Lower stretches hold too few lines; pages with more items are drawings. */
const lowest = 40;
const mostItems = 20_000;

interface Strip {
  /** Where the columns begin and end, from top to bottom. */
  readonly top: number;
  readonly bottom: number;
  readonly middle: number;
  readonly lines: number;
}

/** Lines on one side of a strip, and how much of the column's width they fill. */
function describeSide(items: readonly Box[], width: number): { lines: number; fill: number } {
  const widths = new Map<number, number>();
  for (const { x0, x1, y1 } of items) {
    const key = Math.round(y1 / 3);
    const line = widths.has(key) ? key : widths.has(key - 1) ? key - 1 : key;
    widths.set(line, (widths.get(line) ?? 0) + x1 - x0);
  }
  const total = [...widths.values()].reduce((sum, each) => sum + Math.min(1, each / width), 0);
  return { lines: widths.size, fill: widths.size === 0 ? 0 : total / widths.size };
}

/** How many lines of text stand beside one another on both sides of a strip; 0 when that is not set in columns. */
function linesBeside(
  items: readonly Box[],
  {
    left,
    right,
    middle,
    top,
    bottom,
  }: Omit<Strip, 'lines'> & { readonly left: number; readonly right: number },
): number {
  const inside = items.filter((item) => item.y0 >= top - 1 && item.y1 <= bottom + 1);
  if (inside.length < 2 * fewestLines) return 0;
  const before = inside.filter((item) => item.x1 <= middle);
  const after = inside.filter((item) => item.x0 >= middle);
  const [a, b] = [describeSide(before, middle - left), describeSide(after, right - middle)];
  const lines = Math.min(a.lines, b.lines);
  return lines < fewestLines || Math.min(a.fill, b.fill) < leastFill ? 0 : lines;
}

/** The best place where the items can be parted into two columns; undefined when there is none. */
function findStrip(items: readonly Box[]): Strip | undefined {
  const left = Math.min(...items.map((item) => item.x0));
  const right = Math.max(...items.map((item) => item.x1));
  const width = right - left;
  let best: Strip | undefined;
  for (
    let middle = left + width * narrowestColumn;
    middle <= right - width * narrowestColumn;
    middle += step
  ) {
    const crossing = items.filter((item) => item.x0 < middle + halfGutter && item.x1 > middle - halfGutter);
    if (crossing.length > items.length * 0.7) continue;
    let top = Number.NEGATIVE_INFINITY;
    for (const { y0, y1 } of [...crossing, { y0: Number.POSITIVE_INFINITY, y1: Number.POSITIVE_INFINITY }]) {
      if (y0 > top + lowest) {
        const lines = linesBeside(items, { left, right, middle, top, bottom: y0 });
        if (lines > (best?.lines ?? 0)) best = { top, bottom: y0, middle, lines };
      }
      top = Math.max(top, y1);
    }
  }
  return best;
}

/** The items in groups, in reading order; each group is one column, or stands across all of them. */
export function splitColumns<T extends { readonly box: Box }>(items: readonly T[], depth = 0): T[][] {
  if (items.length === 0) return [];
  const sorted = [...items].sort((a, b) => a.box.y0 - b.box.y0);
  const strip =
    depth < deepest && items.length <= mostItems ? findStrip(sorted.map((item) => item.box)) : undefined;
  if (strip === undefined) return [sorted];
  const parts: Record<'above' | 'left' | 'right' | 'below', T[]> = {
    above: [],
    left: [],
    right: [],
    below: [],
  };
  for (const item of sorted) {
    const { box } = item;
    const middle = (box.y0 + box.y1) / 2;
    const side = (box.x0 + box.x1) / 2 < strip.middle ? 'left' : 'right';
    const part = middle < strip.top ? 'above' : middle > strip.bottom ? 'below' : side;
    parts[part].push(item);
  }
  return [
    ...splitColumns(parts.above, depth + 1),
    ...splitColumns(parts.left, depth + 1),
    ...splitColumns(parts.right, depth + 1),
    ...splitColumns(parts.below, depth + 1),
  ];
}
