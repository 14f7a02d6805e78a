/** Evaluates a model on annotated sentences: tags them, measures the speed, compares. */
import { readExamples } from '../data/examples.ts';
import type { Example, ScoredEntity } from '../data/types.ts';
import type { BootstrapOptions } from '../evaluate/confidence.ts';
import type { LexiconOptions } from '../evaluate/lexicon.ts';
import { type EvaluationReport, evaluatePredictions } from '../evaluate/report.ts';
import { groups, letSignalsIn } from './batches.ts';
import type { Tagger } from './types.ts';

/** Settings of {@link evaluateTagger}. */
export interface EvaluateTaggerOptions {
  /** The model's training data, for the lexicon baseline. */
  readonly training?: readonly Example[];
  readonly bootstrap?: BootstrapOptions;
  readonly lexicon?: LexiconOptions;
  readonly signal?: AbortSignal;
  /** Called with the number of sentences done and the seconds that took. */
  readonly onProgress?: (sentences: number, seconds: number) => void;
}

/** Settings of {@link evaluate}. */
export interface EvaluateOptions extends Omit<EvaluateTaggerOptions, 'training'> {
  /** A shipped model's name, a model folder, or a loaded model (which stays loaded). */
  readonly model: string | Tagger;
  /** The model's training data, for the lexicon baseline: a file or examples. */
  readonly training?: string | readonly Example[];
  /** Processor threads, when the model is loaded here. */
  readonly threads?: number;
}

/** Sentences that a tagger gets at a time. */
const batchSize = 512;

/** Sentences tagged before the clock starts: the first runs of a session plan its memory. */
const warmUp = 32;

/**
 * Evaluates a model.
 * @param data an annotated file in the training format, or examples
 * @throws UserError for bad data, and those of `loadModel`
 */
export async function evaluate(
  data: string | readonly Example[],
  options: EvaluateOptions,
): Promise<EvaluationReport> {
  const { model, training, threads, ...rest } = options;
  const gold = examplesOf(data);
  const settings = training === undefined ? rest : { ...rest, training: examplesOf(training) };
  if (typeof model !== 'string') return evaluateTagger(model, gold, settings);
  const { loadModel } = await import('./load.ts');
  const tagger = await loadModel(model, threads === undefined ? {} : { threads });
  try {
    return await evaluateTagger(tagger, gold, settings);
  } finally {
    await tagger.dispose();
  }
}

const examplesOf = (data: string | readonly Example[]): readonly Example[] =>
  typeof data === 'string' ? readExamples(data) : data;

/** Evaluates a loaded model. The speed is measured after a short warm-up, and no answer is reused. */
export async function evaluateTagger(
  tagger: Tagger,
  gold: readonly Example[],
  options: EvaluateTaggerOptions = {},
): Promise<EvaluationReport> {
  const { training, bootstrap, lexicon, signal, onProgress } = options;
  const predicted: ScoredEntity[][] = [];
  let seconds = 0;
  await tagger.tag(gold.slice(0, warmUp).map(({ words }) => words));
  for (const batch of groups(gold, batchSize)) {
    signal?.throwIfAborted();
    const started = performance.now();
    const found = await tagger.tag(batch.map(({ words }) => words));
    seconds += (performance.now() - started) / 1000;
    for (const entities of found) predicted.push(entities);
    onProgress?.(predicted.length, seconds);
    await letSignalsIn();
  }
  return evaluatePredictions(gold, predicted, {
    ...(training === undefined ? {} : { training }),
    ...(bootstrap === undefined ? {} : { bootstrap }),
    ...(lexicon === undefined ? {} : { lexicon }),
    ...(seconds > 0 ? { sentencesPerSecond: gold.length / seconds } : {}),
  });
}
