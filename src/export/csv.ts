/** CSV (RFC 4180) for spreadsheets: a row per entity, UTF-8 with a byte-order mark so that Excel shows Cyrillic. */
import { stringify } from 'csv-stringify/sync';
import type { ExtractRecord } from '../predict/record.ts';
import type { Exporter } from './types.ts';

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
] as const;

/** Character ranges as `12-17 30-41`. */
const spansCell = (spans: readonly (readonly [number, number])[]): string =>
  spans.map(([start, end]) => `${start}-${end}`).join(' ');

function rowsOf(record: ExtractRecord): (string | number)[][] {
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
  ]);
}

/**
 * Writes a row per entity. Text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`,
 * a tab) gets an apostrophe in front; JSON holds it unchanged.
 */
export const csvExporter: Exporter<ExtractRecord> = {
  extension: 'csv',
  description: 'a row per entity, for spreadsheets',
  open: ({ delimiter = ',' } = {}) => {
    const write = (rows: readonly (readonly (string | number)[])[]): string =>
      stringify(rows as (string | number)[][], {
        delimiter,
        record_delimiter: '\r\n',
        escape_formulas: true,
      });
    return {
      begin: () => `\uFEFF${write([csvColumns])}`,
      record: (record) => (record.entities.length === 0 ? '' : write(rowsOf(record))),
      end: () => '',
    };
  },
};
