/** The table of output formats. */
import type { ExtractRecord } from '../predict/record.ts';
import { bratExporter } from './brat.ts';
import { conllExporter } from './conll.ts';
import { csvExporter } from './csv.ts';
import { extensionOf } from './extension.ts';
import { htmlExporter } from './html.ts';
import { jsonExporter } from './json.ts';
import { jsonlExporter } from './jsonl.ts';
import { labelStudioExporter } from './label-studio.ts';
import { parquetExporter } from './parquet.ts';
import type { Exporter } from './types.ts';

export { writeRecords } from './write-records.ts';

/** Every format by the name that `--format` takes. */
export const exporters = {
  json: jsonExporter,
  jsonl: jsonlExporter,
  csv: csvExporter,
  html: htmlExporter,
  brat: bratExporter,
  'label-studio': labelStudioExporter,
  conll: conllExporter,
  parquet: parquetExporter,
} as const satisfies Readonly<Record<string, Exporter<ExtractRecord>>>;

/** Name of an output format. */
export type FormatName = keyof typeof exporters;

/** All names, in the order of the help. */
export const formatNames = Object.keys(exporters) as FormatName[];

/** The format that a file name's extension stands for; the first where several share it. */
export function formatOfPath(path: string): FormatName | undefined {
  const extension = extensionOf(path);
  return extension === ''
    ? undefined
    : formatNames.find((format) => exporters[format].extension === extension);
}

/** The name of a result: `results.html`, `results-brat` for a folder, `results.label-studio.json` for a second JSON. */
export function defaultName(format: FormatName, stem = 'results'): string {
  const { extension } = exporters[format];
  if (extension === '') return `${stem}-${format}`;
  const isFirst = formatOfPath(`x.${extension}`) === format;
  return `${stem}.${isFirst ? '' : `${format}.`}${extension}`;
}
