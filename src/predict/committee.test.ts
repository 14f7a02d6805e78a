/** Several models as one: means of what each of them finds by itself, read as a tagger reads; models that do not go together. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import { quantizeModel } from '../convert/quantize-model.ts';
import { createFeeder } from '../data/feeder.ts';
import { createLabelSet, type LabelSet } from '../data/labels.ts';
import type { ScoredEntity } from '../data/types.ts';
import type { Compile } from '../runtime/engine.ts';
import { createSession } from '../runtime/session.ts';
import { readEncoderFolder } from '../weights/encoder-folder.ts';
import { writeModelFolder } from '../weights/model-folder.ts';
import { createCommittee, readPairs } from './committee.ts';
import { loadModel, openModel } from './load.ts';
import { loadCommittee } from './load-committee.ts';
import { describeForUse, type TaggerModel } from './model-graphs.ts';
import { drawParameters, tinySizes } from './testing.ts';
import { createTagger } from './w2ner-tagger.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-committee-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compile: Compile = (graph, parameters) => createSession(graph, parameters, { threads: 1 });

/** A model with values at random, large enough that pairs differ. */
function makeModel(types: readonly string[], seed: number, change: object = {}) {
  const config = checkConfig({ ...tinySizes, ...change });
  const labels = createLabelSet(types);
  const encoder =
    config.encoder === 'bert'
      ? readEncoderFolder(join(import.meta.dirname, '../../test/fixtures/bert/encoder'))
      : undefined;
  const description = { config, labels, encoder };
  const parameters = drawParameters(description, seed);
  return { ...description, parameters };
}

const drugFirst = makeModel(['DRUG', 'DOSAGE', 'ACTION'], 1);
const drugLast = makeModel(['Action', 'Dosage', 'Drug'], 2, { context_hid_size: 8, none_offset: -0.4 });
const bert = makeModel(['DOSAGE', 'ACTION', 'DRUG'], 3, {
  bert_name: 'bert',
  bert_hid_size: 24,
  none_offset: -1,
});

const vocabulary = 'назначить цитарабин 500 мг два раза в день при боли внутривенно'.split(' ');
const random = createRandom(4);
/** Of lengths that repeat, in no order; the one with the most pieces is not the longest. */
const sentences = [7, 2, 7, 1, 12, 2, 5, 1, 7]
  .map((length) => Array.from({ length }, () => vocabulary[random.below(vocabulary.length)]!))
  .concat([['назначить', 'цита'.repeat(25)]]);

/** The model's own softmax, sentence by sentence without padding: [sentence][pair][label of `labels`]. */
async function ownProbabilities(model: TaggerModel, labels: LabelSet): Promise<number[][][]> {
  const { build, logits } = describeForUse(model);
  build.graph.output('logits', logits);
  const session = await createSession(build.graph, model.parameters, { threads: 1 });
  const feeder = createFeeder(model);
  const ids = [0, 1, ...labels.types.map((type) => model.labels.idOf(type)!)];
  const found: number[][][] = [];
  for (const words of sentences) {
    const { logits } = await session.run(feeder.feeds([{ words }], model.encoder !== undefined));
    const pairs = words.length * words.length;
    const scores = logits!.data as Float32Array; // [1, K, L, L]
    found.push(
      Array.from({ length: pairs }, (_, pair) => {
        const exps = ids.map((id) => Math.exp(scores[id * pairs + pair]!));
        const total = exps.reduce((sum, value) => sum + value, 0);
        return exps.map((value) => value / total);
      }),
    );
  }
  await session.release();
  return found;
}

describe('probabilities', () => {
  test.each<[string, TaggerModel[]]>([
    ['of one model are its softmax', [drugFirst]],
    [
      'of two with labels in different order are their mean, in the order of the first',
      [drugFirst, drugLast],
    ],
    ['are the same mean in the order of the other', [drugLast, drugFirst]],
    ['of a BERT, which is padded, have their part in them', [drugFirst, bert, drugLast]],
  ])('%s', async (_, models) => {
    const committee = await createCommittee(models, compile);
    expect(committee.labels).toBe(models[0]!.labels);
    const answers = await committee.probabilities(sentences);
    await committee.release();
    const own = await Promise.all(models.map((model) => ownProbabilities(model, committee.labels)));
    expect(answers.length).toBe(sentences.length);
    for (const [i, answer] of answers.entries()) {
      expect(answer.length).toBe(sentences[i]!.length ** 2 * committee.labels.size);
      const expected = own[0]![i]!.flatMap((labels, pair) =>
        labels.map((_, k) => own.reduce((sum, each) => sum + each[i]![pair]![k]! / own.length, 0)),
      );
      const worst = Math.max(...answer.map((value, k) => Math.abs(value - expected[k]!)));
      expect(worst, `sentence ${i}`).toBeLessThan(1e-5);
    }
  });

  test('of models that disagree lie apart from those of each', async () => {
    const [first, last] = [
      await ownProbabilities(drugFirst, drugFirst.labels),
      await ownProbabilities(drugLast, drugFirst.labels),
    ];
    const apart = first.flat(2).map((value, k) => Math.abs(value - last.flat(2)[k]!));
    expect(Math.max(...apart)).toBeGreaterThan(0.2);
  });

  test('of no sentences are none', async () => {
    const committee = await createCommittee([drugFirst, drugLast], compile);
    expect(await committee.probabilities([])).toEqual([]);
    await committee.release();
  });
});

describe('entities of one model', () => {
  const place = ({ type, words }: ScoredEntity): string => `${type} ${words}`;

  async function expectTheTaggers(
    model: TaggerModel,
    given: readonly (readonly string[])[],
    found: readonly (readonly ScoredEntity[])[],
  ): Promise<void> {
    const committee = await createCommittee([model], compile);
    const answers = await committee.probabilities(given);
    await committee.release();
    expect(found.flat().length).toBeGreaterThan(10);
    for (const [i, answer] of answers.entries()) {
      const read = readPairs(answer, given[i]!.length, committee.labels, committee.readings);
      expect(read.map(place)).toEqual(found[i]!.map(place));
      for (const [k, { score }] of read.entries()) expect(score).toBeCloseTo(found[i]![k]!.score, 5);
    }
  }

  test.each<[string, TaggerModel]>([
    ['whose labels are in one order', drugFirst],
    ['with an offset of "no relation"', drugLast],
    ['with a BERT encoder', bert],
  ])('are those of its tagger, scores too: %s', async (_, model) => {
    const tagger = await createTagger('one', model, { threads: 1 });
    const found = await tagger.tag(sentences);
    await tagger.dispose();
    await expectTheTaggers(model, sentences, found);
  });

  test('are all readings of a pair or the best, as its settings say', async () => {
    const linked = makeModel(['DRUG', 'DOSAGE', 'ACTION'], 13); // some pairs have several readings
    const counts: number[] = [];
    for (const readings of ['all', 'best'] as const) {
      const model = { ...linked, config: { ...linked.config, readings } };
      const tagger = await createTagger(readings, model, { threads: 1 });
      const found = await tagger.tag(sentences);
      await tagger.dispose();
      await expectTheTaggers(model, sentences, found);
      counts.push(found.flat().length);
    }
    expect(counts[0]).toBeGreaterThan(counts[1]!);
  });

  test('are those of its tagger when its weights are int8', async () => {
    const [plain, out] = [join(folder, 'plain'), join(folder, 'int8')];
    writeModelFolder(plain, drugFirst, drugFirst.parameters);
    quantizeModel({ model: plain, out, wordsOnly: true });
    const tagger = await loadModel(out, { threads: 1 });
    const found = await tagger.tag(sentences);
    await tagger.dispose();
    await expectTheTaggers(openModel(out), sentences, found);
  });

  test('are those of a shipped model', async () => {
    const texts = [
      'Рекомендуется проведение КТ органов грудной клетки и МРТ малого таза каждые 3 месяца .',
      'Пациентам с риском кровотечения назначают цисплатин 75 мг / м2 внутривенно в 1 - й день .',
      'Оценка эффекта проводится через 6 недель .',
    ].map((text) => text.split(' '));
    const tagger = await loadModel('guidelines-ru-keywords', { threads: 1 });
    const found = await tagger.tag(texts);
    await tagger.dispose();
    const committee = await loadCommittee(['guidelines-ru-keywords'], { threads: 1 });
    const answers = await committee.probabilities(texts);
    await committee.release();
    const read = answers.map((answer, i) => readPairs(answer, texts[i]!.length, committee.labels));
    expect(found.flat().length).toBeGreaterThanOrEqual(5);
    expect(read.map((entities) => entities.map(place))).toEqual(found.map((entities) => entities.map(place)));
  });
});

test('entities are read off what is likeliest at each pair', () => {
  const labels = createLabelSet(['A', 'B']);
  const pairs: Readonly<Record<string, readonly number[]>> = {
    '0 0': [0.4, 0.1, 0.2, 0.3], // nothing, though A and B together are likelier
    '0 1': [0.3, 0.7, 0, 0], // 1 follows 0
    '1 0': [0.2, 0, 0.45, 0.35], // A from 0 to 1
    '1 1': [0.5, 0, 0, 0.5], // as likely as nothing is nothing
    '0 2': [0.4, 0.6, 0, 0], // 2 follows 0
    '1 2': [0.1, 0.9, 0, 0], // 2 follows 1
    '2 0': [0, 0, 0.2, 0.8], // B from 0 to 2
  };
  const probabilities = new Float32Array(3 * 3 * 4);
  for (let pair = 0; pair < 9; pair++)
    probabilities.set(pairs[`${Math.floor(pair / 3)} ${pair % 3}`] ?? [1], pair * 4);
  const read = (...readings: ('all' | 'best')[]) =>
    readPairs(probabilities, 3, labels, ...readings).map(({ type, words, score }) => [type, words, score]);
  const near = (value: number) => expect.closeTo(value, 6);
  const short = ['A', [0, 1], near(0.45)];
  const whole = ['B', [0, 1, 2], near(0.7)];
  expect(read()).toEqual([short, whole, ['B', [0, 2], near(0.6)]]);
  expect(read('best')).toEqual([short, whole]);
});

describe('loading', () => {
  const write = (name: string, model: ReturnType<typeof makeModel>): string => {
    const path = join(folder, name);
    writeModelFolder(path, model, model.parameters);
    return path;
  };
  const first = write('first', drugFirst);

  test('gives models of the same types in any order and case', async () => {
    const committee = await loadCommittee([first, write('last', drugLast)], { threads: 1 });
    expect(committee.labels.types).toEqual(['DRUG', 'DOSAGE', 'ACTION']);
    expect((await committee.probabilities([['боль']]))[0]!.length).toBe(5);
    await committee.release();
  });

  test.each<[string, ReturnType<typeof makeModel>, string, RegExp]>([
    [
      'another type',
      makeModel(['DRUG', 'DOSAGE', 'SURGERY'], 5),
      'E_LABELS',
      /: has the types dosage, drug, surgery, .*first has action, dosage, drug$/,
    ],
    ['fewer types', makeModel(['DRUG', 'DOSAGE'], 5), 'E_LABELS', /: has the types dosage, drug, /],
    [
      'independent labels',
      makeModel(['DRUG', 'DOSAGE', 'ACTION'], 5, { relation_scores: 'independent' }),
      'E_CONFIG_VALUE',
      /: "relation_scores" is "independent"/,
    ],
  ])('refuses a model with %s, and names it', async (name, model, code, message) => {
    const path = write(name, model);
    await expect(loadCommittee([first, path])).rejects.toMatchObject({
      name: 'UserError',
      code,
      where: path,
      message: expect.stringMatching(message),
    });
  });

  test('refuses what is no model', async () => {
    await expect(loadCommittee([first, 'no-such-model'])).rejects.toMatchObject({ code: 'E_MODEL_NAME' });
  });
});

test('a model that cannot be compiled takes those before it along', async () => {
  const open = new Set<number>();
  let made = 0;
  const counting: Compile = async (graph, parameters) => {
    if (made === 2) throw new Error('no memory');
    const session = await compile(graph, parameters);
    const number = made++;
    open.add(number);
    return {
      ...session,
      release: async () => {
        open.delete(number);
        await session.release();
      },
    };
  };
  await expect(createCommittee([drugFirst, drugLast, drugFirst], counting)).rejects.toThrow('no memory');
  expect(made).toBe(2);
  expect(open.size).toBe(0);
});
