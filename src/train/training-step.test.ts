/** One optimizer step: its sparse way through the feature table is the dense gradient. */
import { expect, test } from 'vitest';
import { differentiate } from '../autodiff/differentiate.ts';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import { batchFeeds, FeatureCache, labelFeed } from '../data/batches.ts';
import { createLabelSet } from '../data/labels.ts';
import { w2nerLoss } from '../model/relations.ts';
import { describeW2ner } from '../model/w2ner.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { createSession } from '../runtime/session.ts';
import { spellingFeatures } from '../text/spelling.ts';
import { createTrainer } from './w2ner-trainer.ts';

const LABELS = 4;
const config = checkConfig({
  ngram_buckets: 300,
  ngram_emb_size: 4,
  bert_hid_size: 5,
  lstm_hid_size: 6,
  conv_hid_size: 3,
  biaffine_size: 4,
  ffnn_hid_size: 4,
  dist_emb_size: 3,
  type_emb_size: 3,
  dilation: [1, 2],
  emb_dropout: 0,
  conv_dropout: 0,
  out_dropout: 0,
  word_dropout: 0,
  ngram_dropout: 0,
  learning_rate: 0.01,
  encoder_learning_rate: 0.1,
});
const start = {
  labels: createLabelSet(['A', 'B']),
  encoder: undefined,
  tensors: new Map<string, TensorData>(),
};
const random = createRandom(1);
const items = [['мг', 'цитарабина', 'мг'], ['боль']].map((words) => ({
  words,
  grid: Uint8Array.from({ length: words.length ** 2 }, () => random.below(LABELS)),
}));

/** Loss and gradients of all parameters, the table's included, from the graph alone. */
async function denseGradients(
  parameters: ReadonlyMap<string, TensorData>,
): Promise<Map<string, Float32Array>> {
  const model = describeW2ner(config, LABELS, { training: true, padded: true });
  const { graph } = model.build;
  const loss = w2nerLoss(model);
  graph.output('loss', loss);
  for (const [value, gradient] of differentiate(graph, loss, [...graph.parameters.values()])) {
    graph.output(`gradient/${value.name}`, gradient);
  }
  const session = await createSession(graph, 'inputs', { threads: 1 });
  const feeds = { ...batchFeeds(items, new FeatureCache(config), true), labels: labelFeed(items) };
  const outputs = await session.run({ ...feeds, ...Object.fromEntries(parameters) });
  await session.release();
  return new Map(
    Object.entries(outputs).map(([name, { data }]) => [name.replace('gradient/', ''), data as Float32Array]),
  );
}

test('a step has the loss and gradient of the graph, and moves parameters against it', async () => {
  const trainer = await createTrainer({ config, start, random: createRandom(2), threads: 1 });
  const before = new Map(
    [...trainer.parameters].map(([name, { data }]) => [name, (data as Float32Array).slice()]),
  );
  const dense = await denseGradients(trainer.parameters);
  const { loss, gradientNorm } = await trainer.step([items], (batch) => ({ labels: labelFeed(batch) }), 0.5);
  expect(loss).toBeCloseTo(dense.get('loss')![0]!, 6);
  dense.delete('loss');
  const square = [...dense.values()].reduce((sum, data) => sum + data.reduce((s, g) => s + g * g, 0), 0);
  expect(gradientNorm).toBeCloseTo(Math.sqrt(square), 5);

  for (const [name, { data }] of trainer.parameters) {
    // The first step of AdamW is the rate against the sign of the gradient, but for epsilon.
    const rate = 0.5 * (name.startsWith('compact.') ? 0.1 : 0.01);
    const epsilon = 1e-6;
    for (const [k, g] of dense.get(name)!.entries()) {
      const moved = (data as Float32Array)[k]! - before.get(name)![k]!;
      if (g === 0) expect(moved, `${name}[${k}]`).toBe(0);
      else expect(moved / rate, `${name}[${k}]`).toBeCloseTo(-g / (Math.abs(g) + epsilon), 2);
    }
  }
  await trainer.release();

  const used = new Set(
    items.flatMap(({ words }) => words.flatMap((word) => [...spellingFeatures(word, config)])),
  );
  const table = trainer.parameters.get('compact.table')!.data as Float32Array;
  const changed = Array.from({ length: 300 }, (_, row) => row).filter((row) =>
    [0, 1, 2, 3].some((k) => table[4 * row + k] !== before.get('compact.table')![4 * row + k]),
  );
  expect(changed).toEqual([...used].sort((a, b) => a - b));
});
