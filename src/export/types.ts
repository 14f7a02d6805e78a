/** What an exporter is: records in, text out. */
import type { ExtractRecord } from '../predict/record.ts';

/** Settings that some formats know. */
export interface ExportOptions {
  /** What separates CSV columns. */
  readonly delimiter?: string;
}

/** Turns records into the text of one file, piece by piece. */
export interface RecordWriter<R = ExtractRecord> {
  begin(): string;
  record(record: R): string;
  end(): string;
}

/** A format that results can be written in. */
export interface Exporter<R = ExtractRecord> {
  /** Of file names, without the dot. */
  readonly extension: string;
  /** One line for the help. */
  readonly description: string;
  open(options?: ExportOptions): RecordWriter<R>;
}
