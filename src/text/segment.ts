/** Turns a document into sentences of words, one block after another. */
import type { Document, Sentence } from '../document/types.ts';
import { splitSentences } from './sentences.ts';
import { splitWords } from './words.ts';

/**
 * The sentences of a document in order, each with its words and their places in `document.source`. No sentence crosses a
 * block, none is dropped for being short; only stretches without any word give none.
 */
export function* segment(document: Document): Generator<Sentence> {
  const { source, pageStarts } = document;
  let blockIndex = 0;
  for (const block of document.blocks()) {
    for (const { start, end } of splitSentences(block.text)) {
      const words = splitWords(block, source, start, end);
      const first = words[0];
      if (first === undefined) continue;
      yield {
        blockIndex,
        charStart: first.spans[0]!.charStart,
        charEnd: words.at(-1)!.spans.at(-1)!.charEnd,
        words,
        ...(pageStarts === undefined ? {} : { page: pageAt(pageStarts, first.spans[0]!.charStart) }),
        ...(block.section === undefined ? {} : { section: block.section }),
      };
    }
    blockIndex++;
  }
}

/** Number of the page that a place is on, from 1: the last one that begins at or before it. */
function pageAt(pageStarts: readonly number[], place: number): number {
  let [from, to] = [0, pageStarts.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (pageStarts[middle]! <= place) from = middle + 1;
    else to = middle;
  }
  return Math.max(1, from);
}
