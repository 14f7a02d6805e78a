/** Entities of records as mentions of their document's text. */
import type { TextMention } from '../data/formats/types.ts';
import type { ExtractRecord } from '../predict/record.ts';

/** The mentions of a record, numbered on from `count`. */
export function mentionsOf({ entities }: ExtractRecord, count: number): TextMention[] {
  return entities.map(({ type, spans, score }, i) => ({
    id: `T${count + i + 1}`,
    type,
    fragments: spans.map(([charStart, charEnd]) => ({ charStart, charEnd })),
    score,
  }));
}
