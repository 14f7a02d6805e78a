/** The formats of recommendations: JSON, JSON Lines, and CSV for spreadsheets. */
import { type CsvCell, csvRow } from './csv.ts';
import { jsonExporter } from './json.ts';
import { jsonlExporter } from './jsonl.ts';
import {
  type EntityColumns,
  entityColumns,
  knownColumns,
  type RecommendationRow,
} from './recommendation-rows.ts';
import type { Exporter } from './types.ts';

/** Entities as a cell: each text once, in order. */
const entityCell = (entities: EntityColumns, column: string): string =>
  [...new Map((entities[column] ?? []).map(({ text }) => [text.toLowerCase(), text])).values()].join('; ');

/** The columns before and behind those of the entities. */
const leading: Readonly<Record<string, (row: RecommendationRow) => CsvCell>> = {
  source_file: (row) => row.source_file,
  id: (row) => row.id,
  title: (row) => row.title,
  icd10: (row) => row.icd10.join(', '),
  age: (row) => row.age,
  year: (row) => row.year,
  number: (row) => row.number,
  section: (row) => row.section,
  page: (row) => row.page,
  advice: (row) => row.advice,
  strength: (row) => row.strength,
  evidence: (row) => row.evidence,
  grade: (row) => row.grade,
  thesis: (row) => row.thesis,
  scope: (row) => row.scope,
};
const trailing: typeof leading = {
  vital: (row) => row.vital.join('; '),
  off_label: (row) => row.off_label.join('; '),
  references: (row) => row.references.join(', '),
  comment: (row) => row.comment,
};

/**
 * Writes a line per recommendation. The columns are those of the types given, or of the shipped models' types: the same with
 * and without recommendations.
 */
const csv: Exporter<RecommendationRow> = {
  extension: 'csv',
  description: 'a line per recommendation, for spreadsheets',
  mediaType: 'text/csv; charset=utf-8',
  open: ({ delimiter = ',', types } = {}) => {
    const columns = types === undefined ? knownColumns : entityColumns(types);
    const head = [
      ...Object.keys(leading),
      ...columns,
      ...Object.keys(trailing),
      ...columns.map((column) => `comment_${column}`),
    ];
    return {
      begin: () => `\uFEFF${csvRow(head, delimiter)}`,
      record: (row) => {
        const found = [row.entities, row.comment_entities].flatMap((entities) => Object.keys(entities));
        const stray = found.find((column) => !columns.includes(column));
        if (stray !== undefined) throw new Error(`there is no column for "${stray}": open with all types`);
        const cells = [
          ...Object.values(leading).map((cell) => cell(row)),
          ...columns.map((column) => entityCell(row.entities, column)),
          ...Object.values(trailing).map((cell) => cell(row)),
          ...columns.map((column) => entityCell(row.comment_entities, column)),
        ];
        return csvRow(cells, delimiter);
      },
      end: () => '',
    };
  },
};

/** Every format by the name that `--format` takes. */
export const recommendationExporters = {
  json: jsonExporter as Exporter<RecommendationRow>,
  jsonl: jsonlExporter as Exporter<RecommendationRow>,
  csv,
} as const;

/** Name of a format of recommendations. */
export type RecommendationFormat = keyof typeof recommendationExporters;

/** All names, in the order of the help. */
export const recommendationFormats = Object.keys(recommendationExporters) as RecommendationFormat[];
