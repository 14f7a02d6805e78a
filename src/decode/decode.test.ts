/** Decoding against the reference, a brute-force reader of our own, and adversarial grids. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { createLabelSet } from '../data/labels.ts';
import { encodeGrid } from '../data/relation-grid.ts';
import type { EntityMention } from '../data/types.ts';
import { decodeCells, decodeGrid } from './decode.ts';
import type { DecodedEntity, ScoreRule } from './types.ts';

/** Every subset of words between head and tail, checked link by link: the definition, without any cleverness. */
function bruteForce(grid: readonly (readonly number[])[]): string[] {
  const found: string[] = [];
  grid.forEach((row, tail) => {
    for (let head = 0; head <= tail; head++) {
      const label = row[head]!;
      if (label < 2) continue;
      const inner = Math.max(0, tail - head - 1);
      for (let chosen = 0; chosen < 1 << inner; chosen++) {
        const between = Array.from({ length: inner }, (_, i) => i).filter((i) => (chosen >> i) & 1);
        const words = head === tail ? [head] : [head, ...between.map((i) => head + 1 + i), tail];
        const linked = words.every((word, i) => i === 0 || grid[words[i - 1]!]![word] === 1);
        if (linked) found.push(`${words.join(' ')} #${label}`);
      }
    }
  });
  return found.sort();
}

function randomGrid(seed: number): number[][] {
  const random = createRandom(seed);
  const length = 1 + random.below(11);
  const links = random.uniform() * 0.6;
  const types = random.uniform() * 0.4;
  return Array.from({ length }, () =>
    Array.from({ length }, () => {
      const draw = random.uniform();
      return draw < links ? 1 : draw < links + types ? 2 + random.below(4) : 0;
    }),
  );
}

const dense = (grid: readonly (readonly number[])[]): Uint8Array => Uint8Array.from(grid.flat());
const show = (entities: readonly DecodedEntity[]): string[] =>
  entities.map(({ words, label }) => `${words.join(' ')} #${label}`);

/** A full grid: every link and every label. */
const fullGrid = (length: number): Uint8Array =>
  Uint8Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? 1 : 2));

describe('the reading of a grid', () => {
  test('one word, contiguous, discontinuous', () => {
    const grid = [
      [0, 1, 0, 0],
      [3, 0, 0, 1],
      [0, 0, 2, 0],
      [4, 0, 0, 0],
    ];
    expect(show(decodeGrid(dense(grid), 4).entities)).toEqual(['0 1 #3', '0 1 3 #4', '2 #2']);
  });

  test('labels on the wrong side of the diagonal mean nothing', () => {
    const grid = [
      [1, 3, 2],
      [1, 0, 1],
      [2, 1, 0],
    ];
    expect(decodeGrid(dense(grid), 3).entities).toEqual([]);
  });

  test('a tail without a path from its head is no entity', () => {
    const grid = [
      [0, 1, 0],
      [0, 0, 0],
      [2, 0, 0],
    ];
    expect(decodeGrid(dense(grid), 3).entities).toEqual([]);
  });

  test('all paths of an ambiguous cell are read, most contiguous first', () => {
    const grid = [
      [0, 1, 1, 0],
      [0, 0, 1, 1],
      [0, 0, 0, 1],
      [5, 0, 0, 0],
    ];
    expect(show(decodeGrid(dense(grid), 4).entities)).toEqual(['0 1 2 3 #5', '0 1 3 #5', '0 2 3 #5']);
  });

  test('an empty sentence', () => {
    expect(decodeGrid(new Uint8Array(0), 0)).toEqual({ entities: [], bounded: false, dropped: 0 });
  });

  test.each(Array.from({ length: 60 }, (_, seed) => seed))('random grid %i as by brute force', (seed) => {
    const grid = randomGrid(seed);
    const { entities, dropped } = decodeGrid(dense(grid), grid.length, {
      bounds: { perCell: 1e6, extraPerSentence: 1e6 },
    });
    expect(dropped).toBe(0);
    expect(show(entities).sort()).toEqual(bruteForce(grid));
  });

  const reference = '../shared/reference/decoding.json';
  test.runIf(existsSync(reference))('the 400 reference grids', () => {
    const cases = JSON.parse(readFileSync(reference, 'utf8')) as {
      grid: number[][];
      entities: [number[], number][];
    }[];
    for (const { grid, entities } of cases) {
      const decoding = decodeGrid(Int32Array.from(grid.flat()), grid.length);
      expect(decoding.bounded).toBe(false);
      const expected = entities.map(([words, label]) => `${words.join(' ')} #${label}`);
      expect(show(decoding.entities).sort()).toEqual(expected.sort());
    }
    expect(cases.length).toBeGreaterThan(0);
  });
});

describe('the forms of a grid', () => {
  test('a grid inside a padded batch reads as alone', () => {
    const grid = randomGrid(7);
    const length = grid.length;
    const stride = length + 3;
    const offset = 5;
    const batch = new Int32Array(offset + stride * stride).fill(9);
    grid.forEach((row, i) => {
      batch.set(row, offset + i * stride);
    });
    expect(decodeGrid(batch, length, { stride, offset })).toEqual(decodeGrid(dense(grid), length));
    expect(() => decodeGrid(batch.subarray(1), length + 4, { stride: length + 4 })).toThrow(RangeError);
  });

  test('sparse cells read the same in any order; a label given twice counts as last given', () => {
    for (let seed = 0; seed < 30; seed++) {
      const grid = randomGrid(seed);
      const length = grid.length;
      const chance = (row: number, column: number): number =>
        0.3 + (0.7 * (row * length + column)) / length ** 2;
      const cells = grid.flatMap((row, i) =>
        row.flatMap((label, j) => (label === 0 ? [] : [[i, j, label, chance(i, j)] as const])),
      );
      const given = [
        ...cells.map(([i, j, k]) => [i, j, k, 1] as const),
        ...createRandom(seed).shuffle(cells),
      ];
      const column = (at: 0 | 1 | 2 | 3): number[] => given.map((cell) => cell[at]);
      const sparse = decodeCells({
        length,
        count: given.length,
        rows: column(0),
        columns: column(1),
        labels: column(2),
        probabilities: column(3),
      });
      const probabilities = Float64Array.from(
        { length: length ** 2 },
        (_, i) => 0.3 + (0.7 * i) / length ** 2,
      );
      expect(sparse).toEqual(decodeGrid(dense(grid), length, { probabilities }));
    }
    const both = decodeCells({ length: 2, count: 3, rows: [1, 0, 1], columns: [0, 1, 0], labels: [3, 1, 2] });
    expect(both.entities.map(({ words, label }) => [words, label])).toEqual([
      [[0, 1], 2],
      [[0, 1], 3],
    ]);
    expect(() => decodeCells({ length: 2, count: 1, rows: [2], columns: [0], labels: [2] })).toThrow(
      RangeError,
    );
  });
});

describe('scores', () => {
  const grid = Uint8Array.of(0, 1, 0, 0, 0, 1, 2, 0, 0);
  const probabilities = Float64Array.of(1, 0.5, 1, 1, 1, 0.8, 0.9, 1, 1);
  const score = (rule?: ScoreRule): number =>
    decodeGrid(grid, 3, { probabilities, ...(rule === undefined ? {} : { score: rule }) }).entities[0]!.score;

  test('are taken over the THW cell and the links', () => {
    expect(score()).toBe(0.5);
    expect(score('product')).toBeCloseTo(0.5 * 0.8 * 0.9, 12);
    expect(score('geometric_mean')).toBeCloseTo((0.5 * 0.8 * 0.9) ** (1 / 3), 12);
    expect(decodeGrid(grid, 3).entities[0]!.score).toBe(1);
  });

  test('lie in (0, 1] whatever the probabilities', () => {
    const anything = fc.array(fc.double({ min: -2, max: 2 }), { minLength: 121, maxLength: 121 });
    const rules = fc.constantFrom<ScoreRule>('minimum', 'product', 'geometric_mean');
    fc.assert(
      fc.property(fc.nat(500), anything, rules, (seed, chances, rule) => {
        const cells = randomGrid(seed);
        const { entities } = decodeGrid(dense(cells), cells.length, { probabilities: chances, score: rule });
        return entities.every(({ score }) => score > 0 && score <= 1);
      }),
    );
  });
});

describe('the best reading alone', () => {
  const read = (grid: readonly (readonly number[])[], chances: readonly number[]): DecodedEntity[] =>
    decodeGrid(dense(grid), grid.length, { readings: 'best', probabilities: chances }).entities;
  const grid = [
    [0, 1, 1, 0],
    [0, 0, 1, 0],
    [2, 3, 0, 0],
    [0, 0, 0, 2],
  ];

  test('is the most certain of a cell, of equal ones the shortest; other cells are as they were', () => {
    const sure = grid.flat().map(() => 0.9);
    expect(show(read(grid, sure))).toEqual(['0 2 #2', '1 2 #3', '3 #2']);
    const detour = sure.with(0 * 4 + 2, 0.6);
    expect(show(read(grid, detour))).toEqual(['0 1 2 #2', '1 2 #3', '3 #2']);
  });

  test('is one of all readings for each cell of any grid, and none is more certain', () => {
    fc.assert(
      fc.property(fc.nat(10_000), (seed) => {
        const grid = randomGrid(seed);
        const random = createRandom(seed + 1);
        const probabilities = grid.flat().map(() => 0.2 + 0.8 * random.uniform());
        const all = decodeGrid(dense(grid), grid.length, { probabilities }).entities;
        const best = read(grid, probabilities);
        const cell = ({ words }: DecodedEntity): string => `${words[0]} ${words.at(-1)}`;
        expect(best.map(cell).sort()).toEqual([...new Set(all.map(cell))].sort());
        for (const entity of best) {
          const scores = all.filter((other) => cell(other) === cell(entity)).map(({ score }) => score);
          expect(entity.score).toBe(Math.max(...scores));
        }
      }),
    );
  });
});

describe('bounds', () => {
  test('a full grid is read in bounded work, and what is left out is counted', () => {
    const length = 60;
    const { entities, bounded, dropped } = decodeGrid(fullGrid(length), length);
    const cells = (length * (length + 1)) / 2;
    expect(bounded).toBe(true);
    expect(entities.length).toBeGreaterThanOrEqual(cells);
    expect(entities.length).toBeLessThanOrEqual(cells + 1024);
    const paths = 2 ** length - 1;
    expect((dropped + entities.length) / paths).toBeCloseTo(1, 9);
  });

  test('the first readings in word order are kept', () => {
    const bounds = { perCell: 3, extraPerSentence: 1000 };
    const all = decodeGrid(fullGrid(7), 7);
    const some = decodeGrid(fullGrid(7), 7, { bounds });
    expect(all.bounded).toBe(false);
    expect(show(some.entities.filter(({ words }) => words[0] === 0 && words.at(-1) === 6))).toEqual([
      '0 1 2 3 4 5 6 #2',
      '0 1 2 3 4 6 #2',
      '0 1 2 3 5 6 #2',
    ]);
    const kept = new Set(show(some.entities));
    expect(show(all.entities).filter((entity) => kept.has(entity))).toEqual(show(some.entities));
    expect(some.dropped).toBe(all.entities.length - some.entities.length);
  });

  test('every cell keeps a reading when the sentence is at its bound', () => {
    const { entities } = decodeGrid(fullGrid(9), 9, { bounds: { perCell: 64, extraPerSentence: 0 } });
    expect(entities.length).toBe(45);
    expect(entities.every(({ words }) => words.at(-1)! - words[0]! === words.length - 1)).toBe(true);
  });

  test('bounds hold for any grid, and the order is by first word, last word, words', () => {
    const bounds = { perCell: 4, extraPerSentence: 10 };
    fc.assert(
      fc.property(fc.nat(10_000), (seed) => {
        const grid = randomGrid(seed);
        const { entities } = decodeGrid(dense(grid), grid.length, { bounds });
        const cells = new Set(entities.map(({ words }) => `${words[0]} ${words.at(-1)}`));
        const key = ({ words }: DecodedEntity): string =>
          [words[0]!, words.at(-1)!, ...words].map((n) => String(n).padStart(3, '0')).join();
        const keys = entities.map(key);
        expect(keys).toEqual([...keys].sort());
        expect(entities.length - cells.size).toBeLessThanOrEqual(10);
      }),
    );
  });
});

test('decoding undoes encoding for entities that one grid can hold', () => {
  const labels = createLabelSet(['A', 'B', 'C']);
  const length = 14;
  // Entities over disjoint words, nested only at one end or inside a link: no two share a cell or a path.
  const parts = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: length, maxLength: length });
  fc.assert(
    fc.property(parts, fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }), (owner, types) => {
      const entities: EntityMention[] = types.flatMap((type, part) => {
        const words = owner.flatMap((own, word) => (own === part ? [word] : []));
        const mention = { type: labels.types[type]!, words };
        const inner = { type: labels.types[(type + 1) % 3]!, words: words.slice(1) };
        return words.length === 0 ? [] : words.length === 1 ? [mention] : [mention, inner];
      });
      const { entities: read } = decodeGrid(encodeGrid(entities, length, labels), length);
      const expected = entities.map(({ type, words }) => `${words.join(' ')} #${labels.idOf(type)}`);
      expect(show(read).sort()).toEqual(expected.sort());
    }),
  );
});
