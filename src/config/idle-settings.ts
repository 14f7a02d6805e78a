/** Settings that were given and have no part in the model that the others describe. */
import type { Config } from './schema.ts';

/** Why settings are idle, and which they are. */
interface IdleRule {
  readonly when: (config: Config) => boolean;
  readonly reason: (config: Config) => string;
  readonly keys: readonly (keyof Config)[];
}

const rules: readonly IdleRule[] = [
  {
    when: ({ encoder, bert_name: name }) => encoder === 'compact' && name !== undefined,
    reason: ({ encoder_learning_rate: own, learning_rate: all }) =>
      `the compact encoder is trained from scratch, with "encoder_learning_rate" (${own ?? all})`,
    keys: ['bert_name'],
  },
  {
    when: ({ encoder }) => encoder === 'compact',
    reason: () => 'only a BERT encoder has layers to choose or to adapt',
    keys: ['bert_trained_layers', 'adapter_rank', 'use_bert_last_4_layers'],
  },
  {
    when: ({ encoder }) => encoder === 'bert',
    reason: ({ bert_learning_rate: rate }) =>
      `a BERT encoder has "bert_learning_rate" (${rate}) and "weight_decay"`,
    keys: ['encoder_learning_rate', 'encoder_weight_decay'],
  },
  {
    when: ({ encoder }) => encoder === 'bert',
    reason: () => 'a BERT encoder is a transformer already',
    keys: ['transformer_layers'],
  },
  {
    when: ({ encoder, adapter_rank: rank }) => encoder === 'bert' && rank > 0,
    reason: () => 'adapters are all that is trained of a BERT encoder',
    keys: ['bert_trained_layers'],
  },
];

/** One message for each reason why settings do nothing. Those that stand at nothing (0, false) are not mentioned. */
export function idleSettings(config: Config): string[] {
  return rules.flatMap(({ when, reason, keys }) => {
    const idle = keys.filter((key) => ![undefined, 0, false].includes(config[key] as undefined));
    if (!when(config) || idle.length === 0) return [];
    const names = idle.map((key) => `"${key}"`).join(', ');
    return [`${names} ${idle.length === 1 ? 'has' : 'have'} no effect: ${reason(config)}`];
  });
}
