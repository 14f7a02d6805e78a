/** What a committee holds likely, over documents with repeated, short, long and unreadable parts. */
import { expect, test } from 'vitest';
import { UserError } from '../base/errors.ts';
import { createLabelSet } from '../data/labels.ts';
import { documentFromString } from '../document/from-string.ts';
import type { Committee } from './committee.ts';
import { labelDocuments } from './label.ts';
import type { DocumentSource } from './pipeline.ts';

const source = (name: string, text: string): DocumentSource => ({
  path: name,
  name,
  bytes: text.length,
  read: () => documentFromString(name, text, 'text'),
});

const labels = createLabelSet(['DRUG', 'DOSAGE']);
const [NNW, DRUG, DOSAGE] = [1, 2, 3];

/** What it finds likely at pairs of words, by their texts: label, probability. */
type Known = Readonly<Record<string, readonly (readonly [label: number, probability: number])[]>>;

/** A committee that knows pairs `row column` of words; everything else is surely nothing. */
function knowing(known: Known): Committee & { readonly calls: number[] } {
  const calls: number[] = [];
  return {
    labels,
    readings: 'all',
    calls,
    probabilities: async (sentences) => {
      calls.push(sentences.length);
      return sentences.map((words) => {
        const size = words.length;
        const answer = new Float32Array(size * size * labels.size);
        for (let pair = 0; pair < size * size; pair++) {
          const likely = known[`${words[Math.floor(pair / size)]} ${words[pair % size]}`] ?? [];
          for (const [label, probability] of likely) answer[pair * labels.size + label] = probability;
          answer[pair * labels.size] = 1 - likely.reduce((sum, [, probability]) => sum + probability, 0);
        }
        return answer;
      });
    },
    release: async () => {},
  };
}

const drug = (word: string, probability: number): Known => ({ [`${word} ${word}`]: [[DRUG, probability]] });

test('a sentence comes with its entities and with every label that is not quite unlikely', async () => {
  const committee = knowing({
    'метформин метформин': [
      [DRUG, 0.61249],
      [DOSAGE, 0.2],
    ],
    '500 мг': [[NNW, 0.9]],
    'мг 500': [
      [DOSAGE, 0.55],
      [DRUG, 0.0099],
    ],
    'мг мг': [[DOSAGE, 0.4]],
    'утром утром': [[DRUG, 0.0101]],
  });
  const text = 'Назначить метформин 500 мг утром и вечером.';
  const { sentences } = await labelDocuments([source('a.txt', text)], { committee });
  expect(sentences).toEqual([
    {
      sentence: ['Назначить', 'метформин', '500', 'мг', 'утром', 'и', 'вечером', '.'],
      ner: [
        { type: 'DRUG', index: [1] },
        { type: 'DOSAGE', index: [2, 3] },
      ],
      cells: [
        [1, 1, 'DRUG', 0.612],
        [1, 1, 'DOSAGE', 0.2],
        [2, 3, '<suc>', 0.9],
        [3, 2, 'DOSAGE', 0.55],
        [3, 3, 'DOSAGE', 0.4],
        [4, 4, 'DRUG', 0.01],
      ],
      source_file: 'a.txt',
    },
  ]);
});

const lines = [
  'Больному назначен метформин утром и вечером.',
  'Больному назначен метформин утром и вечером.',
  'Больному назначен аспирин один раз в день.',
  'Больному назначена диета с ограничением соли.',
  'Осмотр проводится врачом один раз в месяц.',
  'Метформин отменить.',
];

test('doubtful sentences stay, empty ones up to their share, repeated and short ones count once or not', async () => {
  const broken: DocumentSource = {
    ...source('b.txt', ''),
    read: () => {
      throw new UserError({ code: 'E_INPUT_READ', where: 'b.txt', message: 'broken' });
    },
  };
  // The entity of the second sentence is likelier than not, that of the third is not: it counts as empty.
  const committee = knowing({
    ...drug('метформин', 0.9),
    ...drug('аспирин', 0.51),
    ...drug('диета', 0.49),
  });
  const label = async (emptyShare: number) => {
    const parts: number[] = [];
    const labelled = await labelDocuments([source('a.txt', lines.join('\n\n')), broken], {
      committee,
      emptyShare,
      onProgress: (part) => parts.push(part),
    });
    expect(labelled).toMatchObject({ distinct: 4, drawn: 4 });
    expect(labelled.failures).toMatchObject([{ path: 'b.txt', code: 'E_INPUT_READ' }]);
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    expect(parts.at(-1)).toBe(1);
    const found = labelled.sentences.map(({ sentence, ner }) => `${sentence[2]} ${ner.length}`).sort();
    return { found, empty: labelled.empty };
  };
  const full = ['аспирин 1', 'метформин 1'];
  expect(await label(0)).toEqual({ found: full, empty: 2 });
  expect(await label(0.34)).toEqual({ found: [...full, 'диета 0'].sort(), empty: 1 });
  expect(await label(1)).toEqual({ found: [...full, 'диета 0', 'врачом 0'].sort(), empty: 0 });
});

test('an empty sentence still says what is likely in it', async () => {
  const committee = knowing(drug('диета', 0.49));
  const { sentences } = await labelDocuments([source('a.txt', lines[3]!)], { committee, emptyShare: 1 });
  expect(sentences).toMatchObject([{ ner: [], cells: [[2, 2, 'DRUG', 0.49]] }]);
});

test('sentences of 4 to 80 words are drawn, also when nothing is found in any', async () => {
  const text = [3, 4, 80, 81].map((size) => Array(size).fill('слово').join(' ')).join('\n\n');
  const label = async (emptyShare: number) =>
    labelDocuments([source('a.txt', text)], { committee: knowing({}), emptyShare });
  const all = await label(1);
  expect(all).toMatchObject({ distinct: 2, drawn: 2, empty: 0 });
  expect(all.sentences.map(({ sentence }) => sentence.length).sort((a, b) => a - b)).toEqual([4, 80]);
  expect(await label(0.99)).toMatchObject({ distinct: 2, drawn: 2, empty: 2, sentences: [] });
});

test('a sample is of the size asked for, and the same for the same seed', async () => {
  const text = Array.from({ length: 50 }, (_, i) => `Больному номер ${i} назначен метформин.`).join('\n\n');
  const draw = async (seed: number): Promise<string[]> => {
    const { sentences, distinct } = await labelDocuments([source('a.txt', text)], {
      committee: knowing(drug('метформин', 1)),
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

test('many sentences are labelled some at a time, each with its own answer', async () => {
  const numbers = Array.from({ length: 1100 }, (_, i) => i);
  const text = numbers.map((i) => `Больному номер ${i} назначен препарат.`).join('\n\n');
  const chanceOf = (i: number): number => (20 + (i % 900)) / 1000;
  const committee = knowing(Object.assign({}, ...numbers.map((i) => drug(String(i), chanceOf(i)))));
  const { sentences } = await labelDocuments([source('a.txt', text)], { committee, emptyShare: 1 });
  expect(committee.calls).toEqual([512, 512, 76]);
  expect(sentences.length).toBe(1100);
  for (const { sentence, cells } of sentences) {
    expect(cells).toEqual([[2, 2, 'DRUG', chanceOf(Number(sentence[2]))]]);
  }
});

test('it can be stopped', async () => {
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  const sources = [source('a.txt', lines[0]!)];
  await expect(labelDocuments(sources, { committee: knowing({}), signal: stop.signal })).rejects.toThrow(
    'stopped',
  );
});
