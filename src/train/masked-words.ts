/** Which words of a batch a masked language model has to guess, and what it sees in their places (Devlin et al. 2019, §3.1). */
import type { Random } from '../base/random.ts';
import { foldWord } from '../text/spelling.ts';
import { Candidates } from './corpus.ts';

/** Of a sentence's words. */
const ASKED = 0.15;
/** Of the words asked; as many others stay, so that a word that is seen is worth a state too. */
const HIDDEN = 0.8;
const REPLACED = 0.1;

/** A batch as it is read, and what it is asked. */
export interface MaskedWords {
  /** The sentences, with other words in the place of some. */
  readonly sentences: readonly (readonly string[])[];
  /** f32[B·L], 1 at words whose spelling is hidden. */
  readonly hidden: Float32Array;
  /** i32[Q] places in B·L of the words to be guessed. */
  readonly asked: Int32Array;
  /** i32[Q] which candidate each of them is. */
  readonly answers: Int32Array;
  /** i32[M] vocabulary words. */
  readonly candidates: Int32Array;
}

/** What words are asked among. */
export interface CandidateSettings {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Words drawn besides those that are asked. */
  readonly sampleSize: number;
  readonly sample: () => number;
}

/**
 * Asks for 15 % of the words of each sentence, one at least; of words outside the vocabulary for none. Of those asked, 80 % are
 * hidden, 10 % replaced by a word from anywhere in the batch, 10 % left as they are.
 */
export function maskWords(
  batch: readonly (readonly string[])[],
  { vocabulary, sampleSize, sample }: CandidateSettings,
  random: Random,
): MaskedWords {
  const length = Math.max(...batch.map((words) => words.length));
  const all = batch.flat();
  const hidden = new Float32Array(batch.length * length);
  const candidates = new Candidates();
  const [asked, answers]: [number[], number[]] = [[], []];
  const sentences = batch.map((words, b) => {
    const seen = [...words];
    for (const { place, id } of choosePlaces(words, vocabulary, random)) {
      asked.push(b * length + place);
      answers.push(candidates.number(id));
      const draw = random.uniform();
      if (draw < HIDDEN) hidden[b * length + place] = 1;
      else if (draw < HIDDEN + REPLACED) seen[place] = all[random.below(all.length)]!;
    }
    return seen;
  });
  return {
    sentences,
    hidden,
    asked: Int32Array.from(asked),
    answers: Int32Array.from(answers),
    candidates: candidates.fill(sampleSize, sample),
  };
}

/** The words of a sentence to ask for, with their numbers in the vocabulary. */
function choosePlaces(
  words: readonly string[],
  vocabulary: ReadonlyMap<string, number>,
  random: Random,
): { place: number; id: number }[] {
  const known = words.flatMap((word, place) => {
    const id = vocabulary.get(foldWord(word));
    return id === undefined ? [] : [{ place, id }];
  });
  const count = Math.max(1, Math.round(ASKED * words.length));
  return random.shuffle(known).slice(0, count);
}
