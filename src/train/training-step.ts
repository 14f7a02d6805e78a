/** One optimizer step: the training graph compiled once, fed with a batch, its gradients applied. */
import { differentiate } from '../autodiff/differentiate.ts';
import { createRandom, type Random } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import { type BatchItem, batchFeeds, FeatureCache } from '../data/batches.ts';
import type { Build } from '../model/build.ts';
import { describeW2ner, w2nerLoss } from '../model/w2ner.ts';
import type { TensorData } from '../onnx/dtype.ts';
import type { Value } from '../onnx/graph.ts';
import { createSession } from '../runtime/session.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { AdamW, type Gradient, type ParameterGroup } from './adamw.ts';
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
  /**
   * @param feeds inputs beyond those that the words give
   * @param factor of the learning rates at this step
   */
  step(
    batch: readonly BatchItem[],
    feeds: Readonly<Record<string, TensorData>>,
    factor: number,
  ): Promise<StepResult>;
  release(): Promise<void>;
}

/** Parameters of the encoder have their own learning rate and weight decay. */
export function isEncoderParameter(name: string): boolean {
  return name.startsWith('compact.');
}

/** The training graph of a W2NER model. */
export function createTrainer(
  config: Config,
  labels: number,
  random: Random,
  threads?: number,
): Promise<Trainer> {
  const model = describeW2ner(config, labels, { training: true, padded: true });
  return createGraphTrainer(model.build, w2nerLoss(model), config, random, threads);
}

/** The gradients of a graph's loss as further outputs; those of large tables as gradients of the sums of their rows. */
function addGradients({ graph, bags }: Build, loss: Value): { dense: Value[] } {
  const tables = new Set(bags.map(({ table }) => table));
  const dense = [...graph.parameters.values()].filter(({ name }) => !tables.has(name));
  const values = [...dense, ...bags.map(({ sum }) => sum)];
  const gradients = differentiate(graph, loss, values);
  graph.output('loss', loss);
  for (const value of values) graph.output(`gradient/${value.name}`, gradients.get(value)!);
  return { dense };
}

function groupsOf(config: Config): (name: string) => ParameterGroup {
  const encoder = {
    learningRate: config.encoder_learning_rate ?? config.learning_rate,
    weightDecay: config.encoder_weight_decay ?? config.weight_decay,
  };
  const rest = { learningRate: config.learning_rate, weightDecay: config.weight_decay };
  return (name) => (isEncoderParameter(name) ? encoder : rest);
}

/**
 * Differentiates and compiles a training graph.
 * @param random draws starting values, then masks and hidden features, batch by batch
 */
export async function createGraphTrainer(
  build: Build,
  loss: Value,
  config: Config,
  random: Random,
  threads?: number,
): Promise<Trainer> {
  const { dense } = addGradients(build, loss);
  const parameters = initializeParameters(build.parameters, random);
  const session = await createSession(build.graph, 'inputs', threads === undefined ? {} : { threads });
  const optimizer = new AdamW(parameters, groupsOf(config));
  const cache = new FeatureCache(config);
  const spreaders = build.bags.map((spec) => ({
    spec,
    spread: bagGradient(parameters.get(spec.table)!.shape[0]!),
  }));
  const masks = new MaskPool(random, () => createRandom(config.seed));
  const hidden = { word: config.word_dropout, ngram: config.ngram_dropout, random };
  const parameterFeeds = Object.fromEntries(parameters);
  const inputNames = new Set(build.graph.inputs.map(({ name }) => name));
  return {
    parameters,
    optimizer,
    async step(batch, feeds, factor) {
      const inputs = batchFeeds(batch, cache, true, hidden);
      const [B, L] = inputs.word_index!.shape as [number, number];
      const sizes = { B, L, U: inputs.features!.shape[0]! };
      const all: Readonly<Record<string, TensorData>> = {
        ...inputs,
        ...masks.feeds(build.dropouts, sizes),
        ...feeds,
      };
      const used = Object.entries(all).filter(([name]) => inputNames.has(name));
      const result = await session.run({ ...parameterFeeds, ...Object.fromEntries(used) });
      const gradientOf = ({ name }: Value): Float32Array => result[`gradient/${name}`]!.data as Float32Array;
      const byName = new Map<string, Gradient>(dense.map((value) => [value.name, gradientOf(value)]));
      for (const { spec, spread } of spreaders) {
        const sum = result[`gradient/${spec.sum.name}`]!;
        const weights = spec.weightsInput === undefined ? undefined : all[spec.weightsInput];
        byName.set(spec.table, spread(sum, all[spec.rowsInput]!, weights));
      }
      const gradientNorm = optimizer.step(byName, factor, config.clip_grad_norm);
      return { loss: (result.loss!.data as Float32Array)[0]!, gradientNorm };
    },
    release: () => session.release(),
  };
}
