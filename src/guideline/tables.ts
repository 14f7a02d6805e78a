/** Recommendations that a guideline gives as rows of a table with columns for strength and evidence. */
import type { Block } from '../document/types.ts';
import { evidenceOf, strengthOf } from './grade.ts';
import type { PlacedBlock } from './outline.ts';
import { readReferences } from './references.ts';
import { cleanThesis, marksOf } from './thesis-text.ts';
import type { Recommendation } from './types.ts';

const strengthHeader = /^(?:УУР|(?:Уровень|Степень) убедительности|Сила рекоменд)/iu;
const evidenceHeader = /^(?:УДД|УД|Уровень (?:достоверности|доказательн))/iu;

/** Criteria of quality repeat recommendations as a check list. */
const criterionHeader = /^критери/iu;

/** Rows that are recommendations, and the blocks that they consist of. */
export interface GradedRows {
  readonly recommendations: readonly Omit<Recommendation, 'number'>[];
  readonly blocks: ReadonlySet<Block>;
}

/** Finds rows with a strength under its header; the thesis is the longest other cell. */
export function gradedRows(placed: readonly PlacedBlock[]): GradedRows {
  const blocks = new Set<Block>();
  const recommendations: Omit<Recommendation, 'number'>[] = [];
  for (const row of rowsOf(placed)) {
    const found = readRow(row);
    if (found === undefined) continue;
    recommendations.push(found);
    for (const { block } of row) blocks.add(block);
  }
  return { recommendations, blocks };
}

/** Neighbouring cells with the same row number. */
function* rowsOf(placed: readonly PlacedBlock[]): Generator<PlacedBlock[]> {
  let row: PlacedBlock[] = [];
  for (const item of placed) {
    const { kind, row: number } = item.block;
    if (row.length > 0 && (kind !== 'table-cell' || number !== row[0]!.block.row)) {
      yield row;
      row = [];
    }
    if (kind === 'table-cell' && number !== undefined) row.push(item);
  }
  if (row.length > 0) yield row;
}

function readRow(row: readonly PlacedBlock[]): Omit<Recommendation, 'number'> | undefined {
  const under = (header: RegExp): Block | undefined =>
    row.find(({ block }) => block.header !== undefined && header.test(block.header))?.block;
  const strengthCell = under(strengthHeader);
  const evidenceCell = under(evidenceHeader);
  if (strengthCell === undefined || evidenceCell === undefined) return undefined;
  if (under(criterionHeader) !== undefined) return undefined;
  // Some tables have the two columns in the wrong order.
  const cells = [strengthCell, evidenceCell].map(({ text }) => text);
  const strength = cells.map(strengthOf).find((value) => value !== undefined);
  const evidence = cells.map(evidenceOf).find((value) => value !== undefined);
  if (strength === undefined) return undefined;
  const others = row.filter(({ block }) => block !== strengthCell && block !== evidenceCell);
  const longest = others.reduce<PlacedBlock | undefined>(
    (best, item) => (best === undefined || item.block.text.length > best.block.text.length ? item : best),
    undefined,
  );
  if (longest === undefined || !/\p{L}{3}/u.test(longest.block.text)) return undefined;
  const { block, section } = longest;
  return {
    charStart: block.offsets[0]!,
    charEnd: block.offsets[block.text.length]!,
    text: cleanThesis(block.text),
    ...(section === undefined ? {} : { section }),
    ...(block.page === undefined ? {} : { page: block.page }),
    strength,
    ...(evidence === undefined ? {} : { evidence }),
    grade: cells.join(' '),
    references: readReferences(block.text),
    marks: marksOf(block.text, block.offsets),
  };
}
