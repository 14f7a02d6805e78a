/** The paths through a sparse relation grid that read as entities, counted first, then listed up to a bound. */
import { LABEL_FIRST_TYPE, LABEL_NNW } from '../data/labels.ts';
import type { DecodeBounds, DecodedEntity, DecodeOptions, Decoding, ScoreRule } from './types.ts';

/** Gold grids of the guidelines data (3,416 sentences) need 6 readings in a cell and 5 extra ones in a sentence at most. */
export const DEFAULT_BOUNDS: DecodeBounds = { perCell: 64, extraPerSentence: 1024 };

/** How a score is gathered along a path of cells. */
interface Scoring {
  /** The sum of the THW cell alone. */
  start(chance: number): number;
  /** The sum with one more NNW link. */
  step(sum: number, chance: number): number;
  /** The score of a sum over so many cells. */
  end(sum: number, cells: number): number;
}

const addLog = (sum: number, chance: number): number => sum + Math.log(chance);
const SCORING: Readonly<Record<ScoreRule, Scoring>> = {
  minimum: { start: (chance) => chance, step: Math.min, end: (sum) => sum },
  product: { start: Math.log, step: addLog, end: (sum) => Math.max(Math.exp(sum), SMALLEST) },
  geometric_mean: { start: Math.log, step: addLog, end: (sum, cells) => Math.exp(sum / cells) },
};

/** Keeps scores above zero; the chosen one of K labels has a probability of at least 1/K, so only bad input meets it. */
const SMALLEST = 1e-9;
const clip = (chance: number): number => (chance > SMALLEST ? Math.min(chance, 1) : SMALLEST);

/** Cells with a relation, row-major, none repeated. */
export interface OrderedCells {
  readonly rows: number[];
  readonly columns: number[];
  readonly labels: number[];
  /** Probabilities of the labels. */
  readonly chances: number[];
}

/** NNW links of the upper triangle: the targets of word `w` are `targets[starts[w] … starts[w + 1])`, ascending. */
interface Links {
  readonly starts: Int32Array;
  readonly targets: number[];
  readonly chances: number[];
}

/** THW cells of the lower triangle whose tail can be reached from their head, by tail, then head. */
interface Arcs {
  readonly heads: number[];
  readonly tails: number[];
  readonly labels: number[];
  readonly chances: number[];
  /** Paths from head to tail. */
  readonly readings: number[];
}

/** Lists the entities of a grid of `length` words; what they are and how many are kept is said at `decodeCells`. */
export function findReadings(length: number, cells: OrderedCells, options: DecodeOptions): Decoding {
  const links = collectLinks(length, cells);
  const ways = new Float64Array(length);
  const arcs = collectArcs(cells, links, ways);
  const { perCell, extraPerSentence } = options.bounds ?? DEFAULT_BOUNDS;
  const limit = fitLimit(arcs.readings, perCell, extraPerSentence);
  const scoring = SCORING[options.score ?? 'minimum'];
  const entities: DecodedEntity[] = [];
  let dropped = 0;
  let counted = -1;
  for (let i = 0; i < arcs.heads.length; i++) {
    const tail = arcs.tails[i]!;
    const readings = arcs.readings[i]!;
    if (readings > limit) dropped += readings - limit;
    if (arcs.heads[i] !== tail && tail !== counted) {
      countWays(links, tail, arcs.heads[i]!, ways);
      counted = tail;
    }
    const first = entities.length;
    listPaths(arcs, i, links, ways, Math.min(readings, limit), scoring, entities);
    if (options.readings === 'best') keepBest(entities, first);
  }
  entities.sort(byPlace);
  return { entities, bounded: dropped > 0, dropped };
}

function collectLinks(length: number, { rows, columns, labels, chances }: OrderedCells): Links {
  const links: Links = { starts: new Int32Array(length + 1), targets: [], chances: [] };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (labels[i] !== LABEL_NNW || columns[i]! <= row) continue;
    links.targets.push(columns[i]!);
    links.chances.push(clip(chances[i]!));
    links.starts[row + 1] = links.targets.length;
  }
  for (let word = 1; word <= length; word++) {
    if (links.starts[word]! < links.starts[word - 1]!) links.starts[word] = links.starts[word - 1]!;
  }
  return links;
}

function collectArcs(
  { rows, columns, labels, chances }: OrderedCells,
  links: Links,
  ways: Float64Array,
): Arcs {
  const arcs: Arcs = { heads: [], tails: [], labels: [], chances: [], readings: [] };
  let counted = -1;
  for (let i = 0; i < rows.length; i++) {
    const tail = rows[i]!;
    const head = columns[i]!;
    if (labels[i]! < LABEL_FIRST_TYPE || head > tail) continue;
    if (head < tail && tail !== counted) {
      countWays(links, tail, head, ways);
      counted = tail;
    }
    const readings = head === tail ? 1 : ways[head]!;
    if (readings === 0) continue;
    arcs.heads.push(head);
    arcs.tails.push(tail);
    arcs.labels.push(labels[i]!);
    arcs.chances.push(clip(chances[i]!));
    arcs.readings.push(readings);
  }
  return arcs;
}

/** Fills `ways[w]` for `from ≤ w ≤ tail` with the number of paths from `w` to `tail`; `from` is the tail's first head. */
function countWays({ starts, targets }: Links, tail: number, from: number, ways: Float64Array): void {
  ways[tail] = 1;
  for (let word = tail - 1; word >= from; word--) {
    const end = starts[word + 1]!;
    let sum = 0;
    for (let at = starts[word]!; at < end; at++) {
      const target = targets[at]!;
      if (target > tail) break;
      sum += ways[target]!;
    }
    ways[word] = sum;
  }
}

/** The greatest limit up to `perCell`, at least 1, that keeps readings beyond the first within `extra`. */
function fitLimit(readings: readonly number[], perCell: number, extra: number): number {
  const fits = (limit: number): boolean => {
    let sum = 0;
    for (const count of readings) sum += Math.min(count, limit) - 1;
    return sum <= extra;
  };
  let low = 1;
  let high = Math.max(1, Math.floor(perCell));
  if (fits(high)) return high;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Adds the first `limit` paths of an arc, in word order; every step taken is known to arrive. */
function listPaths(
  arcs: Arcs,
  arc: number,
  { starts, targets, chances }: Links,
  ways: Float64Array,
  limit: number,
  { start, step, end }: Scoring,
  entities: DecodedEntity[],
): void {
  const head = arcs.heads[arc]!;
  const tail = arcs.tails[arc]!;
  const label = arcs.labels[arc]!;
  if (head === tail) {
    entities.push({ words: [head], label, score: end(start(arcs.chances[arc]!), 1) });
    return;
  }
  const path = [head];
  const cursors = [starts[head]!];
  const sums = [start(arcs.chances[arc]!)];
  for (let found = 0; found < limit; ) {
    const depth = path.length - 1;
    const at = cursors[depth]!;
    const target = at < starts[path[depth]! + 1]! ? targets[at]! : Number.POSITIVE_INFINITY;
    if (target > tail) {
      path.pop();
      cursors.pop();
      sums.pop();
      continue;
    }
    cursors[depth] = at + 1;
    if (ways[target] === 0) continue;
    const sum = step(sums[depth]!, chances[at]!);
    if (target === tail) {
      entities.push({ words: [...path, tail], label, score: end(sum, path.length + 1) });
      found++;
    } else {
      path.push(target);
      cursors.push(starts[target]!);
      sums.push(sum);
    }
  }
}

/** Leaves the best of the entities from `first` on. */
function keepBest(entities: DecodedEntity[], first: number): void {
  const best = entities
    .slice(first)
    .reduce((a, b) =>
      b.score > a.score || (b.score === a.score && b.words.length < a.words.length) ? b : a,
    );
  entities.splice(first, entities.length, best);
}

/** First word, then last word; these two give the label, and one cell's paths are listed in word order. */
function byPlace(a: DecodedEntity, b: DecodedEntity): number {
  return a.words[0]! - b.words[0]! || a.words[a.words.length - 1]! - b.words[b.words.length - 1]!;
}
