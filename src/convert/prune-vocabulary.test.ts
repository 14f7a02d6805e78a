/** Models with a cut vocabulary: the same scores in covered text, and what cannot be cut. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { configSchema } from '../config/schema.ts';
import { createLabelSet } from '../data/labels.ts';
import { loadModel } from '../predict/load.ts';
import { declaredParameters } from '../predict/model-graphs.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { readModelFolder, writeModelFolder } from '../weights/model-folder.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import { importModel } from './import-model.ts';
import { pruneModel } from './prune-vocabulary.ts';
import { quantizeModel } from './quantize-model.ts';
import { expectedOf, makeEncoder, type OriginalModel, originals } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2ner-prune-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const write = (name: string, content: string): string => {
  writeFileSync(path(name), content);
  return path(name);
};

async function imported(original: OriginalModel): Promise<string> {
  await importModel({
    model: original.model,
    config: original.config,
    encoder: makeEncoder(original, path('bert')),
    labels: original.expected,
    out: path('model'),
  });
  return path('model');
}

/** What a model finds in sentences, one by one. */
async function found(model: string, sentences: readonly (readonly string[])[]) {
  const tagger = await loadModel(model, { threads: 1 });
  const entities = [];
  for (const sentence of sentences) entities.push(...(await tagger.tag([sentence]))[0]!);
  await tagger.dispose();
  return entities;
}

const table = 'bert.embeddings.word_embeddings.weight';

describe.each(originals)('$name', (original) => {
  test.skipIf(!original.present)('finds the same with the same scores', async () => {
    const model = await imported(original);
    const sentences = expectedOf(original)
      .single.slice(0, 4)
      .map(({ sentence }) => sentence);
    const data = write('data.json', JSON.stringify(sentences.map((sentence) => ({ sentence }))));
    const { before, after } = await pruneModel({ model, out: path('small'), data: [data] });
    expect(after.rows).toBeLessThan(before.rows);
    expect(after.bytes).toBeLessThan(before.bytes);
    const { encoder, config } = readModelFolder(path('small'));
    expect(encoder!.config.vocab_size).toBe(after.rows);
    expect(config).toEqual(readModelFolder(model).config);
    const [whole, cut] = [await found(model, sentences), await found(path('small'), sentences)];
    expect(cut.map(({ type, words }) => ({ type, words }))).toEqual(
      whole.map(({ type, words }) => ({ type, words })),
    );
    expect(whole.length).toBeGreaterThan(0);
    for (const [i, { score }] of whole.entries()) expect(Math.abs(cut[i]!.score - score)).toBeLessThan(1e-6);
  });
});

describe('what is covered', () => {
  test('an int8 model: numbers and scales of the rows that stay', async () => {
    quantizeModel({ model: await imported(originals[0]!), out: path('int8') });
    const sentences = expectedOf(originals[0]!)
      .single.slice(0, 4)
      .map(({ sentence }) => sentence);
    const data = write('data.json', JSON.stringify(sentences.map((sentence) => ({ sentence }))));
    await pruneModel({ model: path('int8'), out: path('small'), data: [data] });
    expect(await found(path('small'), sentences)).toEqual(await found(path('int8'), sentences));
  });

  test('words of documents, scripts by their names in any case; all else is unchanged', async () => {
    const model = await imported(originals[0]!);
    const document = write('a.md', '# Лечение\n\nНазначить **метотрексат** 15 мг в неделю.');
    const words = await pruneModel({ model, out: path('words'), corpus: [document] });
    expect(words.words).toBe(8);
    const script = await pruneModel({ model, out: path('script'), scripts: ['CYRILLIC', 'latin'] });
    expect(script.after.rows).toBeGreaterThan(words.after.rows);
    const before = readSafetensors(join(model, 'model.safetensors')).tensors;
    const after = readSafetensors(join(path('words'), 'model.safetensors'));
    expect(after.metadata).toEqual({ format: 'w2ner' });
    expect([...after.tensors.keys()]).toEqual([...before.keys()]);
    for (const [name, tensor] of before) {
      if (name !== table) expect(after.tensors.get(name), name).toEqual(tensor);
    }
    const card = readFileSync(join(path('words'), 'README.md'), 'utf8');
    expect(card).toMatch(/^# words\n\nA W2NER model/);
    expect(card).toContain(`cut from 134 to ${words.after.rows} pieces`);
    await expect(pruneModel({ model, out: path('words'), corpus: [document] })).rejects.toMatchObject({
      code: 'E_OUT',
    });
  });
});

describe('what is refused, with nothing written', () => {
  test('no text, no BERT, no script, files that cannot be read', async () => {
    const model = await imported(originals[0]!);
    const out = path('small');
    const refused = (changes: Partial<Parameters<typeof pruneModel>[0]>) =>
      expect(pruneModel({ model, out, ...changes })).rejects;
    await refused({}).toMatchObject({ code: 'E_OPTION', where: '--corpus' });
    await refused({ scripts: ['klingon'] }).toThrow(/"Klingon" is no script of Unicode/);
    await refused({ corpus: [path('nowhere.md')] }).toMatchObject({ code: 'E_INPUT_MISSING' });
    await refused({ data: [write('bad.json', '[{"sentence": []}]')] }).toMatchObject({ code: 'E_DATA' });
    const description = {
      config: configSchema.parse({ ngram_buckets: 8 }),
      labels: createLabelSet(['DRUG']),
    };
    const parameters = initializeParameters(declaredParameters(description), createRandom(1));
    writeModelFolder(path('compact'), description, parameters);
    await refused({ model: path('compact'), scripts: ['Latin'] }).toThrow(
      /compact encoder, which has no vocabulary/,
    );
    expect(existsSync(out)).toBe(false);
  });
});
