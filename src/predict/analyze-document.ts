/** One document in one object: blocks, sentences with entities, identity, recommendations, counts. Runs in browsers too. */
import type { ScoredEntity } from '../data/types.ts';
import type { Block, Document } from '../document/types.ts';
import { findAbbreviations } from '../guideline/abbreviations.ts';
import { readIdentity } from '../guideline/identity.ts';
import { findRecommendations } from '../guideline/recommendations.ts';
import { segment } from '../text/segment.ts';
import { groups, letSignalsIn } from './batches.ts';
import type { DocumentBlock, DocumentResult, DocumentSentence } from './document-result.ts';
import { documentWords } from './document-words.ts';
import { buildRecord } from './record.ts';
import { selectTypes } from './select-types.ts';
import { createSentenceCache, tagCached } from './sentence-cache.ts';
import type { Tagger } from './types.ts';

/** Settings of {@link analyzeDocument}. */
export interface AnalyzeOptions {
  /** Types to keep, in any spelling that {@link selectTypes} understands; all when absent. */
  readonly types?: readonly string[];
  /** Least confidence to keep, in [0, 1]; 0 when absent. */
  readonly minScore?: number;
  /** Stops between two batches; the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with `(0, all)` at the start and after each batch. */
  readonly onProgress?: (sentencesDone: number, sentencesTotal: number) => void;
}

/** Few enough that progress moves and a stop is heard, many enough that sentences of one length meet in a batch. */
const batchSize = 256;

/**
 * Reads the sentences of a document, tags them, and finds what it says about itself and its recommendations.
 * @throws UserError `E_TYPE` for an unknown type, the signal's reason, and what the document's reader and the tagger throw
 */
export async function analyzeDocument(
  document: Document,
  tagger: Tagger,
  options: AnalyzeOptions = {},
): Promise<DocumentResult> {
  const { types: wanted, minScore = 0, signal, onProgress } = options;
  const started = performance.now();
  const types = wanted === undefined ? tagger.types : selectTypes(wanted, tagger.types, 'types');
  signal?.throwIfAborted();
  // Some readers work to make their blocks: once is enough.
  const blocks = [...document.blocks()];
  const read: Document = { ...document, blocks: () => blocks };
  const sentences = [...segment(read)];
  const abbreviations = findAbbreviations(document.source);
  const words = sentences.map(documentWords(tagger, () => abbreviations));
  const before = { ...tagger.counts };
  const kept = await tagSentences(words, tagger, signal, onProgress);
  const shown = new Set(types);
  const records = sentences.map((sentence, i): DocumentSentence => {
    const entities = kept[i]!.filter(({ type, score }) => score >= minScore && shown.has(type));
    return {
      ...buildRecord(document, sentence, entities),
      word_spans: sentence.words.map(({ spans }) => spans.map((s) => [s.charStart, s.charEnd] as const)),
    };
  });
  return {
    name: document.name,
    format: formatOf(document),
    model: tagger.name,
    types: tagger.types,
    text: document.source,
    blocks: blocks.map(drawnBlock),
    sentences: records,
    guideline: readIdentity(read),
    abbreviations: Object.fromEntries(abbreviations),
    recommendations: findRecommendations(read),
    summary: {
      ...countEntities(records, types),
      skipped: { ...document.skipped },
      windowed: tagger.counts.windowed - before.windowed,
      bounded: tagger.counts.bounded - before.bounded,
      seconds: (performance.now() - started) / 1000,
    },
  };
}

/** The entities of all sentences, in batches. */
async function tagSentences(
  sentences: readonly (readonly string[])[],
  tagger: Tagger,
  signal: AbortSignal | undefined,
  onProgress: AnalyzeOptions['onProgress'],
): Promise<(readonly ScoredEntity[])[]> {
  const cache = createSentenceCache();
  const found: (readonly ScoredEntity[])[] = [];
  onProgress?.(0, sentences.length);
  for (const batch of groups(sentences, batchSize)) {
    signal?.throwIfAborted();
    const { entities } = await tagCached(batch, (fresh) => tagger.tag(fresh), cache);
    found.push(...entities);
    onProgress?.(found.length, sentences.length);
    await letSignalsIn();
  }
  signal?.throwIfAborted();
  return found;
}

function countEntities(
  records: readonly DocumentSentence[],
  types: readonly string[],
): { sentences: number; entities: number; byType: Record<string, number> } {
  const byType: Record<string, number> = Object.fromEntries(types.map((type) => [type, 0]));
  let entities = 0;
  for (const record of records) {
    for (const { type } of record.entities) {
      byType[type] = (byType[type] ?? 0) + 1;
      entities++;
    }
  }
  return { sentences: records.length, entities, byType };
}

const drawnBlock = ({ kind, text, offsets, level, page, row, column }: Block): DocumentBlock => ({
  kind,
  start: offsets[0]!,
  end: offsets[text.length]!,
  ...(level === undefined ? {} : { level }),
  ...(page === undefined ? {} : { page }),
  ...(row === undefined ? {} : { row }),
  ...(column === undefined ? {} : { column }),
});

/** The document's format, or what its name says. */
function formatOf(document: Document): string {
  if (document.format !== undefined) return document.format;
  const extension = /\.([^./\\]+)$/.exec(document.name)?.[1]?.toLowerCase();
  return extension === undefined || extension === 'txt'
    ? 'text'
    : extension === 'md'
      ? 'markdown'
      : extension;
}
