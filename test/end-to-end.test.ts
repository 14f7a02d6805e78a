/** The shipped models on whole documents, through the public interface: what a user gets. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  documentFromString,
  type ExtractRecord,
  extract,
  loadModel,
  readDocument,
  shippedModels,
  type Tagger,
} from '../src/index.ts';

const samples = resolve(import.meta.dirname, '../samples');
let model: Tagger;
beforeAll(async () => {
  model = await loadModel('guidelines-ru', { threads: 2 });
});
afterAll(() => model.dispose());

async function run(input: Parameters<typeof extract>[0], options = {}): Promise<ExtractRecord[]> {
  const records: ExtractRecord[] = [];
  for await (const record of extract(input, { model, ...options })) records.push(record);
  return records;
}

const found = (records: readonly ExtractRecord[]): string[] =>
  records.flatMap(({ entities }) => entities.map(({ type, text }) => `${type}: ${text}`));

describe('the default model on the sample documents', () => {
  let records: ExtractRecord[];
  beforeAll(async () => {
    records = await run(samples, { all: true });
  });

  test('every entity and sentence can be cut out of its file', () => {
    const sources = new Map(
      readdirSync(samples)
        .filter((name) => /\.(?:md|txt)$/.test(name))
        .map((name) => [name, readDocument(join(samples, name)).source]),
    );
    expect(sources.size).toBeGreaterThanOrEqual(4);
    const bare = (text: string): string => text.replace(/\s/g, '');
    let checked = 0;
    for (const { source_file, start, end, orig_sentence, sentence, entities } of records) {
      const source = sources.get(source_file)!;
      expect(source.slice(start, end)).toBe(orig_sentence);
      for (const { spans, index, text } of entities) {
        const cut = spans.map(([from, to]) => source.slice(from, to)).join('');
        expect(text).toBe(index.map((word) => sentence[word]).join(' '));
        if (cut.includes('&')) continue; // a character reference stands for its character
        expect(bare(cut)).toBe(bare(text));
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(300);
  });

  test('finds every type, and discontinuous and nested entities', () => {
    const entities = records.flatMap((record) => record.entities);
    expect(new Set(entities.map(({ type }) => type)).size).toBe(13);
    expect(entities.some(({ index }) => index.at(-1)! - index[0]! >= index.length)).toBe(true);
    const nested = records.some((record) =>
      record.entities.some((a) =>
        record.entities.some((b) => a !== b && a.index.every((word) => b.index.includes(word))),
      ),
    );
    expect(nested).toBe(true);
  });

  test('gives the same answer whatever the batch and whatever stands around a sentence', async () => {
    const again = await run(samples, {
      all: true,
      batchLimits: { sentences: 7, words: 100, characters: 1e6 },
    });
    expect(again.map(({ entities }) => entities.map(({ type, index }) => [type, index]))).toEqual(
      records.map(({ entities }) => entities.map(({ type, index }) => [type, index])),
    );
  });
});

test('plain recommendations are read as they are meant', async () => {
  const text = 'Рекомендуется назначить амоксициллин 500 мг 3 раза в день в течение 7 дней.';
  const records = await run(documentFromString('note.md', text, 'markdown'));
  expect(found(records)).toEqual(
    expect.arrayContaining([
      'ACTION / INTERVENTION: Рекомендуется',
      'DRUG: амоксициллин',
      'DOSAGE: 500 мг',
      'FREQUENCY: 3 раза в день',
    ]),
  );
});

test('a long line without a full stop is read, and nothing is lost at a seam', async () => {
  const line = 'назначить ибупрофен 400 мг 2 раза в день и '.repeat(600);
  const records = await run(documentFromString('long.txt', line, 'text'));
  expect(records.length).toBe(1);
  expect(model.counts.windowed).toBeGreaterThan(0);
  const drugs = records[0]!.entities.filter(({ type, text }) => type === 'DRUG' && text === 'ибупрофен');
  expect(drugs.length).toBeGreaterThan(540); // every tenth word; none may vanish at a seam
});

test('every shipped model loads and knows the 13 types', async () => {
  expect(shippedModels()).toEqual(['guidelines-ru', 'guidelines-ru-keywords']);
  for (const name of shippedModels()) {
    const tagger = await loadModel(name, { threads: 1 });
    expect(tagger.types.length, name).toBe(13);
    await tagger.dispose();
  }
});
