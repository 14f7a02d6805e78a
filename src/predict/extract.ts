/** Entities of whole documents: what `w2ner extract` does, as a library call. */
import type { Document } from '../document/types.ts';
import { segment } from '../text/segment.ts';
import { type PipelineOptions, runPipeline } from './pipeline.ts';
import type { ExtractRecord } from './record.ts';
import { selectTypes } from './select-types.ts';
import { type FoundSources, findSources, nothingRead } from './sources.ts';
import { createSummary, createTypeSummary, type ExtractSummary } from './summary.ts';
import type { Tagger } from './types.ts';

/** Settings of an extraction whose model is loaded. */
export interface SourceOptions extends Omit<PipelineOptions, 'tagger' | 'split' | 'types'> {
  /** Types to keep, in any spelling that {@link selectTypes} understands; all when absent. */
  readonly types?: readonly string[];
}

/** Settings of {@link extract}. */
export interface ExtractOptions extends SourceOptions {
  /** A shipped model's name, a model folder, or a loaded model (which stays loaded); default `guidelines-ru`. */
  readonly model?: string | Tagger;
  /** Processor threads, when the model is loaded here. */
  readonly threads?: number;
}

/** A running extraction: iterate over it once. */
export interface Extraction extends AsyncIterable<ExtractRecord> {
  /** Counts so far; final once the iteration has ended. */
  readonly summary: ExtractSummary;
}

/** The model that is used when none is named. */
export const defaultModel = 'guidelines-ru';

/**
 * Finds the entities of documents. Records come in document order, while documents are being read; memory
 * does not grow with their number. A file that fails is listed in `summary.failures`.
 *
 * ```ts
 * const extraction = extract(['guidelines/'], { types: ['drug', 'dosage'] });
 * for await (const record of extraction) console.log(record.sentence_text, record.entities);
 * console.log(extraction.summary.sentences);
 * ```
 * @param input files, folders, patterns or documents
 * @throws while iterating: UserError when nothing could be read, `E_TYPE` for an unknown type, those of `loadModel`
 */
export function extract(
  input: string | Document | readonly (string | Document)[],
  options: ExtractOptions = {},
): Extraction {
  const summary = createSummary([]);
  const inputs = typeof input === 'string' || !Array.isArray(input) ? [input as string | Document] : input;
  return {
    summary,
    [Symbol.asyncIterator]: async function* () {
      const { model = defaultModel, threads, ...rest } = options;
      const found = findSources(inputs);
      if (found.sources.length === 0) throw nothingRead(found.failures);
      if (typeof model !== 'string') return yield* extractSources(found, model, rest, summary);
      const { loadModel } = await import('./load.ts');
      const tagger = await loadModel(model, threads === undefined ? {} : { threads });
      try {
        yield* extractSources(found, tagger, rest, summary);
      } finally {
        await tagger.dispose();
      }
    },
  };
}

/**
 * The same for sources that were found and a model that is loaded.
 * @param summary counted into while records come out
 */
export async function* extractSources(
  found: FoundSources,
  tagger: Tagger,
  options: SourceOptions,
  summary: ExtractSummary,
): AsyncGenerator<ExtractRecord, void, undefined> {
  const { types: wanted, ...rest } = options;
  const types = wanted === undefined ? tagger.types : selectTypes(wanted, tagger.types);
  summary.types.push(...types.map(createTypeSummary));
  summary.failures.push(...found.failures);
  yield* runPipeline(found.sources, { tagger, split: segment, types, ...rest }, summary);
  if (summary.files.length === 0) throw nothingRead(summary.failures);
}
