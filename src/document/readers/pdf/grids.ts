/** Finds tables with ruled lines: rules that cross make a grid, and a missing wall merges cells. */
import type { Box, Rule } from './types.ts';

export interface GridCell {
  readonly row: number;
  readonly column: number;
  readonly box: Box;
}

/** A ruled table on one page. */
export interface Grid {
  readonly box: Box;
  readonly cells: readonly GridCell[];
  /** Left edges of its columns; the same on the next page when the table goes on there. */
  readonly edges: readonly number[];
}

/** Rules this close are one: borders of neighbouring cells are drawn side by side. */
const near = 3;
/** Larger grids are drawings. */
const mostRules = 3000;
const mostSquares = 40_000;

/** A rule on its axis: `at` across it, from `from` to `to` along it. */
interface Bar {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Joins bars that lie on one line and touch. */
function joinBars(bars: readonly Bar[]): Bar[] {
  const places = clusterValues(bars.map((bar) => bar.at));
  const byPlace = new Map<number, Bar[]>();
  for (const bar of bars) {
    const at = nearest(places, bar.at);
    byPlace.set(at, [...(byPlace.get(at) ?? []), { ...bar, at }]);
  }
  const joined: Bar[] = [];
  for (const group of byPlace.values()) {
    group.sort((a, b) => a.from - b.from);
    let open: Bar | undefined;
    for (const bar of group) {
      if (open !== undefined && bar.from <= open.to + near) {
        open = { ...open, to: Math.max(open.to, bar.to) };
        joined[joined.length - 1] = open;
      } else {
        open = bar;
        joined.push(bar);
      }
    }
  }
  return joined;
}

/** Values less than {@link near} apart, each group by its first, ascending. */
function clusterValues(values: readonly number[]): number[] {
  const clusters: number[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    if (clusters.length === 0 || value - clusters.at(-1)! > near) clusters.push(value);
  }
  return clusters;
}

function nearest(sorted: readonly number[], value: number): number {
  let best = sorted[0] ?? value;
  for (const place of sorted) if (Math.abs(place - value) < Math.abs(best - value)) best = place;
  return best;
}

const crosses = (h: Bar, v: Bar): boolean =>
  v.at >= h.from - near && v.at <= h.to + near && h.at >= v.from - near && h.at <= v.to + near;

/** Groups of bars that hang together. */
function components(across: readonly Bar[], down: readonly Bar[]): { across: Bar[]; down: Bar[] }[] {
  const all = [...across, ...down];
  const parent = all.map((_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    parent[i] = root;
    return root;
  };
  across.forEach((h, i) => {
    down.forEach((v, j) => {
      if (crosses(h, v)) parent[find(i)] = find(across.length + j);
    });
  });
  const groups = new Map<number, { across: Bar[]; down: Bar[] }>();
  all.forEach((bar, i) => {
    const root = find(i);
    const group = groups.get(root) ?? { across: [], down: [] };
    (i < across.length ? group.across : group.down).push(bar);
    groups.set(root, group);
  });
  return [...groups.values()];
}

/** Whether a bar at the place covers the middle of a side. */
const isWall = (bars: readonly Bar[], at: number, from: number, to: number): boolean => {
  const middle = (from + to) / 2;
  return bars.some((bar) => Math.abs(bar.at - at) <= near && bar.from <= middle && bar.to >= middle);
};

/** The grid of one group of bars; undefined when it makes no cells beside one another. */
function readGrid({ across, down }: { across: Bar[]; down: Bar[] }): Grid | undefined {
  if (across.length < 2 || down.length < 1) return undefined;
  // Sides may be left open: the bars across them end where the table does.
  const xs = clusterValues([...down.map((v) => v.at), ...across.flatMap((h) => [h.from, h.to])]);
  const ys = clusterValues([...across.map((h) => h.at), ...down.flatMap((v) => [v.from, v.to])]);
  const [columns, rows] = [xs.length - 1, ys.length - 1];
  if (columns < 1 || rows < 1 || columns * rows < 2 || columns * rows > mostSquares) return undefined;
  const owner = Array.from({ length: columns * rows }, (_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (owner[root] !== root) root = owner[root]!;
    return root;
  };
  const merge = (a: number, b: number): void => {
    const [x, y] = [find(a), find(b)];
    owner[Math.max(x, y)] = Math.min(x, y);
  };
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const at = r * columns + c;
      if (c + 1 < columns && !isWall(down, xs[c + 1]!, ys[r]!, ys[r + 1]!)) merge(at, at + 1);
      if (r + 1 < rows && !isWall(across, ys[r + 1]!, xs[c]!, xs[c + 1]!)) merge(at, at + columns);
    }
  }
  return gridOf(
    owner.map((_, i) => find(i)),
    xs,
    ys,
  );
}

function gridOf(owners: readonly number[], xs: readonly number[], ys: readonly number[]): Grid | undefined {
  const columns = xs.length - 1;
  const boxes = new Map<number, { x0: number; y0: number; x1: number; y1: number; r: number; c: number }>();
  owners.forEach((root, i) => {
    const [r, c] = [Math.floor(i / columns), i % columns];
    const box = boxes.get(root) ?? { x0: xs[c]!, y0: ys[r]!, x1: xs[c + 1]!, y1: ys[r + 1]!, r, c };
    box.x0 = Math.min(box.x0, xs[c]!);
    box.x1 = Math.max(box.x1, xs[c + 1]!);
    box.y1 = Math.max(box.y1, ys[r + 1]!);
    box.c = Math.min(box.c, c);
    boxes.set(root, box);
  });
  if (boxes.size < 2) return undefined;
  const found = [...boxes.values()];
  const rowNumbers = [...new Set(found.map((box) => box.r))].sort((a, b) => a - b);
  const columnNumbers = [...new Set(found.map((box) => box.c))].sort((a, b) => a - b);
  const cells = found
    .map(({ r, c, ...box }) => ({ row: rowNumbers.indexOf(r), column: columnNumbers.indexOf(c), box }))
    .sort((a, b) => a.row - b.row || a.column - b.column);
  return {
    box: { x0: xs[0]!, y0: ys[0]!, x1: xs.at(-1)!, y1: ys.at(-1)! },
    cells,
    edges: columnNumbers.map((c) => xs[c]!),
  };
}

const area = ({ x0, y0, x1, y1 }: Box): number => (x1 - x0) * (y1 - y0);

/** The ruled tables of a page, small ones first, so that a table inside another is met before it. */
export function findGrids(rules: readonly Rule[]): Grid[] {
  const across: Bar[] = [];
  const down: Bar[] = [];
  for (const { x0, y0, x1, y1 } of rules) {
    if (x1 - x0 >= y1 - y0) across.push({ at: (y0 + y1) / 2, from: x0, to: x1 });
    else down.push({ at: (x0 + x1) / 2, from: y0, to: y1 });
  }
  const [h, v] = [joinBars(across), joinBars(down)];
  if (h.length + v.length > mostRules) return [];
  return components(h, v)
    .map(readGrid)
    .filter((grid) => grid !== undefined)
    .sort((a, b) => area(a.box) - area(b.box));
}
