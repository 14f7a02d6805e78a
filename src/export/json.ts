/** JSON: one array, one record per line, so that a large file can still be read, searched and compared. */
import type { Exporter } from './types.ts';

/** Writes any records as a JSON array. */
export const jsonExporter: Exporter<object> = {
  extension: 'json',
  mediaType: 'application/json',
  description: 'one array, a record per line',
  open: () => {
    let first = true;
    return {
      begin: () => '[',
      record: (record) => {
        const separator = first ? '\n' : ',\n';
        first = false;
        return separator + JSON.stringify(record);
      },
      end: () => (first ? ']\n' : '\n]\n'),
    };
  },
};
