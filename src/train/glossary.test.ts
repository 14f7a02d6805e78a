/** A model that is trained with a glossary reads what words stand for: from its own, from a user's, and from the document itself. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import { quantizeModel } from '../convert/quantize-model.ts';
import { documentFromString } from '../document/from-string.ts';
import { analyzeDocument } from '../predict/analyze-document.ts';
import { extract } from '../predict/extract.ts';
import { loadModel } from '../predict/load.ts';
import type { Tagger } from '../predict/types.ts';
import type { Glossary } from '../text/glossary.ts';
import { averageModels } from './average.ts';
import { smallSettings, type TrainingRow } from './testing.ts';
import { trainModel } from './train.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-glossary-'));
afterAll(() => rmSync(folder, { recursive: true }));

const random = createRandom(5);
const letters = [...'БВГДЖЗКЛМНПРСТФХ'];
const abbreviation = (): string =>
  Array.from({ length: 3 }, () => letters[random.below(letters.length)]).join('');
/** Abbreviations that nothing but the glossary tells apart; «ЯЯЯ» and those after it stand in no training sentence. */
const known = [...new Set(Array.from({ length: 60 }, abbreviation))];
const isDrug = (name: string): boolean => known.indexOf(name) % 2 === 0;
const glossary: Glossary = {
  abbreviations: {
    ...Object.fromEntries(
      known.map((name) => [name, isDrug(name) ? 'ингибиторы протонной помпы' : 'язвенная болезнь']),
    ),
    ЯЯЯ: 'ингибиторы протонной помпы',
    ЮЮЮ: 'язвенная болезнь',
  },
  terms: {},
};
const rows = (names: readonly string[]): TrainingRow[] =>
  names.map((name) => ({
    sentence: ['Важно', 'помнить', ':', name, 'встречается', 'часто'],
    ner: isDrug(name) ? [{ type: 'DRUG', index: [3] }] : [],
  }));
const write = (name: string, data: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(data));
  return path;
};
const train = write('train.json', rows(known.slice(0, 50)));
const dev = write('dev.json', rows(known.slice(50)));
// Abbreviations are hidden, so that only their meaning can be learnt from.
const config = checkConfig({ ...smallSettings, word_dropout: 0.5, ngram_dropout: 0.5, epochs: 25 });
const sentence = (name: string): string[] => ['Важно', 'помнить', ':', name, 'встречается', 'часто'];

const drugsOf = async (tagger: Tagger, names: readonly string[]): Promise<string[]> => {
  const found = await tagger.tag(names.map(sentence));
  return names.filter((_, i) => found[i]!.length > 0);
};
const using = async <T>(tagger: Tagger, use: (tagger: Tagger) => Promise<T>): Promise<T> =>
  use(tagger).finally(() => tagger.dispose());

const out = join(folder, 'model');
beforeAll(async () => {
  await trainModel({ config, train, dev, out, glossary, threads: 1 });
}, 120_000);

describe('a model trained with a glossary', () => {
  test('knows abbreviations that no training sentence holds by what they stand for', async () => {
    await using(await loadModel(out), async (tagger) => {
      expect(tagger.readsMeanings).toBe(true);
      expect(await drugsOf(tagger, ['ЯЯЯ', 'ЮЮЮ'])).toEqual(['ЯЯЯ']);
    });
    expect(JSON.parse(readFileSync(join(out, 'glossary.json'), 'utf8'))).toEqual(glossary);
  });

  test('reads a user’s glossary beside its own', async () => {
    const added: Glossary = {
      abbreviations: { ЪЪЪ: 'ингибиторы помпы', ЯЯЯ: 'болезнь' },
      terms: {},
    };
    await using(await loadModel(out, { glossary: added }), async (tagger) => {
      expect(await drugsOf(tagger, ['ЪЪЪ', 'ЯЯЯ', known[0]!])).toEqual(['ЪЪЪ', known[0]!]);
    });
  });

  test('refuses names of a type whose names it was not trained with', async () => {
    const added: Glossary = { abbreviations: {}, terms: { DURG: ['метформин'] } };
    await expect(loadModel(out, { glossary: added })).rejects.toThrow('was not trained with names of DURG');
  });

  test('reads what a document says that its abbreviations stand for', async () => {
    const text = (meaning: string): string =>
      `Список сокращений\n\nЩПЦ – ${meaning}\n\nВажно помнить : ЩПЦ встречается часто\n`;
    const drug = documentFromString('а.txt', text('щадящие протонной помпы ингибиторы ценные'), 'text');
    const other = documentFromString('б.txt', text('щемящая печальная язвенная болезнь ценная'), 'text');
    await using(await loadModel(out), async (tagger) => {
      const textsOf = async (document: typeof drug): Promise<string[]> =>
        (await analyzeDocument(document, tagger)).sentences
          .filter(({ sentence }) => sentence.includes('встречается'))
          .flatMap(({ entities }) => entities.map(({ text }) => text));
      expect(await textsOf(drug)).toEqual(['ЩПЦ']);
      expect(await textsOf(other)).toEqual([]);
      const records: string[] = [];
      for await (const record of extract([drug, other], { model: tagger })) {
        if (!record.sentence.includes('встречается')) continue;
        for (const entity of record.entities) records.push(`${record.source_file} ${entity.text}`);
      }
      expect(records).toEqual(['а.txt ЩПЦ']);
    });
  });

  test('keeps it when it is quantised, averaged and trained further', async () => {
    const small = join(folder, 'small');
    quantizeModel({ model: out, out: small, wordsOnly: true });
    const mean = join(folder, 'mean');
    await averageModels({ models: [out, out], train, dev, out: mean });
    const further = join(folder, 'further');
    await trainModel({ config: { ...config, epochs: 1 }, train, dev, out: further, init: out, threads: 1 });
    for (const model of [small, mean, further]) {
      await using(await loadModel(model), async (tagger) => {
        expect(await drugsOf(tagger, ['ЯЯЯ', 'ЮЮЮ']), model).toEqual(['ЯЯЯ']);
      });
    }
  });

  test('is not resumed with another glossary, nor averaged with a model of another', async () => {
    const options = { config, train, dev, out, threads: 1 };
    const other = { ...glossary, abbreviations: { ЯЯЯ: 'болезнь' } };
    await expect(trainModel({ ...options, glossary: other, resume: true })).rejects.toThrow(
      'belongs to a run with other data or settings',
    );
    const second = join(folder, 'second');
    await trainModel({ ...options, config: { ...config, epochs: 1 }, out: second, glossary: other });
    const average = averageModels({ models: [out, second], train, dev, out: join(folder, 'none') });
    await expect(average).rejects.toThrow('has another glossary than');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

test('a model trained without a glossary refuses one', async () => {
  const plain = join(folder, 'plain');
  await trainModel({ config: { ...config, epochs: 1 }, train, dev, out: plain, threads: 1 });
  expect(existsSync(join(plain, 'glossary.json'))).toBe(false);
  await expect(loadModel(plain, { glossary })).rejects.toThrow('was trained without a glossary');
  await using(await loadModel(plain), async (tagger) => expect(tagger.readsMeanings).toBe(false));
});

test('a BERT encoder takes no glossary', async () => {
  const bert = checkConfig({ ...smallSettings, encoder: 'bert', bert_name: 'test/fixtures/bert' });
  const run = trainModel({ config: bert, train, dev, out: join(folder, 'bert'), glossary });
  await expect(run).rejects.toThrow('reads words by their pieces alone');
});
