/**
 * The original's numbers: word pieces, scores, decoding, and training steps, on fixtures of our own that
 * `bench/pytorch/make_fixtures.py` makes and checks against the original's, and on the original's where they are at hand.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../src/base/random.ts';
import { checkConfig } from '../src/config/check.ts';
import { checkEncoderConfig } from '../src/config/encoder.ts';
import { labelFeed } from '../src/data/batches.ts';
import { createFeeder } from '../src/data/feeder.ts';
import { labelSetFromJson } from '../src/data/labels.ts';
import { encodeGrid } from '../src/data/relation-grid.ts';
import { decodeGrid } from '../src/decode/decode.ts';
import { describeW2ner } from '../src/model/w2ner.ts';
import type { TensorData } from '../src/onnx/dtype.ts';
import { createSession } from '../src/runtime/session.ts';
import { createPieceTokenizer } from '../src/text/pieces.ts';
import { warmupFactor } from '../src/train/adamw.ts';
import { createTrainer } from '../src/train/w2ner-trainer.ts';
import { type EncoderFolder, readEncoderFolder } from '../src/weights/encoder-folder.ts';
import { openWeights } from '../src/weights/open-weights.ts';

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

interface Expected {
  readonly sentence: readonly string[];
  readonly input_ids: readonly number[];
  readonly pieces_of_word: readonly (readonly number[])[];
  readonly logits: readonly number[];
  readonly grid: readonly (readonly number[])[];
  readonly decoded: readonly (readonly [readonly number[], number])[];
}

interface Training {
  readonly sentences: readonly {
    readonly sentence: readonly string[];
    readonly ner: readonly { readonly index: readonly number[]; readonly type: string }[];
  }[];
  readonly batches: readonly (readonly number[])[];
  readonly learning_rate: number;
  readonly bert_learning_rate: number;
  readonly weight_decay: number;
  readonly clip_grad_norm: number;
  readonly warmup_steps: number;
  readonly total_steps: number;
  readonly loss: readonly number[];
  readonly grad_norm: readonly number[];
  readonly final_logits: readonly { readonly index: number; readonly logits: readonly number[] }[];
  readonly final_parameters_first_8: Readonly<Record<string, readonly number[]>>;
}

/** A model as the original's files hold it. */
async function readOriginal(folder: string, tokenizerFolder: string) {
  const rawConfig = json(join(folder, 'bert_config.json'));
  const encoder: EncoderFolder = {
    ...readEncoderFolder(tokenizerFolder),
    rawConfig,
    config: checkEncoderConfig(rawConfig, folder),
  };
  const settings = json(join(folder, 'config.json'));
  const store = await openWeights(join(folder, 'model.pt'));
  const tensors = new Map([...store.entries.keys()].map((name) => [name, store.read(name)]));
  store.close();
  const expected = json(join(folder, 'expected.json')) as {
    labels: string[];
    single: Expected[];
    batched: Expected[];
  };
  return { settings, encoder, tensors, expected, labels: labelSetFromJson(expected.labels, folder) };
}

type Original = Awaited<ReturnType<typeof readOriginal>>;

/** Scores [L, L, K] of each sentence of a batch, as the original lays them out. */
async function scoresOf(
  { settings, encoder, labels }: Original,
  tensors: ReadonlyMap<string, TensorData>,
  batches: readonly (readonly (readonly string[])[])[],
  originalPadding: boolean,
): Promise<number[][]> {
  const config = checkConfig(settings);
  const options = { training: false, padded: true, originalPadding, encoder: encoder.config };
  const model = describeW2ner(config, labels.size, options);
  model.build.graph.output('logits', model.logits);
  const session = await createSession(model.build.graph, tensors, { threads: 1 });
  const feeder = createFeeder({ config, encoder });
  const scores: number[][] = [];
  for (const sentences of batches) {
    const feeds = feeder.feeds(
      sentences.map((words) => ({ words })),
      true,
    );
    const { logits } = await session.run(feeds);
    const [, K, L] = logits!.shape as [number, number, number];
    const data = logits!.data as Float32Array;
    for (const [b, { length }] of sentences.entries()) {
      const own: number[] = [];
      for (let row = 0; row < length; row++)
        for (let column = 0; column < length; column++)
          for (let k = 0; k < K; k++) own.push(data[((b * K + k) * L + row) * L + column]!);
      scores.push(own);
    }
  }
  await session.release();
  return scores;
}

function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got.length).toBe(expected.length);
  let worst = 0;
  for (let k = 0; k < got.length; k++) worst = Math.max(worst, Math.abs(got[k]! - expected[k]!));
  return worst;
}

const fours = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: items.length / 4 }, (_, k) => items.slice(4 * k, 4 * k + 4));

const bySpan = (entities: readonly (readonly [readonly number[], number])[]): string[] =>
  entities.map(([words, label]) => `${words.join(',')}:${label}`).sort();

function checkModel(folder: string, tokenizerFolder: string): void {
  test('word pieces are the same', async () => {
    const { encoder, expected } = await readOriginal(folder, tokenizerFolder);
    const tokenizer = createPieceTokenizer(encoder.tokenizer, tokenizerFolder);
    for (const { sentence, input_ids: ids, pieces_of_word: pieces } of expected.single) {
      const split = sentence.map((word) => [...tokenizer.piecesOf(word)]);
      expect([tokenizer.startId, ...split.flat(), tokenizer.endId]).toEqual(ids);
      expect(split.map((own) => own.length)).toEqual(pieces.map((own) => own.length));
    }
  });

  test('scores are the same, sentence by sentence and in padded batches', async () => {
    const model = await readOriginal(folder, tokenizerFolder);
    const { single, batched } = model.expected;
    const alone = await scoresOf(
      model,
      model.tensors,
      single.map(({ sentence }) => [sentence]),
      false,
    );
    for (const [i, scores] of alone.entries())
      expect(largestDifference(scores, single[i]!.logits)).toBeLessThan(1e-4);
    const together = fours(batched.map(({ sentence }) => sentence));
    const original = await scoresOf(model, model.tensors, together, true);
    for (const [i, scores] of original.entries())
      expect(largestDifference(scores, batched[i]!.logits)).toBeLessThan(1e-4);
    // Without the original's padding, neighbours do not count.
    const exact = await scoresOf(model, model.tensors, fours(single.map(({ sentence }) => sentence)), false);
    for (const [i, scores] of exact.entries())
      expect(largestDifference(scores, alone[i]!)).toBeLessThan(1e-4);
  });

  test('grids are read the same way', async () => {
    const { expected } = await readOriginal(folder, tokenizerFolder);
    for (const { grid, decoded } of [...expected.single, ...expected.batched]) {
      const { entities } = decodeGrid(Uint8Array.from(grid.flat()), grid.length);
      expect(bySpan(entities.map(({ words, label }) => [words, label]))).toEqual(bySpan(decoded));
    }
  });
}

/** Trains from a model's weights as a training file says. */
async function trainAs(model: Original, training: Training, padding: 'exact' | 'original') {
  const config = checkConfig({
    ...model.settings,
    learning_rate: training.learning_rate,
    bert_learning_rate: training.bert_learning_rate,
    weight_decay: training.weight_decay,
    clip_grad_norm: training.clip_grad_norm,
    padding,
  });
  const withoutDropout = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
  const encoder = { ...model.encoder, config: { ...model.encoder.config, ...withoutDropout } };
  const trainable = [...model.tensors].filter(([name]) => !name.startsWith('bert.pooler.'));
  const tensors = new Map(
    trainable.map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );
  const trainer = await createTrainer({
    config,
    start: { labels: model.labels, encoder, tensors },
    random: createRandom(1),
    threads: 1,
  });
  const items = training.sentences.map(({ sentence: words, ner }) => {
    const entities = ner.map(({ type, index }) => ({ type, words: index }));
    return { words, grid: encodeGrid(entities, words.length, model.labels) };
  });
  const steps = [];
  for (const [step, batch] of training.batches.entries()) {
    const factor = warmupFactor(step, training.warmup_steps, training.total_steps);
    steps.push(
      await trainer.step([batch.map((i) => items[i]!)], (own) => ({ labels: labelFeed(own) }), factor),
    );
  }
  trainer.optimizer.settle();
  await trainer.release();
  return { steps, parameters: trainer.parameters };
}

async function checkTraining(model: Original, training: Training, padding: 'exact' | 'original') {
  const { steps, parameters } = await trainAs(model, training, padding);
  const losses = largestDifference(
    steps.map(({ loss }) => loss),
    training.loss,
  );
  expect(losses).toBeLessThan(1e-3);
  const norms = largestDifference(
    steps.map(({ gradientNorm }) => gradientNorm),
    training.grad_norm,
  );
  expect(norms).toBeLessThan(1e-3);
  let compared = 0;
  for (const [name, values] of Object.entries(training.final_parameters_first_8)) {
    const own = parameters.get(name);
    if (own === undefined) continue;
    compared += 1;
    const difference = largestDifference((own.data as Float32Array).subarray(0, values.length), values);
    expect(difference, name).toBeLessThan(1e-3);
  }
  expect(compared).toBeGreaterThan(7);
  const sentences = training.final_logits.map(({ index }) => [training.sentences[index]!.sentence]);
  const final = await scoresOf(model, parameters, sentences, false);
  for (const [i, scores] of final.entries())
    expect(largestDifference(scores, training.final_logits[i]!.logits)).toBeLessThan(1e-3);
}

const fixtures = join(import.meta.dirname, 'fixtures/bert');
const reference = resolve(import.meta.dirname, '../../shared/reference');

describe.each(['last-layer', 'last-4-layers'])('our fixtures, %s', (variant) => {
  checkModel(join(fixtures, variant), join(fixtures, 'encoder'));
});

test.each([
  ['training.json', 'original'],
  ['training-exact-padding.json', 'exact'],
] as const)('our fixtures, %s', async (file, padding) => {
  const model = await readOriginal(join(fixtures, 'last-layer'), join(fixtures, 'encoder'));
  await checkTraining(model, json(join(fixtures, file)), padding);
});

describe.skipIf(!existsSync(reference))('the original', () => {
  describe.each(['w2ner-last-layer', 'w2ner-last-4-layers'])('%s', (variant) => {
    checkModel(join(reference, variant), join(reference, 'tiny-bert'));
  });

  test('training.json', async () => {
    const model = await readOriginal(join(reference, 'w2ner-last-layer'), join(reference, 'tiny-bert'));
    await checkTraining(model, json(join(reference, 'w2ner-last-layer/training.json')), 'original');
  });
});
