/** A tagger for tests: finds the phrases of a small lexicon, in any case. */
import type { ScoredEntity } from '../src/data/types.ts';
import type { Tagger } from '../src/predict/types.ts';

/** Phrase (words joined by spaces, `…` stands for a gap of one or two words) to type. */
export type FakeLexicon = Readonly<Record<string, string>>;

/** Finds drugs, doses, a nested severity and a discontinuous complication. */
export const fakeLexicon: FakeLexicon = {
  цитарабин: 'DRUG',
  ритуксимаб: 'DRUG',
  '100 мг / м2': 'DOSAGE',
  '100 мг / м 2': 'DOSAGE',
  рекомендуется: 'ACTION / INTERVENTION',
  'КТ … органов малого таза': 'PROCEDURE / TEST',
  'МРТ органов малого таза': 'PROCEDURE / TEST',
  'острой … РТПХ': 'ADVERSE_EVENT / WARNING',
};

/** What a {@link fakeTagger} was asked, call by call. */
export interface FakeTagger extends Tagger {
  readonly calls: (readonly (readonly string[])[])[];
}

/** Makes a tagger; scores fall from 0.99 with the entity's length. */
export function fakeTagger(lexicon: FakeLexicon = fakeLexicon): FakeTagger {
  const phrases = Object.entries(lexicon).map(([phrase, type]) => ({
    words: phrase.toLowerCase().split(' '),
    type,
  }));
  const counts = { sentences: 0, windowed: 0, bounded: 0 };
  const calls: (readonly (readonly string[])[])[] = [];
  const tagOne = (words: readonly string[]): ScoredEntity[] => {
    const lower = words.map((word) => word.toLowerCase());
    const found = phrases.flatMap(({ words: phrase, type }) =>
      lower.flatMap((_, start) => {
        const place = match(lower, start, phrase);
        return place === undefined ? [] : [{ type, words: place, score: 1 - place.length / 100 }];
      }),
    );
    return found.sort((a, b) => a.words[0]! - b.words[0]! || a.words.at(-1)! - b.words.at(-1)!);
  };
  return {
    name: 'fake',
    device: 'cpu',
    readsMeanings: false,
    types: [...new Set(Object.values(lexicon))],
    counts,
    calls,
    tag: async (sentences) => {
      calls.push(sentences);
      counts.sentences += sentences.length;
      counts.windowed += sentences.filter((words) => words.length > 96).length;
      return sentences.map(tagOne);
    },
    dispose: async () => {},
  };
}

function match(words: readonly string[], start: number, phrase: readonly string[]): number[] | undefined {
  for (const gap of phrase.includes('…') ? [1, 2] : [0]) {
    const place: number[] = [];
    let at = start;
    const fits = phrase.every((word) => {
      if (word === '…') {
        at += gap;
        return true;
      }
      place.push(at);
      return words[at++] === word;
    });
    if (fits) return place;
  }
  return undefined;
}
