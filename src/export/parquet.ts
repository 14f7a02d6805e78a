/** Parquet: a row per entity with typed columns, for pandas, DuckDB and the like; written in row groups as records come. */
// Not the package's root: that touches the file system.
import { ByteWriter, ParquetWriter } from 'hyparquet-writer/src/index.js';
import type { Exporter, PlacedRecord } from './types.ts';

type Row = ReturnType<typeof rowsOf>[number];

const rowsOf = (record: PlacedRecord) =>
  record.entities.map(({ type, text, score, spans, index }) => ({
    document: record.source_file,
    path: record.path ?? null,
    page: record.page ?? null,
    section: record.section ?? null,
    type,
    text,
    score,
    start: spans[0]?.[0] ?? 0,
    end: spans.at(-1)?.[1] ?? 0,
    spans: spans.map(([start, end]) => ({ start, end })),
    words: [...index],
    sentence_start: record.start,
    sentence_end: record.end,
    sentence: record.sentence_text,
  }));

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
type Leaf = Pick<SchemaElement, 'type'> & Partial<SchemaElement>;

const text: Leaf = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
const whole: Leaf = { type: 'INT32' };
const real: Leaf = { type: 'DOUBLE' };

const required = (name: string, leaf: Leaf): SchemaElement[] => [
  { name, repetition_type: 'REQUIRED', ...leaf },
];
const optional = (name: string, leaf: Leaf): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', ...leaf },
];
/** The three levels that a list has in Parquet. */
const list = (name: string, element: readonly SchemaElement[]): SchemaElement[] => [
  { name, repetition_type: 'REQUIRED', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ...element,
];

/** Columns in order, with their Parquet schema. */
const columns: readonly (readonly [keyof Row, SchemaElement[]])[] = [
  ['document', required('document', text)],
  ['path', optional('path', text)],
  ['page', optional('page', whole)],
  ['section', optional('section', text)],
  ['type', required('type', text)],
  ['text', required('text', text)],
  ['score', required('score', real)],
  ['start', required('start', whole)],
  ['end', required('end', whole)],
  [
    'spans',
    list('spans', [
      { name: 'element', repetition_type: 'REQUIRED', num_children: 2 },
      ...required('start', whole),
      ...required('end', whole),
    ]),
  ],
  ['words', list('words', required('element', whole))],
  ['sentence_start', required('sentence_start', whole)],
  ['sentence_end', required('sentence_end', whole)],
  ['sentence', required('sentence', text)],
];

const schema: SchemaElement[] = [
  { name: 'root', num_children: columns.length },
  ...columns.flatMap(([, elements]) => elements),
];

/** Rows of a row group: few enough to stay small in memory, many enough to be read quickly. */
const groupSize = 20_000;

/** Writes a row per entity; `spans` is a list of `{start, end}`, `words` a list of word indices. */
export const parquetExporter: Exporter = {
  extension: 'parquet',
  mediaType: 'application/vnd.apache.parquet',
  description: 'a row per entity with typed columns, for pandas and DuckDB',
  open: ({ model } = {}) => {
    const bytes = new ByteWriter();
    const kvMetadata = model === undefined ? [] : [{ key: 'model', value: model }];
    const writer = new ParquetWriter({ writer: bytes, schema, kvMetadata, createdBy: 'w2ner' });
    let rows: Row[] = [];
    const take = (): Uint8Array => {
      const taken = bytes.getBytes().slice();
      bytes.index = 0;
      return taken;
    };
    const flush = (): void => {
      if (rows.length === 0) return;
      const columnData = columns.map(([name]) => ({ name, data: rows.map((row) => row[name]) }));
      void writer.write({ columnData, rowGroupSize: groupSize });
      rows = [];
    };
    return {
      begin: take,
      record: (record) => {
        rows.push(...rowsOf(record));
        if (rows.length < groupSize) return '';
        flush();
        return take();
      },
      end: () => {
        flush();
        void writer.finish();
        return take();
      },
    };
  },
};
