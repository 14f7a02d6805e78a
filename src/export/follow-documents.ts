/** Puts the documents of an extraction around its records, for formats that write texts; only those being read are held. */
import type { Document } from '../document/types.ts';
import type { DocumentSource } from '../predict/pipeline.ts';
import type { ExtractRecord } from '../predict/record.ts';
import type { ExportBlock, ExportDocument } from './types.ts';
import type { ExportEvent } from './write-records.ts';

/** Sources that tell when they are read, and their records as events. */
export interface Followed {
  /** To be read in place of those given. */
  readonly sources: readonly DocumentSource[];
  events(records: AsyncIterable<ExtractRecord>): AsyncGenerator<ExportEvent>;
}

/** What records call a document: its name, or its path when others have the name too. */
function createKeys(sources: readonly DocumentSource[]): (source: DocumentSource) => string {
  const names = new Map<string, number>();
  for (const { name } of sources) names.set(name, (names.get(name) ?? 0) + 1);
  return ({ name, path }) => (names.get(name) === 1 ? name : path);
}

function* blocksOf(document: Document): Generator<ExportBlock> {
  for (const { kind, text, offsets } of document.blocks()) {
    if (text.length > 0) yield { kind, start: offsets[0]!, end: offsets[text.length]! };
  }
}

/** Follows the documents of some sources. Each is given once, in order, also when it has no record. */
export function followDocuments(given: readonly DocumentSource[]): Followed {
  const keyOf = createKeys(given);
  const waiting: ExportDocument[] = [];
  const sources = given.map(
    (source): DocumentSource => ({
      ...source,
      read: async () => {
        const document = await source.read();
        waiting.push({ name: keyOf(source), text: document.source, blocks: () => blocksOf(document) });
        return document;
      },
    }),
  );
  return {
    sources,
    events: async function* (records) {
      let isOpen = false;
      for await (const record of records) {
        const key = record.path ?? record.source_file;
        while (!isOpen || waiting[0]?.name !== key) {
          if (isOpen) {
            waiting.shift();
            yield { documentEnd: true };
          }
          isOpen = true;
          if (waiting[0] === undefined) throw new Error(`no document "${key}" was read`);
          yield { document: waiting[0] };
        }
        yield { record };
      }
      for (; waiting.length > 0; waiting.shift()) {
        if (!isOpen) yield { document: waiting[0]! };
        isOpen = false;
        yield { documentEnd: true };
      }
    },
  };
}
