/** Which parameters are trained, and at which rates. */

import type { Config } from '../config/schema.ts';
import { adapterNames } from '../model/adapters.ts';
import type { ParameterGroup } from './adamw.ts';

/** Where the parameters of a BERT encoder begin. */
const BERT = 'bert.';

/** Names without weight decay inside a BERT, as the original has it. */
const NOT_DECAYED = ['bias', 'LayerNorm.weight'] as const;

/**
 * The rates of each parameter. A BERT encoder's have `bert_learning_rate` (its adapters, which start from nothing,
 * `learning_rate`), the compact encoder's `encoder_learning_rate`, the transformer's and the first BiLSTM's
 * `lstm_learning_rate`, all others `learning_rate`.
 */
export function parameterGroups(config: Config): (name: string) => ParameterGroup {
  const rest = { learningRate: config.learning_rate, weightDecay: config.weight_decay };
  const compact = {
    learningRate: config.encoder_learning_rate ?? config.learning_rate,
    weightDecay: config.encoder_weight_decay ?? config.weight_decay,
  };
  const lstm = { ...rest, learningRate: config.lstm_learning_rate ?? config.learning_rate };
  const bert = { learningRate: config.bert_learning_rate, weightDecay: config.weight_decay };
  return (name) => {
    if (name.startsWith('compact.')) return compact;
    if (name.startsWith('encoder.') || name.startsWith('transformer.')) return lstm;
    if (!name.startsWith(BERT) || isAdapter(name)) return rest;
    return NOT_DECAYED.some((part) => name.includes(part)) ? { ...bert, weightDecay: 0 } : bert;
  };
}

function isAdapter(name: string): boolean {
  const { down, up } = adapterNames('');
  return name.endsWith(down) || name.endsWith(up);
}

/**
 * Which parameters the settings train: everything outside a BERT encoder, and of it all, its top layers, or its adapters.
 * @param layers of the BERT encoder
 */
export function trainedParameters(config: Config, layers: number): (name: string) => boolean {
  const top = config.bert_trained_layers;
  return (name) => {
    if (!name.startsWith(BERT) || isAdapter(name)) return true;
    if (config.adapter_rank > 0) return false;
    if (top === undefined) return true;
    const layer = /^bert\.encoder\.layer\.(\d+)\./.exec(name)?.[1];
    return layer !== undefined && Number(layer) >= layers - top;
  };
}
