/** What pre-training asks of a batch of plain text, and the graph that answers. */
import type { Random } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import { describeLanguageModel, type LanguageModel } from '../model/language-model.ts';
import { describeMaskedLanguageModel } from '../model/masked-language-model.ts';
import { hasTransformer } from '../model/transformer.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { defaultWindowSizes } from '../predict/windows.ts';
import { type Corpus, createSampler, guesses, readCorpus } from './corpus.ts';
import { maskWords } from './masked-words.ts';

type Sentences = readonly (readonly string[])[];

/** A batch as it is read, with the inputs of its questions. */
export interface Question {
  readonly sentences: Sentences;
  readonly feeds: Readonly<Record<string, TensorData>>;
}

/** A way to learn from plain text. */
export interface Objective {
  readonly model: LanguageModel;
  /** Undefined when a batch has no word that can be asked for. */
  ask(batch: Sentences): Question | undefined;
}

const VOCABULARY = 20_000;
/** Words compared besides those that are asked for. */
const SAMPLES = 1024;

/**
 * The text of {@link chooseObjective}: a transformer learns places by reading them, so it reads sentences as long as in use.
 * @throws UserError `E_CORPUS`
 */
export function readText(config: Config, paths: readonly string[], limit: number): Corpus {
  const longest = hasTransformer(config) ? defaultWindowSizes.max : undefined;
  return readCorpus(paths, VOCABULARY, limit, longest);
}

/** Hidden words for a transformer, which sees both sides of a word; for BiLSTMs the words beside each. */
export function chooseObjective(config: Config, corpus: Corpus, random: Random): Objective {
  const sample = createSampler(corpus.counts, random);
  return hasTransformer(config)
    ? hiddenWords(config, corpus, sample, random)
    : neighbours(config, corpus, sample);
}

const vector = (data: Int32Array): TensorData => ({ dtype: 'int32', shape: [data.length], data });

function neighbours(config: Config, { vocabulary }: Corpus, sample: () => number): Objective {
  return {
    model: describeLanguageModel(config, vocabulary.size),
    ask(sentences) {
      const length = Math.max(...sentences.map((words) => words.length));
      const { candidates, next, previous } = guesses(sentences, length, vocabulary, SAMPLES, sample);
      // The mean over no word is no number.
      if (![next, previous].every((asked) => asked.some((answer) => answer >= 0))) return undefined;
      const feeds = { candidates: vector(candidates), next: vector(next), previous: vector(previous) };
      return { sentences, feeds };
    },
  };
}

function hiddenWords(
  config: Config,
  { vocabulary }: Corpus,
  sample: () => number,
  random: Random,
): Objective {
  const settings = { vocabulary, sampleSize: SAMPLES, sample };
  return {
    model: describeMaskedLanguageModel(config, vocabulary.size),
    ask(batch) {
      const { sentences, hidden, asked, answers, candidates } = maskWords(batch, settings, random);
      if (asked.length === 0) return undefined;
      const shape = [batch.length, hidden.length / batch.length];
      const feeds = {
        candidates: vector(candidates),
        hidden: { dtype: 'float32' as const, shape, data: hidden },
        asked: vector(asked),
        answers: vector(answers),
      };
      return { sentences, feeds };
    },
  };
}
