/** The table of output formats. */
import { csvExporter } from './csv.ts';
import { jsonExporter } from './json.ts';
import { jsonlExporter } from './jsonl.ts';
import type { Output } from './output.ts';
import type { Exporter, ExportOptions } from './types.ts';

/** Every format by the name that `--format` takes. */
export const exporters = {
  json: jsonExporter,
  jsonl: jsonlExporter,
  csv: csvExporter,
} as const satisfies Readonly<Record<string, Exporter>>;

/** Name of an output format. */
export type FormatName = keyof typeof exporters;

/** All names, in the order of the help. */
export const formatNames = Object.keys(exporters) as FormatName[];

/** The format that a file name's extension stands for. */
export function formatOfPath(path: string): FormatName | undefined {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return formatNames.find((name) => exporters[name].extension === extension);
}

/**
 * Writes all records to an output, as they come. On any failure nothing is left behind where that is possible.
 * @returns how many records were written
 */
export async function writeRecords<R>(
  records: Iterable<R> | AsyncIterable<R>,
  exporter: Exporter<R>,
  output: Output,
  options?: ExportOptions,
): Promise<number> {
  const writer = exporter.open(options);
  let count = 0;
  try {
    await output.write(writer.begin());
    for await (const record of records) {
      await output.write(writer.record(record));
      count++;
    }
    await output.write(writer.end());
    await output.commit();
    return count;
  } catch (error) {
    output.abort();
    throw error;
  }
}
