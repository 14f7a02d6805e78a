/** A result with the corrections in it, and what leaves the page from there: the filtered result, training data. */
import type { DocumentResult, DocumentSentence } from '../../../src/predict/document-result.ts';
import { entitySpans, entityText, type RecordEntity } from '../../../src/predict/record.ts';
import { createListFilter, createPlaceTest, type Filter } from '../document/filter.ts';
import type { EntityLists, PageDocument, PageEntity } from '../document/types.ts';

function recordEntity(
  text: string,
  sentence: DocumentSentence,
  { type, words, score }: PageEntity,
): RecordEntity {
  const known = sentence.entities.find(
    (entity) => entity.type === type && entity.score === score && entity.index.join() === words.join(),
  );
  if (known !== undefined) return known;
  const placed = sentence.sentence.map((word, i) => ({
    text: word,
    spans: sentence.word_spans[i]!.map(([charStart, charEnd]) => ({ charStart, charEnd })),
  }));
  return {
    type,
    index: words,
    text: entityText(sentence.sentence, words),
    spans: entitySpans(text, placed, words),
    score,
  };
}

/** The result with these entities instead of those that were found; its summary counts them. */
export function correctedResult({ result, found }: PageDocument, lists: EntityLists): DocumentResult {
  const byType: Record<string, number> = Object.fromEntries(result.types.map((type) => [type, 0]));
  let entities = 0;
  const sentences = result.sentences.map((sentence, s) => {
    const list = lists[s]!;
    for (const { type } of list) {
      byType[type] = (byType[type] ?? 0) + 1;
      entities++;
    }
    if (list === found[s]) return sentence;
    return { ...sentence, entities: list.map((entity) => recordEntity(result.text, sentence, entity)) };
  });
  const types = [...new Set([...result.types, ...Object.keys(byType)])];
  return { ...result, types, sentences, summary: { ...result.summary, entities, byType } };
}

/** The lists with only what a filter shows. */
export function filteredLists(document: PageDocument, lists: EntityLists, filter: Filter): EntityLists {
  const isHere = createPlaceTest(document, filter);
  const pick = createListFilter(filter);
  return lists.map((list, s) => (isHere(s) ? pick(list) : list.length === 0 ? list : []));
}

/** Which sentences become training data. */
export type TrainingChoice = 'all' | 'with-entities' | 'corrected-documents';

/** A document with its entities as they are now. */
export interface CorrectedDocument {
  readonly document: PageDocument;
  readonly lists: EntityLists;
}

/**
 * Training data in the original's form: a JSON array with a line for each sentence. Documents are told apart by the field
 * `document`, which training ignores.
 */
export function trainingData(
  documents: readonly CorrectedDocument[],
  choice: TrainingChoice,
): { readonly json: string; readonly sentences: number; readonly entities: number } {
  const lines: string[] = [];
  let entities = 0;
  for (const { document, lists } of documents) {
    const { name, sentences } = document.result;
    if (choice === 'corrected-documents' && lists.every((list, s) => list === document.found[s])) continue;
    sentences.forEach(({ sentence }, s) => {
      const ner = lists[s]!.map(({ type, words }) => ({ type, index: words }));
      if (choice === 'with-entities' && ner.length === 0) return;
      entities += ner.length;
      lines.push(JSON.stringify({ sentence, ner, document: name }));
    });
  }
  const json = lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
  return { json, sentences: lines.length, entities };
}
