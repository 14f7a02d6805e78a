/** Documents for tests, written as texts with brackets. */
import type {
  DocumentBlock,
  DocumentResult,
  DocumentSentence,
} from '../../../src/predict/document-result.ts';
import { createPageDocument } from './page-document.ts';
import type { PageDocument, PageEntity } from './types.ts';

/** A sentence of words between spaces; `|` joins two words without a space, as in `5|мг`. */
export function sentenceOf(
  text: string,
  at = 0,
): { readonly text: string; readonly sentence: DocumentSentence } {
  const plain = text.replaceAll('|', '');
  const words: string[] = [];
  const spans: [number, number][][] = [];
  let place = at;
  for (const part of text.split(' ')) {
    for (const word of part.split('|')) {
      words.push(word);
      spans.push([[place, place + word.length]]);
      place += word.length;
    }
    place++;
  }
  const sentence: DocumentSentence = {
    source_file: 'a.txt',
    start: at,
    end: at + plain.length,
    sentence_text: words.join(' '),
    orig_sentence: plain,
    sentence: words,
    entities: [],
    word_spans: spans,
  };
  return { text: plain, sentence };
}

/** An entity. */
export const entityOf = (id: string, type: string, words: readonly number[], score = 0.5): PageEntity => ({
  id,
  type,
  words,
  score,
});

/** A block of a document. */
export interface TestBlock extends Omit<DocumentBlock, 'start' | 'end'> {
  /** Sentences as {@link sentenceOf} takes them. */
  readonly sentences: readonly string[];
  readonly entities?: readonly (readonly [
    sentence: number,
    type: string,
    words: readonly number[],
    score: number,
  ])[];
}

/** A document of blocks, with a blank line between two. */
export function documentOf(blocks: readonly TestBlock[], name = 'a.txt'): PageDocument {
  let text = '';
  const sentences: DocumentSentence[] = [];
  const placed: DocumentBlock[] = [];
  let section: string | undefined;
  for (const { sentences: own, entities = [], ...block } of blocks) {
    if (text !== '') text += '\n\n';
    const start = text.length;
    own.forEach((source, i) => {
      if (i > 0) text += ' ';
      const made = sentenceOf(source, text.length);
      text += made.text;
      if (block.kind === 'heading') section = made.text;
      const found = entities
        .filter(([sentence]) => sentence === i)
        .map(([, type, index, score]) => ({
          type,
          index,
          text: index.map((word) => made.sentence.sentence[word]).join(' '),
          spans: index.map((word) => made.sentence.word_spans[word]![0]!),
          score,
        }));
      sentences.push({
        ...made.sentence,
        source_file: name,
        entities: found,
        ...(block.page === undefined ? {} : { page: block.page }),
        ...(section === undefined ? {} : { section }),
      });
    });
    placed.push({ ...block, start, end: text.length });
  }
  const result: DocumentResult = {
    name,
    format: 'text',
    model: 'small',
    types: ['DRUG', 'DOSAGE', 'PROCEDURE / TEST'],
    text,
    blocks: placed,
    sentences,
    guideline: { icd10: [], developers: [] },
    abbreviations: {},
    recommendations: [],
    summary: {
      sentences: sentences.length,
      entities: sentences.reduce((sum, { entities }) => sum + entities.length, 0),
      byType: {},
      skipped: {},
      windowed: 0,
      bounded: 0,
      seconds: 0,
    },
  };
  return createPageDocument(result);
}
