/** The formats of recommendations: JSON, JSON Lines, and CSV for spreadsheets. */
import { stringify } from 'csv-stringify/sync';
import { jsonExporter } from './json.ts';
import { jsonlExporter } from './jsonl.ts';
import type { EntityColumns, RecommendationRow } from './recommendation-rows.ts';
import type { Exporter } from './types.ts';

/** Entities as a cell: each text once, in order. */
const entityCell = (entities: EntityColumns, column: string): string =>
  [...new Map((entities[column] ?? []).map(({ text }) => [text.toLowerCase(), text])).values()].join('; ');

/** The columns before and behind those of the entities. */
const leading: Readonly<Record<string, (row: RecommendationRow) => string | number | null>> = {
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
 * Writes a line per recommendation; the entity columns are those of the first row. Text that a spreadsheet would run as a
 * formula gets an apostrophe in front, as in the CSV of entities.
 */
const csv: Exporter<RecommendationRow> = {
  extension: 'csv',
  description: 'a line per recommendation, for spreadsheets',
  mediaType: 'text/csv; charset=utf-8',
  open: ({ delimiter = ',' } = {}) => {
    const write = (cells: readonly (string | number | null)[]): string =>
      stringify([[...cells]], { delimiter, record_delimiter: '\r\n', escape_formulas: true });
    let columns: readonly string[] | undefined;
    const head = (own: readonly string[]): string => {
      columns = own;
      const entities = [own, own.map((column) => `comment_${column}`)];
      const [thesis, comment] = entities as [readonly string[], readonly string[]];
      return write([...Object.keys(leading), ...thesis, ...Object.keys(trailing), ...comment]);
    };
    return {
      begin: () => '\uFEFF',
      record: (row) => {
        const opening = columns === undefined ? head(Object.keys(row.entities)) : '';
        const own = columns ?? [];
        const cells = [
          ...Object.values(leading).map((cell) => cell(row)),
          ...own.map((column) => entityCell(row.entities, column)),
          ...Object.values(trailing).map((cell) => cell(row)),
          ...own.map((column) => entityCell(row.comment_entities, column)),
        ];
        return opening + write(cells);
      },
      end: () => (columns === undefined ? head([]) : ''),
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
