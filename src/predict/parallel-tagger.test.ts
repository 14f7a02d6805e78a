/** How sentences are dealt out to threads; the threads themselves are tested as built, in test/parallel.test.ts. */
import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { deal } from './parallel-tagger.ts';

test('every sentence is dealt once, and parts have nearly as many words', () => {
  const random = createRandom(2);
  const sentences = Array.from({ length: 301 }, () =>
    Array.from({ length: 1 + random.below(60) }, () => 'а'),
  );
  for (const count of [1, 2, 3, 5]) {
    const parts = deal(sentences, count);
    expect(parts.flat().sort((a, b) => a - b)).toEqual([...sentences.keys()]);
    const words = parts.map((places) => places.reduce((sum, place) => sum + sentences[place]!.length, 0));
    expect(Math.max(...words) - Math.min(...words)).toBeLessThanOrEqual(60);
  }
  expect(deal([], 2)).toEqual([[], []]);
});
