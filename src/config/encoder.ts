/** The description of a BERT or RoBERTa encoder: the `config.json` of a Hugging Face model folder, as far as it is needed. */
import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { explainIssues } from '../base/explain-issues.ts';

const size = z.int().positive();

/** Activations between the two products of a feed-forward block, by the names that Hugging Face uses. */
export const activations = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'] as const;

/** What a graph of the encoder needs; other keys are kept out. */
const encoderSchema = z.object({
  model_type: z.enum(['bert', 'roberta', 'xlm-roberta', 'camembert']).default('bert'),
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.enum(activations).default('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
  pad_token_id: z.int().min(0).default(0),
  hidden_dropout_prob: z.number().min(0).lt(1).default(0.1),
  attention_probs_dropout_prob: z.number().min(0).lt(1).default(0.1),
});

/** Sizes and settings of a BERT-like encoder, keys as in its `config.json`. */
export type EncoderConfig = z.infer<typeof encoderSchema>;

/**
 * Position of the first piece: RoBERTa counts from behind the padding id (its `create_position_ids_from_input_ids`).
 */
export function firstPosition(encoder: EncoderConfig): number {
  return encoder.model_type === 'bert' ? 0 : encoder.pad_token_id + 1;
}

/** Most pieces in one sequence, the two special ones included. */
export function longestSequence(encoder: EncoderConfig): number {
  return encoder.max_position_embeddings - firstPosition(encoder);
}

/**
 * Checks what a `config.json` holds.
 * @param where the file, for the error
 * @throws UserError `E_ENCODER` naming every value that is missing or not supported
 */
export function checkEncoderConfig(value: unknown, where: string): EncoderConfig {
  const result = encoderSchema.safeParse(value);
  const bad = (message: string): UserError => new UserError({ code: 'E_ENCODER', where, message });
  if (!result.success) {
    throw new UserError({ code: 'E_ENCODER', where, ...explainIssues(result.error.issues, value) });
  }
  const encoder = result.data;
  if (encoder.hidden_size % encoder.num_attention_heads !== 0) {
    throw bad(
      `"hidden_size" (${encoder.hidden_size}) is not divisible by "num_attention_heads" (${encoder.num_attention_heads})`,
    );
  }
  if (longestSequence(encoder) < 8) {
    throw bad(`"max_position_embeddings" (${encoder.max_position_embeddings}) leaves room for no text`);
  }
  return encoder;
}
