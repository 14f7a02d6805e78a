/** Drives an exporter: records as they come, documents around them, everything into one target. */
import type { FormatProblem } from '../data/formats/types.ts';
import type { ExtractRecord } from '../predict/record.ts';
import type { Output, Target } from './output.ts';
import type { Chunk, ExportDocument, Exporter, ExportOptions, RecordWriter } from './types.ts';

/** What was written. */
export interface Written {
  readonly records: number;
  /** Entities that the format cannot hold. */
  readonly problems: readonly FormatProblem[];
}

/** A record, or the beginning or end of a document. */
export type ExportEvent<R = ExtractRecord> =
  | { readonly record: R }
  | { readonly document: ExportDocument }
  | { readonly documentEnd: true };

/**
 * Writes all records to a target, as they come. On any failure nothing is left behind where that is possible.
 * @returns how many records were written
 */
export async function writeRecords<R>(
  records: Iterable<R> | AsyncIterable<R>,
  exporter: Exporter<R>,
  target: Output | Target,
  options?: ExportOptions,
): Promise<number> {
  return (await writeEvents(asEvents(records), exporter, target, options)).records;
}

/** Records alone, for formats that need no documents. */
export async function* asEvents<R>(records: Iterable<R> | AsyncIterable<R>): AsyncGenerator<ExportEvent<R>> {
  for await (const record of records) yield { record };
}

/** The same for records with their documents around them. */
export async function writeEvents<R>(
  events: AsyncIterable<ExportEvent<R>>,
  exporter: Exporter<R>,
  target: Output | Target,
  options?: ExportOptions,
): Promise<Written> {
  const writer = exporter.open(options);
  let records = 0;
  const put = async (chunk: Chunk): Promise<void> => {
    if (chunk.length > 0) await target.write(chunk);
    for (const file of writer.takeFiles?.() ?? []) if ('file' in target) await target.file(file);
  };
  try {
    await put(writer.begin());
    for await (const event of events) {
      if ('record' in event) records++;
      await put(chunkOf(event, writer));
    }
    await put(writer.end());
    await target.commit();
    return { records, problems: writer.problems ?? [] };
  } catch (error) {
    target.abort();
    throw error;
  }
}

function chunkOf<R>(event: ExportEvent<R>, writer: RecordWriter<R>): Chunk {
  if ('record' in event) return writer.record(event.record);
  if ('document' in event) return writer.beginDocument?.(event.document) ?? '';
  return writer.endDocument?.() ?? '';
}
