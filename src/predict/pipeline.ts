/** Documents to records: sentences in batches through the tagger, with bounded memory. */
import type { ScoredEntity } from '../data/types.ts';
import type { Document, Sentence } from '../document/types.ts';
import { findAbbreviations } from '../guideline/abbreviations.ts';
import { letSignalsIn } from './batches.ts';
import { documentWords } from './document-words.ts';
import { buildRecord, type ExtractRecord } from './record.ts';
import { createSentenceCache, type SentenceCache, tagCached } from './sentence-cache.ts';
import {
  countRecord,
  countSkipped,
  createSummary,
  describeFailure,
  describeProblems,
  type ExtractSummary,
  type FileSummary,
} from './summary.ts';
import type { Tagger } from './types.ts';

/** A document that can be read when its turn comes. */
export interface DocumentSource {
  readonly path: string;
  /** File name without folders. */
  readonly name: string;
  /** Size, for the progress. */
  readonly bytes: number;
  /** @param signal stops the reading of a long document */
  read(signal?: AbortSignal): Document | Promise<Document>;
}

/** How far an extraction is. */
export interface ExtractProgress {
  readonly filesDone: number;
  readonly files: number;
  readonly bytesDone: number;
  readonly bytes: number;
  readonly sentences: number;
  readonly entities: number;
  /** Path of the file being read. */
  readonly path: string;
}

/** Settings of {@link runPipeline}. */
export interface PipelineOptions {
  readonly tagger: Tagger;
  /** Splits a document into sentences. */
  readonly split: (document: Document) => Iterable<Sentence>;
  /** Types to keep, spelled as the model does; all when absent. */
  readonly types?: readonly string[];
  /** Least confidence to keep, in [0, 1]; 0 when absent. */
  readonly minScore?: number;
  /** Also sentences without entities. */
  readonly all?: boolean;
  /** Stops between two batches; iterating then throws the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ExtractProgress) => void;
  readonly batchLimits?: BatchLimits;
}

/** When a batch is full. */
export interface BatchLimits {
  readonly sentences: number;
  readonly words: number;
  /** Source characters that a batch may keep in memory. */
  readonly characters: number;
}

/** Large enough to sort by length within a batch, small enough that memory does not grow. */
export const defaultBatchLimits: BatchLimits = { sentences: 1024, words: 24_576, characters: 16_000_000 };

interface Item {
  readonly document: Document;
  readonly sentence: Sentence;
  readonly words: readonly string[];
  readonly file: FileSummary;
  readonly path: string | undefined;
}

interface Batch {
  readonly items: Item[];
  /** Progress once its sentences are tagged. */
  readonly progress: Omit<ExtractProgress, 'sentences' | 'entities'>;
}

/**
 * Runs the pipeline. While the tagger works on a batch, the next one is read.
 * @param summary counted into while records come out
 * @throws what the tagger throws, and the signal's reason; a file that fails is listed in `summary.failures`
 */
export async function* runPipeline(
  sources: readonly DocumentSource[],
  options: PipelineOptions,
  summary: ExtractSummary = createSummary(options.types ?? options.tagger.types),
): AsyncGenerator<ExtractRecord, void, undefined> {
  const started = performance.now();
  const before = { ...options.tagger.counts };
  const cache = createSentenceCache();
  const batches = collectBatches(sources, options, summary);
  let waiting: { batch: Batch; answer: ReturnType<typeof tagBatch> } | undefined;
  const settle = async function* (done: NonNullable<typeof waiting>, after: () => void) {
    const { entities, repeated } = await done.answer;
    await letSignalsIn();
    after();
    summary.repeated += repeated;
    for (const record of recordsOf(done.batch, entities, options, summary)) yield record;
    const { windowed, bounded } = options.tagger.counts;
    summary.windowed = windowed - before.windowed;
    summary.bounded = bounded - before.bounded;
    summary.seconds = (performance.now() - started) / 1000;
    const { sentences, entities: found } = summary;
    options.onProgress?.({ ...done.batch.progress, sentences, entities: found });
  };
  try {
    for await (const batch of batches) {
      const start = () => {
        options.signal?.throwIfAborted();
        const answer = tagBatch(batch, options.tagger, cache);
        answer.catch(() => {}); // awaited later; until then a rejection is not "unhandled"
        waiting = { batch, answer };
      };
      if (waiting === undefined) start();
      else yield* settle(waiting, start);
    }
    if (waiting !== undefined) yield* settle(waiting, () => {});
    summary.seconds = (performance.now() - started) / 1000;
  } finally {
    await waiting?.answer.catch(() => {});
  }
}

const tagBatch = (batch: Batch, tagger: Tagger, cache: SentenceCache) =>
  tagCached(
    batch.items.map((item) => item.words),
    (sentences) => tagger.tag(sentences),
    cache,
  );

function* recordsOf(
  batch: Batch,
  answers: readonly (readonly ScoredEntity[])[],
  options: PipelineOptions,
  summary: ExtractSummary,
): Generator<ExtractRecord> {
  const types = options.types === undefined ? undefined : new Set(options.types);
  const minScore = options.minScore ?? 0;
  for (const [i, item] of batch.items.entries()) {
    const kept = answers[i]!.filter(
      (entity) => entity.score >= minScore && (types === undefined || types.has(entity.type)),
    );
    const record = buildRecord(item.document, item.sentence, kept, item.path);
    countRecord(summary, item.file, record);
    if (options.all === true || kept.length > 0) yield record;
  }
}

/** Reads documents one after the other and groups their sentences. */
async function* collectBatches(
  sources: readonly DocumentSource[],
  options: PipelineOptions,
  summary: ExtractSummary,
): AsyncGenerator<Batch> {
  const limits = options.batchLimits ?? defaultBatchLimits;
  const names = ambiguousNames(sources);
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  let items: Item[] = [];
  let held = { words: 0, characters: 0 };
  let bytesBefore = 0;
  const flush = (filesDone: number, path: string, within: number): Batch => {
    const batch = {
      items,
      progress: { filesDone, files: sources.length, bytesDone: bytesBefore + within, bytes, path },
    };
    items = [];
    held = { words: 0, characters: 0 };
    return batch;
  };
  for (const [fileIndex, source] of sources.entries()) {
    options.signal?.throwIfAborted();
    let sentences = 0;
    try {
      const document = await source.read(options.signal);
      const file = startFile(document, source);
      summary.files.push(file);
      const path = names.has(source.name) ? source.path : undefined;
      held.characters += document.source.length;
      const wordsOf = documentWords(options.tagger, () => findAbbreviations(document.source));
      for (const sentence of options.split(document)) {
        const words = wordsOf(sentence);
        items.push({ document, sentence, words, file, path });
        held.words += words.length;
        sentences++;
        if (items.length < limits.sentences && held.words < limits.words) continue;
        yield flush(fileIndex, source.path, (source.bytes * sentence.charEnd) / document.source.length);
        options.signal?.throwIfAborted();
      }
      countSkipped(summary, document);
      summary.failures.push(...describeProblems(source.path, document));
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      summary.failures.push(describeFailure(source.path, error, sentences));
    }
    bytesBefore += source.bytes;
    if (held.characters >= limits.characters && items.length > 0) yield flush(fileIndex + 1, source.path, 0);
  }
  if (items.length > 0) yield flush(sources.length, sources[sources.length - 1]!.path, 0);
}

const startFile = (document: Document, source: DocumentSource): FileSummary => ({
  path: source.path,
  name: document.name,
  encoding: document.encoding,
  sentences: 0,
  sentencesWithEntities: 0,
  words: 0,
  entities: 0,
});

function ambiguousNames(sources: readonly DocumentSource[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of sources) (seen.has(name) ? twice : seen).add(name);
  return twice;
}
