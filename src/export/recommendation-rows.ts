/** One row per recommendation: what is to be done, to whom, with which drug and dose, how often, how long, how strongly advised. */
import type { CharSpan } from '../document/types.ts';
import type { Recommendation, RecommendationStrength } from '../guideline/types.ts';
import type { DocumentResult } from '../predict/document-result.ts';
import type { RecordEntity } from '../predict/record.ts';

/** An entity of a thesis or comment. */
export interface RowEntity {
  readonly text: string;
  readonly score: number;
  /** Half-open character range in the document's text, from its first character to its last. */
  readonly start: number;
  readonly end: number;
}

/** Entities by the name of their column: `drugs`, `dosages`, …; all columns are there, also empty ones. */
export type EntityColumns = Readonly<Record<string, readonly RowEntity[]>>;

/** A recommendation with its guideline's identity and its entities. */
export interface RecommendationRow {
  readonly source_file: string;
  readonly id: string | null;
  readonly title: string | null;
  readonly icd10: readonly string[];
  readonly age: string | null;
  readonly year: number | null;
  /** From 1, in document order. */
  readonly number: number;
  readonly section: string | null;
  readonly page: number | null;
  /** Half-open character range of the thesis in the document's text. */
  readonly start: number;
  readonly end: number;
  /** Whether it is advised or advised against («не рекомендуется», «противопоказано»). */
  readonly advice: 'for' | 'against';
  readonly strength: RecommendationStrength | null;
  readonly evidence: number | null;
  /** Strength and evidence as written. */
  readonly grade: string | null;
  readonly thesis: string;
  /** The part of the thesis that this row's grade is for. */
  readonly scope: string | null;
  readonly entities: EntityColumns;
  /** Drugs marked «**», on the list of vital drugs. */
  readonly vital: readonly string[];
  /** Drugs marked «#», off-label. */
  readonly off_label: readonly string[];
  readonly references: readonly number[];
  readonly comment: string | null;
  readonly comment_entities: EntityColumns;
}

/** Columns of the shipped models' types, in the order that answers «what, to whom, with what, how». */
const columnOfType: Readonly<Record<string, string>> = {
  'ACTION / INTERVENTION': 'actions',
  'PROCEDURE / TEST': 'procedures',
  'AGE_GROUP / POPULATION': 'populations',
  DRUG: 'drugs',
  DOSAGE: 'dosages',
  FREQUENCY: 'frequencies',
  DURATION: 'durations',
  TIME_WINDOW: 'time_windows',
  FOLLOW_UP: 'follow_up',
  CONTRAINDICATION: 'contraindications',
  'ADVERSE_EVENT / WARNING': 'adverse_events',
  'LAB_VALUE / MEASUREMENT': 'measurements',
  'SEVERITY/STAGE': 'severity',
};

/** The columns of the shipped models' types, in order. */
export const knownColumns: readonly string[] = Object.values(columnOfType);

/** The column of an entity type; a type that no shipped model has is called by its name in small letters. */
export const entityColumn = (type: string): string =>
  columnOfType[type] ?? type.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_');

/** The columns of a model's types, in order. */
export function entityColumns(types: readonly string[]): string[] {
  const columns = [...new Set(types.map(entityColumn))];
  const rank = (column: string): number =>
    knownColumns.includes(column) ? knownColumns.indexOf(column) : knownColumns.length;
  return columns.sort((a, b) => rank(a) - rank(b));
}

const against = /^не\s|противопоказан/iu;
const advice =
  /(?<!\p{L})(?:не\s+)?(?:рекоменд(?:уется|уются|уем|ован[аоы]?)|долж(?:ны|на) (?:быть дан|даваться))|противопоказан[аоы]?(?!\p{L})/iu;

/** Whether a thesis advises or advises against: its first predicate says. */
function adviceOf(thesis: string): 'for' | 'against' {
  const predicate = advice.exec(thesis)?.[0];
  return predicate !== undefined && against.test(predicate) ? 'against' : 'for';
}

/** The rows of a document, in its order. */
export function recommendationRows(result: DocumentResult): RecommendationRow[] {
  const { guideline, name, types } = result;
  const columns = entityColumns(types);
  const entities = result.sentences.flatMap((sentence) => sentence.entities);
  return result.recommendations.map((found) => {
    const marked = (mark: Recommendation['marks'][number]['mark']): string[] => [
      ...new Set(found.marks.filter((item) => item.mark === mark).map(({ word }) => word)),
    ];
    return {
      source_file: name,
      id: guideline.id ?? null,
      title: guideline.title ?? null,
      icd10: guideline.icd10,
      age: guideline.ageCategory ?? null,
      year: guideline.year ?? null,
      number: found.number + 1,
      section: found.section ?? null,
      page: found.page ?? null,
      start: found.charStart,
      end: found.charEnd,
      advice: adviceOf(found.text),
      strength: found.strength ?? null,
      evidence: found.evidence ?? null,
      grade: found.grade ?? null,
      thesis: found.text,
      scope: found.scope ?? null,
      entities: entitiesWithin(entities, found, columns),
      vital: marked('vital'),
      off_label: marked('off-label'),
      references: found.references,
      comment: found.comment ?? null,
      comment_entities: entitiesWithin(entities, found.commentSpan, columns),
    };
  });
}

/** The entities that lie in a range, by column. */
function entitiesWithin(
  entities: readonly RecordEntity[],
  range: CharSpan | undefined,
  columns: readonly string[],
): EntityColumns {
  const found: Record<string, RowEntity[]> = Object.fromEntries(columns.map((column) => [column, []]));
  if (range === undefined) return found;
  for (const { type, text, score, spans } of entities) {
    const start = spans[0]?.[0];
    const end = spans.at(-1)?.[1];
    if (start === undefined || end === undefined) continue;
    if (start < range.charStart || end > range.charEnd) continue;
    found[entityColumn(type)]?.push({ text, score, start, end });
  }
  return found;
}
