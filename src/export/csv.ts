/** CSV (RFC 4180) for spreadsheets: a row per entity, UTF-8 with a byte-order mark so that Excel shows Cyrillic. */
import type { Exporter, PlacedRecord } from './types.ts';

/** Columns, in order. */
export const csvColumns = [
  'source_file',
  'path',
  'type',
  'text',
  'score',
  'start',
  'end',
  'spans',
  'sentence_start',
  'sentence_end',
  'sentence',
  'page',
  'section',
] as const;

/** What a cell may hold; `null` leaves it empty. */
export type CsvCell = string | number | null;

/** Character ranges as `12-17 30-41`. */
export const spansCell = (spans: readonly (readonly [number, number])[]): string =>
  spans.map(([start, end]) => `${start}-${end}`).join(' ');

function rowsOf(record: PlacedRecord): CsvCell[][] {
  return record.entities.map((entity) => [
    record.source_file,
    record.path ?? '',
    entity.type,
    entity.text,
    entity.score,
    entity.spans[0]?.[0] ?? '',
    entity.spans[entity.spans.length - 1]?.[1] ?? '',
    spansCell(entity.spans),
    record.start,
    record.end,
    record.sentence_text,
    record.page ?? '',
    record.section ?? '',
  ]);
}

/** What a spreadsheet would take for a formula: also the full-width signs. */
const formula = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u;

/**
 * A row with its line end. Text that would run as a formula gets an apostrophe in front; quotes stand around cells with the
 * delimiter, quotes, or either sign of a line end, as readers take one alone for the end of a row.
 */
export function csvRow(cells: readonly CsvCell[], delimiter = ','): string {
  const written = cells.map((cell) => {
    if (typeof cell !== 'string') return cell === null ? '' : String(cell);
    const safe = formula.test(cell) ? `'${cell}` : cell;
    return /["\r\n]/u.test(safe) || safe.includes(delimiter) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${written.join(delimiter)}\r\n`;
}

/**
 * Writes a row per entity. Text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`,
 * a tab) gets an apostrophe in front; JSON holds it unchanged.
 */
export const csvExporter: Exporter = {
  extension: 'csv',
  mediaType: 'text/csv; charset=utf-8',
  description: 'a row per entity, for spreadsheets',
  open: ({ delimiter = ',' } = {}) => ({
    begin: () => `\uFEFF${csvRow(csvColumns, delimiter)}`,
    record: (record) =>
      rowsOf(record)
        .map((cells) => csvRow(cells, delimiter))
        .join(''),
    end: () => '',
  }),
};
