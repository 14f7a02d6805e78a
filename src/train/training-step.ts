/** One optimizer step: the training graph compiled once, fed with a batch, its gradients applied. */
import { differentiate } from '../autodiff/differentiate.ts';
import { createRandom, type Random } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import { type BatchItem, batchFeeds, FeatureCache, labelFeed } from '../data/batches.ts';
import { describeW2ner, w2nerLoss } from '../model/w2ner.ts';
import type { TensorData } from '../onnx/dtype.ts';
import type { Value } from '../onnx/graph.ts';
import { createSession } from '../runtime/session.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { AdamW } from './adamw.ts';
import { bagGradient } from './bag-gradient.ts';
import { MaskPool } from './masks.ts';

/** What one step came to. */
export interface StepResult {
  /** Mean cross-entropy per word pair. */
  readonly loss: number;
  /** Norm of the whole gradient before clipping. */
  readonly gradientNorm: number;
}

/** A model being trained. Parameters are changed in place. */
export interface Trainer {
  readonly parameters: ReadonlyMap<string, TensorData>;
  readonly optimizer: AdamW;
  /** @param factor of the learning rates at this step */
  step(batch: readonly BatchItem[], factor: number): Promise<StepResult>;
  release(): Promise<void>;
}

/** Parameters of the encoder have their own learning rate and weight decay. */
export function isEncoderParameter(name: string): boolean {
  return name.startsWith('compact.');
}

/**
 * Builds, differentiates and compiles the training graph.
 * @param random draws starting values, then masks and hidden features, batch by batch
 */
export async function createTrainer(
  config: Config,
  labels: number,
  random: Random,
  threads?: number,
): Promise<Trainer> {
  const model = describeW2ner(config, labels, { training: true, padded: true });
  const { graph, dropouts, bags, parameters: specs } = model.build;
  const loss = w2nerLoss(model);
  const tables = new Set(bags.map(({ table }) => table));
  const dense = [...graph.parameters.values()].filter(({ name }) => !tables.has(name));
  const values = [...dense, ...bags.map(({ sum }) => sum)];
  const gradients = differentiate(graph, loss, values);
  graph.output('loss', loss);
  for (const value of values) graph.output(`gradient/${value.name}`, gradients.get(value)!);
  const parameters = initializeParameters(specs, random);
  const session = await createSession(graph, 'inputs', threads === undefined ? {} : { threads });
  const optimizer = new AdamW(parameters, (name) =>
    isEncoderParameter(name)
      ? {
          learningRate: config.encoder_learning_rate ?? config.learning_rate,
          weightDecay: config.encoder_weight_decay ?? config.weight_decay,
        }
      : { learningRate: config.learning_rate, weightDecay: config.weight_decay },
  );
  const cache = new FeatureCache(config);
  const spreaders = bags.map((spec) => ({ spec, spread: bagGradient(parameters.get(spec.table)!) }));
  const masks = new MaskPool(random, () => createRandom(config.seed));
  const parameterFeeds = Object.fromEntries(parameters);
  return {
    parameters,
    optimizer,
    async step(batch, factor) {
      const inputs = batchFeeds(batch, cache, true, { rate: config.word_dropout, random });
      const [B, L] = inputs.word_index!.shape as [number, number];
      const sizes = { B, L, U: inputs.features!.shape[0]! };
      const result = await session.run({
        ...parameterFeeds,
        ...inputs,
        ...masks.feeds(dropouts, sizes),
        labels: labelFeed(batch),
      });
      const gradientOf = ({ name }: Value): Float32Array => result[`gradient/${name}`]!.data as Float32Array;
      const byName = new Map(dense.map((value) => [value.name, gradientOf(value)]));
      for (const bag of spreaders) {
        const { table, sum, rowsInput, weightsInput } = bag.spec;
        byName.set(table, bag.spread(gradientOf(sum), inputs[rowsInput]!, inputs[weightsInput]!));
      }
      const gradientNorm = optimizer.step(byName, factor, config.clip_grad_norm);
      return { loss: (result.loss!.data as Float32Array)[0]!, gradientNorm };
    },
    release: () => session.release(),
  };
}
