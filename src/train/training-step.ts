/** One optimizer step: the training graph compiled once, fed with batches, its gradients applied. */
import { differentiate } from '../autodiff/differentiate.ts';
import { createRandom, type Random } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import type { BatchItem } from '../data/batches.ts';
import type { Feeder } from '../data/feeder.ts';
import type { BagSpec, Build } from '../model/build.ts';
import { elementCount, type TensorData } from '../onnx/dtype.ts';
import type { Value } from '../onnx/graph.ts';
import type { Device, UsedDevice } from '../runtime/devices.ts';
import type { SessionOptions } from '../runtime/engine.ts';
import { createSession } from '../runtime/session.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { AdamW, type Gradient } from './adamw.ts';
import { bagGradient } from './bag-gradient.ts';
import { GradientSum } from './gradient-sum.ts';
import { MaskPool } from './masks.ts';
import { parameterGroups } from './parameter-groups.ts';

/** What one step came to. */
export interface StepResult {
  /** Mean cross-entropy per word pair. */
  readonly loss: number;
  /** Norm of the whole gradient before clipping. */
  readonly gradientNorm: number;
}

/** A model being trained. Parameters are changed in place. */
export interface Trainer {
  /** Every parameter, trained or not. */
  readonly parameters: ReadonlyMap<string, TensorData>;
  readonly optimizer: AdamW;
  readonly device: UsedDevice;
  /**
   * One step of the optimizer, on the mean gradient of the batches given.
   * @param extraFeeds inputs of a batch beyond those that its words give
   * @param factor of the learning rates at this step
   */
  step<T extends BatchItem>(
    batches: readonly (readonly T[])[],
    extraFeeds: (batch: readonly T[]) => Readonly<Record<string, TensorData>>,
    factor: number,
  ): Promise<StepResult>;
  release(): Promise<void>;
}

/** How a trainer is made. */
export interface TrainerOptions {
  readonly config: Config;
  readonly feeder: Feeder;
  /** Draws starting values, then masks and hidden features, batch by batch. */
  readonly random: Random;
  /** Values of parameters that do not start at random; taken over, not copied. */
  readonly start?: ReadonlyMap<string, TensorData>;
  /** Which parameters are trained; default: all. */
  readonly isTrained?: (name: string) => boolean;
  readonly threads?: number;
  readonly device?: Device;
  readonly onNotice?: (message: string) => void;
  /** Write an operator profile to files with this prefix. */
  readonly profile?: string;
}

/** The trained part of a graph with its gradients as further outputs; those of tables as gradients of their rows' sums. */
interface Gradients {
  readonly dense: readonly Value[];
  readonly bags: readonly BagSpec[];
}

function addGradients(
  { graph, bags: all }: Build,
  loss: Value,
  isTrained: (name: string) => boolean,
): Gradients {
  const tables = new Set(all.map(({ table }) => table));
  const dense = [...graph.parameters.values()].filter(({ name }) => !tables.has(name) && isTrained(name));
  const bags = all.filter(({ table }) => isTrained(table));
  const values = [...dense, ...bags.map(({ sum }) => sum)];
  const gradients = differentiate(graph, loss, values);
  graph.output('loss', loss);
  for (const value of values) graph.output(`gradient/${value.name}`, gradients.get(value)!);
  return { dense, bags };
}

/** Differentiates and compiles a training graph. */
export async function createGraphTrainer(
  build: Build,
  loss: Value,
  options: TrainerOptions,
): Promise<Trainer> {
  const { config, feeder, random, isTrained = () => true } = options;
  const { dense, bags } = addGradients(build, loss, isTrained);
  const parameters = initializeParameters(build.parameters, random, options.start);
  const session = await createSession(build.graph, 'inputs', pickSession(options));
  const trained = new Map([...parameters].filter(([name]) => isTrained(name)));
  const optimizer = new AdamW(trained, parameterGroups(config), denseTables(bags, parameters));
  const spreaders = bags.map((spec) => ({
    spec,
    spread: bagGradient(parameters.get(spec.table)!.shape[0]!, spec.ignoredRow),
  }));
  const masks = new MaskPool(random, () => createRandom(config.seed));
  const parameterFeeds = Object.fromEntries(parameters);
  const inputNames = new Set(build.graph.inputs.map(({ name }) => name));
  const outputName = ({ name }: Value): string => `gradient/${name}`;
  // Gradients are written into the same arrays at every step: for a BERT they are hundreds of megabytes.
  const fetches: Record<string, TensorData | null> = { loss: null };
  for (const value of dense) fetches[outputName(value)] = zerosLike(parameters.get(value.name)!);
  for (const { sum } of bags) fetches[outputName(sum)] = null;

  /** Loss and gradients of one batch. */
  async function compute(batch: readonly BatchItem[], extra: Readonly<Record<string, TensorData>>) {
    const inputs = feeder.feeds(batch, true, random);
    const all: Readonly<Record<string, TensorData>> = {
      ...inputs,
      ...masks.feeds(build.dropouts, feeder.sizes(inputs)),
      ...extra,
    };
    for (const { table, rowsInput } of bags) optimizer.catchUpRows(table, all[rowsInput]!.data as Int32Array);
    const used = Object.entries(all).filter(([name]) => inputNames.has(name));
    const result = await session.run({ ...parameterFeeds, ...Object.fromEntries(used) }, fetches);
    const gradients = new Map<string, Gradient>();
    for (const value of dense) gradients.set(value.name, result[outputName(value)]!.data as Float32Array);
    for (const { spec, spread } of spreaders) {
      const weights = spec.weightsInput === undefined ? undefined : all[spec.weightsInput];
      gradients.set(spec.table, spread(result[outputName(spec.sum)]!, all[spec.rowsInput]!, weights));
    }
    return { loss: (result.loss!.data as Float32Array)[0]!, gradients };
  }

  return {
    parameters,
    optimizer,
    device: session.device,
    async step(batches, extraFeeds, factor) {
      const sum = batches.length > 1 ? new GradientSum() : undefined;
      let [loss, gradients] = [0, new Map<string, Gradient>()];
      for (const batch of batches) {
        const computed = await compute(batch, extraFeeds(batch));
        loss += computed.loss / batches.length;
        gradients = computed.gradients;
        sum?.add(gradients, 1 / batches.length);
      }
      const gradientNorm = optimizer.step(sum?.total ?? gradients, factor, config.clip_grad_norm);
      return { loss, gradientNorm };
    },
    release: () => session.release(),
  };
}

function pickSession({ threads, device, onNotice, profile }: TrainerOptions): SessionOptions {
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(threads === undefined ? {} : { threads }),
    ...(device === undefined ? {} : { device }),
    ...(onNotice === undefined ? {} : { onNotice }),
  };
}

function zerosLike({ shape }: TensorData): TensorData {
  return { dtype: 'float32', shape, data: new Float32Array(elementCount(shape)) };
}

/** Widths of the tables that are trained as if their gradients were dense. */
function denseTables(
  bags: readonly BagSpec[],
  parameters: ReadonlyMap<string, TensorData>,
): ReadonlyMap<string, number> {
  return new Map(
    bags.filter(({ dense }) => dense === true).map(({ table }) => [table, parameters.get(table)!.shape[1]!]),
  );
}
