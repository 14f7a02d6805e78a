/** What several models agree on, over documents with repeated, short and unreadable parts. */
import { expect, test } from 'vitest';
import { UserError } from '../base/errors.ts';
import type { ScoredEntity } from '../data/types.ts';
import { documentFromString } from '../document/from-string.ts';
import { mergeAnswers } from './ensemble.ts';
import { labelDocuments } from './label.ts';
import type { DocumentSource } from './pipeline.ts';
import type { Tagger } from './types.ts';

const source = (name: string, text: string): DocumentSource => ({
  path: name,
  name,
  bytes: text.length,
  read: () => documentFromString(name, text, 'text'),
});

/** Marks every word of a list with a score. */
const lister = (scores: Readonly<Record<string, number>>): Tagger => ({
  name: 'lister',
  types: ['DRUG'],
  counts: { sentences: 0, windowed: 0, bounded: 0 },
  device: 'cpu',
  tag: async (sentences) =>
    sentences.map((words) =>
      words.flatMap((word, i) =>
        scores[word] === undefined ? [] : [{ type: 'DRUG', words: [i], score: scores[word]! }],
      ),
    ),
  dispose: async () => {},
});

test('scores are means over all models, in any spelling of the type', () => {
  const one: ScoredEntity[] = [{ type: 'Drug', words: [0], score: 0.8 }];
  const other: ScoredEntity[] = [
    { type: 'DRUG', words: [0], score: 0.4 },
    { type: 'DRUG', words: [0, 2], score: 0.9 },
  ];
  const merged = mergeAnswers([one, other]);
  expect(merged.map(({ words, score }) => [words, Number(score.toFixed(3))])).toEqual([
    [[0], 0.6],
    [[0, 2], 0.45],
  ]);
});

test('doubtful sentences go, empty ones are kept up to their share, repeated and short ones count once or not', async () => {
  const text = [
    'Больному назначен метформин утром и вечером.',
    'Больному назначен метформин утром и вечером.',
    'Больному назначен аспирин один раз в день.',
    'Больному назначена диета с ограничением соли.',
    'Осмотр проводится врачом один раз в месяц.',
    'Метформин отменить.',
  ].join('\n\n');
  const broken: DocumentSource = {
    ...source('b.txt', ''),
    read: () => {
      throw new UserError({ code: 'E_INPUT_READ', where: 'b.txt', message: 'broken' });
    },
  };
  const taggers = [lister({ метформин: 0.9, аспирин: 0.4 }), lister({ метформин: 0.7 })];
  const parts: number[] = [];
  const labelled = await labelDocuments([source('a.txt', text), broken], {
    taggers,
    emptyShare: 0.5,
    onProgress: (part) => parts.push(part),
  });
  expect(labelled).toMatchObject({ distinct: 4, drawn: 4, doubtful: 1, empty: 1 });
  expect(labelled.failures.map(({ path }) => path)).toEqual(['b.txt']);
  const withEntities = labelled.sentences.filter(({ ner }) => ner.length > 0);
  expect(labelled.sentences.length).toBe(2);
  expect(withEntities[0]!.sentence.join(' ')).toBe('Больному назначен метформин утром и вечером .');
  expect(withEntities[0]!.ner).toEqual([{ type: 'DRUG', index: [2] }]);
  expect(withEntities[0]!.meta.source_file).toBe('a.txt');
  expect(parts.at(-1)).toBe(1);
});

test('a sample is of the size asked for, and the same for the same seed', async () => {
  const text = Array.from({ length: 50 }, (_, i) => `Больному номер ${i} назначен метформин.`).join('\n\n');
  const draw = async (seed: number): Promise<string[]> => {
    const { sentences, distinct } = await labelDocuments([source('a.txt', text)], {
      taggers: [lister({ метформин: 1 })],
      sentences: 10,
      seed,
    });
    expect(distinct).toBe(50);
    return sentences.map(({ sentence }) => sentence[2]!);
  };
  const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
  expect(new Set(first).size).toBe(10);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('it can be stopped', async () => {
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  const sources = [source('a.txt', 'Больному назначен метформин утром.')];
  await expect(labelDocuments(sources, { taggers: [lister({})], signal: stop.signal })).rejects.toThrow(
    'stopped',
  );
});
