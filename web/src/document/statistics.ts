/** Figures of documents: by type, by file, by score, and the most frequent texts. */
import { createListFilter, createPlaceTest, type Filter } from './filter.ts';
import { readEntity } from './sentence-text.ts';
import type { EntityLists, PageDocument } from './types.ts';

/** A document with its entities. */
export interface CountedDocument {
  readonly document: PageDocument;
  readonly lists: EntityLists;
}

/** A type's figures. */
export interface TypeFigures {
  readonly type: string;
  readonly count: number;
  readonly meanScore: number;
  /** Entities by tenth of the score, the last one with 1. */
  readonly scores: readonly number[];
  /** The most frequent texts, case apart. */
  readonly texts: readonly { readonly text: string; readonly count: number }[];
  readonly different: number;
}

/** All figures. */
export interface Statistics {
  readonly entities: number;
  readonly sentences: number;
  readonly words: number;
  readonly discontinuous: number;
  readonly nested: number;
  /** Most frequent type first; types without entities are left out. */
  readonly types: readonly TypeFigures[];
  readonly files: readonly {
    readonly name: string;
    readonly byType: ReadonlyMap<string, number>;
    readonly count: number;
  }[];
}

interface Counter {
  count: number;
  scores: number;
  readonly tenths: number[];
  readonly texts: Map<string, { readonly text: string; count: number }>;
}

const mostTexts = 12;

/** Counts what the filter shows; its section and page are those of the first document when there is but one. */
export function countStatistics(documents: readonly CountedDocument[], filter: Filter): Statistics {
  const counters = new Map<string, Counter>();
  const totals = { entities: 0, sentences: 0, words: 0, discontinuous: 0, nested: 0 };
  const pick = createListFilter(filter);
  const files = documents.map(({ document, lists }) => {
    const { result } = document;
    const isHere = createPlaceTest(
      document,
      documents.length === 1 ? filter : { ...filter, section: undefined, page: undefined },
    );
    const byType = new Map<string, number>();
    let count = 0;
    lists.forEach((all, s) => {
      if (!isHere(s)) return;
      const sentence = result.sentences[s]!;
      totals.sentences++;
      totals.words += sentence.sentence.length;
      const list = pick(all);
      for (const entity of list) {
        const { type, words, score } = entity;
        byType.set(type, (byType.get(type) ?? 0) + 1);
        count++;
        totals.entities++;
        if (words.at(-1)! - words[0]! >= words.length) totals.discontinuous++;
        if (list.some((other) => other !== entity && contains(other.words, words))) totals.nested++;
        addTo(counters, type, score, readEntity(result.text, sentence, words));
      }
    });
    return { name: result.name, byType, count };
  });
  return { ...totals, files, types: typeFigures(counters) };
}

const contains = (outer: readonly number[], inner: readonly number[]): boolean =>
  outer.length > inner.length && inner.every((word) => outer.includes(word));

function addTo(counters: Map<string, Counter>, type: string, score: number, text: string): void {
  const counter = counters.get(type) ?? { count: 0, scores: 0, tenths: Array(10).fill(0), texts: new Map() };
  counters.set(type, counter);
  counter.count++;
  counter.scores += score;
  const tenth = Math.min(9, Math.floor(score * 10));
  counter.tenths[tenth] = counter.tenths[tenth]! + 1;
  const key = text.toLowerCase();
  const known = counter.texts.get(key);
  if (known === undefined) counter.texts.set(key, { text, count: 1 });
  else known.count++;
}

function typeFigures(counters: ReadonlyMap<string, Counter>): TypeFigures[] {
  return [...counters]
    .map(([type, { count, scores, tenths, texts }]) => ({
      type,
      count,
      meanScore: scores / count,
      scores: tenths,
      texts: [...texts.values()].sort((a, b) => b.count - a.count).slice(0, mostTexts),
      different: texts.size,
    }))
    .sort((a, b) => b.count - a.count);
}
