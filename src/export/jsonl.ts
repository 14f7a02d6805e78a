/** JSON Lines: a record per line, to be read while it is written. */
import type { Exporter } from './types.ts';

/** Writes any records as JSON Lines. */
export const jsonlExporter: Exporter<object> = {
  extension: 'jsonl',
  mediaType: 'application/jsonl',
  description: 'a JSON record per line, for pipes',
  open: () => ({
    begin: () => '',
    record: (record) => `${JSON.stringify(record)}\n`,
    end: () => '',
  }),
};
