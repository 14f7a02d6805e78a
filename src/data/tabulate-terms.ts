/**
 * Sentences that are tables without their cells, as they come out of PDF files: names of a type one after the other with nothing
 * between them («инфликсимаб метронидазол метотрексат»), or with what stands behind such names in annotated sentences
 * («Рамуцирумаб 10 мг/кг 1 раз в 2 нед.»). Each cell is an entity of its own.
 */
import { groupBy } from '../base/group.ts';
import type { Random } from '../base/random.ts';
import { declineTerm } from '../text/declension.ts';
import { typeKey } from './labels.ts';
import type { EntityMention, Example } from './types.ts';

/** Settings of {@link tabulateTerms}. */
export interface TabulateOptions {
  /** Type of the terms. */
  readonly type: string;
  /** Terms in the nominative: the first column. */
  readonly terms: readonly string[];
  /** Sentences to make. */
  readonly sentences: number;
  readonly random: Random;
}

/** An entity that is one stretch of words and shares none with another. */
interface Cell {
  readonly type: string;
  readonly words: readonly string[];
  /** The type of the entity that begins at the very next word. */
  readonly next: string | undefined;
}

const [FEWEST_ROWS, MOST_ROWS] = [3, 12];
const MOST_COLUMNS = 4;
/** Longer cells are phrases of a sentence. */
const LONGEST_CELL = 6;
const LONGEST_SENTENCE = 60;
/** How often a table goes on with another column, a cell of those is left empty, and a table's terms begin with a capital letter. */
const [CONTINUED, EMPTY, CAPITAL] = [0.5, 0.1, 0.5];

/** @param examples sentences that tell what stands behind names of the type; those that models labelled are left alone */
export function tabulateTerms(
  examples: readonly Example[],
  { type, terms, sentences, random }: TabulateOptions,
): Example[] {
  const cells = examples.filter(({ chances }) => chances === undefined).flatMap(cellsOf);
  const byType = groupBy(cells, (cell) => [typeKey(cell.type)]);
  const amounts = new Set([...byType].flatMap(([key, all]) => (areAmounts(all) ? [key] : [])));
  const own = [...byType.values()].flat().find((cell) => typeKey(cell.type) === typeKey(type))?.type ?? type;
  const names = terms
    .map((term) => declineTerm(term).forms[0]!)
    .filter(({ length }) => length <= LONGEST_CELL);
  if (names.length === 0) return [];
  return Array.from({ length: sentences }, () => {
    const columns = drawColumns(own, byType, amounts, random);
    const rows = FEWEST_ROWS + random.below(MOST_ROWS - FEWEST_ROWS + 1);
    const capital = random.uniform() < CAPITAL;
    const table: { type: string; words: readonly string[] }[] = [];
    for (let row = 0; row < rows; row++) {
      const name = names[random.below(names.length)]!;
      table.push({ type: own, words: capital ? capitalized(name) : name });
      for (const column of columns) {
        const choices = byType.get(column)!;
        if (random.uniform() >= EMPTY) table.push(choices[random.below(choices.length)]!);
      }
    }
    return joinCells(table);
  });
}

/** The types of the columns behind the names: amounts, each as often as it follows the one before it. */
function drawColumns(
  type: string,
  byType: ReadonlyMap<string, readonly Cell[]>,
  amounts: ReadonlySet<string>,
  random: Random,
): readonly string[] {
  const columns = [typeKey(type)];
  while (columns.length < MOST_COLUMNS && random.uniform() < CONTINUED) {
    const following = (byType.get(columns.at(-1)!) ?? []).flatMap(({ next }) =>
      next === undefined || columns.includes(typeKey(next)) || !amounts.has(typeKey(next))
        ? []
        : [typeKey(next)],
    );
    if (following.length === 0) break;
    columns.push(following[random.below(following.length)]!);
  }
  return columns.slice(1);
}

/** Whether most cells hold a number: other types stand behind names in sentences, not in tables. */
const areAmounts = (cells: readonly Cell[]): boolean =>
  2 * cells.filter(({ words }) => words.some((word) => /\d/u.test(word))).length > cells.length;

function cellsOf({ words, entities }: Example): Cell[] {
  const owners = new Uint8Array(words.length);
  for (const entity of entities) for (const word of entity.words) owners[word]! += 1;
  const isCell = (entity: EntityMention): boolean =>
    entity.words.length <= LONGEST_CELL &&
    entity.words.at(-1)! - entity.words[0]! === entity.words.length - 1 &&
    entity.words.every((word) => owners[word] === 1);
  const cells = entities.filter(isCell);
  const typeAt = new Map(cells.map((cell) => [cell.words[0]!, cell.type]));
  return cells.map((cell) => ({
    type: cell.type,
    words: cell.words.map((word) => words[word]!),
    next: typeAt.get(cell.words.at(-1)! + 1),
  }));
}

function joinCells(cells: readonly { readonly type: string; readonly words: readonly string[] }[]): Example {
  const words: string[] = [];
  const entities: EntityMention[] = [];
  for (const cell of cells) {
    if (words.length + cell.words.length > LONGEST_SENTENCE) break;
    entities.push({ type: cell.type, words: cell.words.map((_, i) => words.length + i) });
    words.push(...cell.words);
  }
  return { words, entities };
}

const capitalized = ([first = '', ...rest]: readonly string[]): string[] => [
  first.charAt(0).toUpperCase() + first.slice(1),
  ...rest,
];
