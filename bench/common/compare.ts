/** Our graph against the PyTorch model: same weights, same sentences, largest difference of scores, losses and training. */
import { createRandom } from '../../src/base/random.ts';
import type { Config } from '../../src/config/schema.ts';
import { type BatchItem, FeatureCache } from '../../src/data/batches.ts';
import type { LabelSet } from '../../src/data/labels.ts';
import { w2nerLoss } from '../../src/model/relations.ts';
import { describeW2ner } from '../../src/model/w2ner.ts';
import type { TensorData } from '../../src/onnx/dtype.ts';
import { createSession } from '../../src/runtime/session.ts';
import { createTrainer } from '../../src/train/w2ner-trainer.ts';
import { batchTensors, withFolder, writeBatchFolder } from './batch-file.ts';
import { type PytorchLibrary, type PytorchOptions, runPytorch } from './pytorch.ts';
import { freshTraining, trainOn } from './train-step.ts';

/** One batch's largest differences. */
export interface BatchDifference {
  readonly sentences: number;
  readonly words: number;
  readonly padded: boolean;
  readonly logits: number;
  readonly largest_logit: number;
  readonly loss: number;
  /** With padding cleared only where the original clears it. */
  readonly logits_original_padding: number;
}

export interface Comparison {
  readonly max_logit_difference: number;
  readonly max_loss_difference: number;
  /** Of the losses along training steps without dropout: gradients, clipping and optimizer. */
  readonly max_training_loss_difference: number;
  readonly training_losses: { readonly ours: readonly number[]; readonly pytorch: readonly number[] };
  readonly max_gradient_norm_difference: number;
  readonly batches: readonly BatchDifference[];
  readonly library: PytorchLibrary;
}

/** Largest difference of a score that float32 arithmetic in another order explains. */
export const TOLERANCE = 1e-4;

/** Whether both sides compute the same. */
export function agrees(comparison: Comparison): boolean {
  const { max_logit_difference, max_loss_difference, max_training_loss_difference } = comparison;
  return [max_logit_difference, max_loss_difference, max_training_loss_difference].every(
    (difference) => difference <= TOLERANCE,
  );
}

/** How far parameters are moved from their given values, so that none is still the zero or one it started as. */
const NUDGE = 0.05;

/**
 * @param parameters weights to compare with; moved a little, so that untrained ones do
 * @param batches sentences with grids; each is scored, then trained on once, in order
 */
export async function compareWithPytorch(
  config: Config,
  labels: LabelSet,
  parameters: ReadonlyMap<string, TensorData>,
  batches: readonly (readonly BatchItem[])[],
  options: PytorchOptions,
): Promise<Comparison> {
  const still = withoutDropout(config);
  const moved = nudge(parameters);
  const scored = await scoreBatches(still, labels, moved, batches, options.threads);
  const ours = await trainBatches(still, labels, moved, batches, options.threads);
  const theirs = await withFolder((folder) => {
    writeBatchFolder(folder, still, moved, scored);
    type Checked = { batches: BatchDifference[]; losses: number[]; norms: number[] };
    return runPytorch<Checked>('check', folder, options);
  });
  const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));
  return {
    max_logit_difference: largest(theirs.batches.map(({ logits }) => logits)),
    max_loss_difference: largest(theirs.batches.map(({ loss }) => loss)),
    max_training_loss_difference: largest(ours.map(({ loss }, i) => loss - theirs.losses[i]!)),
    max_gradient_norm_difference: largest(ours.map(({ gradientNorm }, i) => gradientNorm - theirs.norms[i]!)),
    training_losses: { ours: ours.map(({ loss }) => loss), pytorch: theirs.losses },
    batches: theirs.batches,
    library: theirs.library,
  };
}

function withoutDropout(config: Config): Config {
  const entries = Object.entries(config);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key.endsWith('_dropout') ? 0 : value]),
  ) as Config;
}

function nudge(parameters: ReadonlyMap<string, TensorData>): Map<string, TensorData> {
  const random = createRandom(1);
  return new Map(
    [...parameters].map(([name, tensor]) => {
      const data = Float32Array.from(tensor.data as Float32Array, (value) => value + NUDGE * random.normal());
      return [name, { ...tensor, data }];
    }),
  );
}

/** The batches with our `logits` f32[B, K, L, L] and `loss`. */
async function scoreBatches(
  config: Config,
  labels: LabelSet,
  parameters: ReadonlyMap<string, TensorData>,
  batches: readonly (readonly BatchItem[])[],
  threads: number,
): Promise<Record<string, TensorData>[]> {
  const model = describeW2ner(config, labels.size, { training: false, padded: true });
  const { graph } = model.build;
  graph.output('logits', model.logits);
  graph.output('loss', w2nerLoss(model));
  const session = await createSession(graph, parameters, { threads });
  const cache = new FeatureCache(config);
  try {
    const scored: Record<string, TensorData>[] = [];
    for (const items of batches) {
      const tensors = batchTensors(items, cache);
      const { lengths: _, ...feeds } = tensors;
      scored.push({ ...tensors, ...(await session.run(feeds)) });
    }
    return scored;
  } finally {
    await session.release();
  }
}

async function trainBatches(
  config: Config,
  labels: LabelSet,
  parameters: ReadonlyMap<string, TensorData>,
  batches: readonly (readonly BatchItem[])[],
  threads: number,
): Promise<{ loss: number; gradientNorm: number }[]> {
  const trainer = await createTrainer(freshTraining(config, labels, threads));
  try {
    for (const [name, { data }] of trainer.parameters) {
      (data as Float32Array).set(parameters.get(name)!.data as Float32Array);
    }
    const steps: { loss: number; gradientNorm: number }[] = [];
    for (const items of batches) steps.push(await trainOn(trainer, items));
    return steps;
  } finally {
    await trainer.release();
  }
}

/** A few small batches: one of equal lengths, the rest padded. */
export function comparisonBatches<T extends BatchItem>(items: readonly T[], size: number): T[][] {
  const byLength = new Map<number, T[]>();
  for (const item of items)
    byLength.set(item.words.length, [...(byLength.get(item.words.length) ?? []), item]);
  const equal = [...byLength.values()].sort((a, b) => b.length - a.length)[0]!.slice(0, size);
  const padded = Array.from({ length: 4 }, (_, k) => items.slice(k * size, (k + 1) * size));
  return [equal, ...padded].filter((batch) => batch.length > 0);
}
