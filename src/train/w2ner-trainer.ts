/** The trainer of a W2NER model: its training graph, and which of its parameters move. */
import type { Random } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import { createFeeder, type Feeder } from '../data/feeder.ts';
import { w2nerLoss } from '../model/relations.ts';
import { describeW2ner } from '../model/w2ner.ts';
import type { Device } from '../runtime/devices.ts';
import { trainedParameters } from './parameter-groups.ts';
import { addLabelRows, type Start } from './start.ts';
import { createGraphTrainer, type Trainer } from './training-step.ts';

/** How a model is trained. */
export interface W2nerTrainerOptions {
  readonly config: Config;
  /** Its labels, and the encoder and weights that it starts from. */
  readonly start: Pick<Start, 'labels' | 'encoder' | 'tensors'> & Partial<Pick<Start, 'glossary'>>;
  /** Whether some sentences have labels that are not certain; default false. */
  readonly soft?: boolean;
  /** Draws starting values, then masks and hidden features. */
  readonly random: Random;
  readonly threads?: number;
  readonly device?: Device;
  readonly onNotice?: (message: string) => void;
  /** Write an operator profile to files with this prefix. */
  readonly profile?: string;
}

/** Compiles the training graph. */
export async function createTrainer(
  options: W2nerTrainerOptions,
): Promise<Trainer & { readonly feeder: Feeder }> {
  const { config, start, random } = options;
  const { adapter_rank: rank, adapter_alpha: alpha, adapter_dropout: dropout } = config;
  const model = describeW2ner(config, start.labels.size, {
    training: true,
    padded: true,
    encoder: start.encoder?.config,
    originalPadding: config.padding === 'original',
    ...(rank > 0 ? { adapters: { rank, alpha, dropout } } : {}),
  });
  addLabelRows(start.tensors, model.build.parameters, random);
  const feeder = createFeeder({ config, encoder: start.encoder, glossary: start.glossary });
  const trainer = await createGraphTrainer(model.build, w2nerLoss(model, options.soft), {
    ...options,
    feeder,
    start: start.tensors,
    isTrained: trainedParameters(config, start.encoder?.config.num_hidden_layers ?? 0),
  });
  return { ...trainer, feeder };
}
