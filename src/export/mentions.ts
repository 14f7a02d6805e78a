/** Entities of records as mentions of their document's text. */
import type { TextMention } from '../data/formats/types.ts';
import type { ExtractRecord } from '../predict/record.ts';
import type { ExportDocument, RecordWriter } from './types.ts';

/** The mentions of a record, numbered on from `count`. */
function mentionsOf({ entities }: ExtractRecord, count: number): TextMention[] {
  return entities.map(({ type, spans, score }, i) => ({
    id: `T${count + i + 1}`,
    type,
    fragments: spans.map(([charStart, charEnd]) => ({ charStart, charEnd })),
    score,
  }));
}

/** The parts of a writer that are the same wherever a document is written as a whole, with the mentions of all its records. */
export function collectMentions(
  endDocument: (document: ExportDocument, mentions: readonly TextMention[]) => string,
): Required<Pick<RecordWriter, 'beginDocument' | 'record' | 'endDocument'>> {
  let document: ExportDocument | undefined;
  let mentions: TextMention[] = [];
  return {
    beginDocument: (next) => {
      document = next;
      mentions = [];
      return '';
    },
    record: (record) => {
      mentions.push(...mentionsOf(record, mentions.length));
      return '';
    },
    endDocument: () => endDocument(document!, mentions),
  };
}
