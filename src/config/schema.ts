/** Settings of a model and its training. The original's keys keep their names; ours stand beside them. */
import { z } from 'zod';

const size = z.int().positive();
const rate = z.number().min(0).lt(1);

/** The settings one by one; {@link configSchema} completes them. */
export const settingsSchema = z.strictObject({
  // The original's settings: shapes.
  dist_emb_size: size.default(20).describe('width of the distance embedding'),
  type_emb_size: size.default(20).describe('width of the region embedding'),
  lstm_hid_size: size
    .refine((value) => value % 2 === 0, 'must be even: half for each direction')
    .default(128)
    .describe('width of the BiLSTM output, both directions together'),
  conv_hid_size: size.default(48).describe('channels of the grid convolutions'),
  bert_hid_size: size.default(128).describe('width of the word states that the encoder gives'),
  biaffine_size: size.default(64).describe('width of the head and tail vectors of the biaffine predictor'),
  ffnn_hid_size: size.default(64).describe('hidden width of the grid predictor'),
  dilation: z.array(size).min(1).default([1, 2, 3]).describe('dilations of the grid convolutions, in order'),
  emb_dropout: rate.default(0.3).describe('dropout of the word states'),
  conv_dropout: rate.default(0.2).describe('dropout of whole grid channels'),
  out_dropout: rate.default(0.2).describe('dropout in the predictors'),
  // The original's settings: training.
  epochs: size.default(20).describe('passes over the training data'),
  batch_size: size.default(12).describe('most sentences in a batch'),
  learning_rate: z
    .number()
    .positive()
    .default(1e-3)
    .describe('peak learning rate of everything but the encoder'),
  weight_decay: z
    .number()
    .min(0)
    .default(0)
    .describe('weight decay, apart from the gradient; in a BERT encoder not of biases and gains'),
  clip_grad_norm: z.number().positive().default(5).describe('largest norm of the whole gradient'),
  warm_factor: z.number().min(0).max(1).default(0.1).describe('share of the steps in which the rate rises'),
  seed: z.int().min(0).default(123).describe('fixes starting values, order and dropout'),
  // The original's settings: for a BERT encoder, and for its own scripts.
  bert_name: z.string().optional().describe('BERT encoder: folder or hub name'),
  bert_learning_rate: z.number().positive().default(1e-5).describe('peak learning rate of a BERT encoder'),
  use_bert_last_4_layers: z
    .boolean()
    .default(false)
    .describe('mean of the last four layers of a BERT encoder'),
  dataset: z.string().optional().describe("the original's data folder; not used here"),
  save_path: z.string().optional().describe("the original's model file; --out is used here"),
  predict_path: z.string().optional().describe("the original's prediction file; not used here"),
  // Ours: the encoder.
  encoder: z
    .enum(['compact', 'bert'])
    .optional()
    .describe('default: bert where "bert_name" is given, compact where it is not'),
  // Ours: the word states.
  context_hid_size: z
    .int()
    .min(0)
    .refine((value) => value % 2 === 0, 'must be even: half for each direction')
    .default(0)
    .describe('width of a second BiLSTM above the first, both directions together; 0: none'),
  lstm_learning_rate: z
    .number()
    .positive()
    .optional()
    .describe(
      'peak learning rate of the first BiLSTM and the transformer, which may come pre-trained; default learning_rate',
    ),
  transformer_layers: z
    .int()
    .min(0)
    .default(0)
    .describe('layers of self-attention between the compact encoder and the BiLSTM; 0: none'),
  transformer_heads: size.default(4).describe('attention heads of such a layer; they share "bert_hid_size"'),
  transformer_ffn_size: size.default(1024).describe('inner width of the feed-forward part of such a layer'),
  // Ours: fine-tuning of a BERT encoder.
  bert_trained_layers: z
    .int()
    .min(0)
    .optional()
    .describe('train only so many layers from the top of a BERT encoder; default: all of it, embeddings too'),
  adapter_rank: z
    .int()
    .min(0)
    .default(0)
    .describe('rank of low-rank adapters, which are then all that is trained of a BERT encoder; 0: none'),
  adapter_alpha: z.number().positive().default(16).describe('strength of the adapters: alpha / rank'),
  adapter_dropout: rate.default(0.05).describe('dropout in front of the adapters'),
  // Ours: the compact encoder.
  encoder_learning_rate: z
    .number()
    .positive()
    .optional()
    .describe('peak learning rate of the compact encoder; default learning_rate'),
  encoder_weight_decay: z
    .number()
    .min(0)
    .optional()
    .describe(
      'weight decay of the compact encoder, of a table row only in steps that use it; default weight_decay',
    ),
  ngram_buckets: z
    .int()
    .min(2)
    .default(16384)
    .describe('rows of the hashed table of words, n-grams and shapes'),
  ngram_emb_size: size.default(64).describe('width of that table'),
  ngram_min: size.default(3).describe('shortest character n-gram'),
  ngram_max: size.default(5).describe('longest character n-gram'),
  word_dropout: rate.default(0.2).describe('share of words known by their parts alone while training'),
  ngram_dropout: rate.default(0.05).describe('share of the n-grams that are hidden while training'),
  glossary_dropout: rate
    .default(0.25)
    .describe('share of words whose meaning in the glossary is hidden while training, where there is one'),
  relation_scores: z
    .enum(['softmax', 'independent'])
    .default('softmax')
    .describe(
      'softmax: a word pair has one relation at most, as in the original; independent: each type by itself, so that two entities of different types may share first and last word',
    ),
  readings: z
    .enum(['all', 'best'])
    .default('all')
    .describe(
      'entities of one type with the same first and last word: all that the links between words allow, as in the original, or only the most certain',
    ),
  none_offset: z
    .number()
    .default(0)
    .describe(
      'added to the score of "no relation" in use, fitted on the dev data when training ends: below 0 more entities are found, above 0 fewer',
    ),
  gate_threshold: z
    .number()
    .nullable()
    .default(null)
    .describe(
      'words whose gate score is not above it stay out of the grid in use, fitted when training ends; null: none',
    ),
  score_slope: z
    .number()
    .positive()
    .default(1)
    .describe('reading of entity scores as probabilities, fitted on the dev data when training ends'),
  score_intercept: z.number().default(0).describe('the same: sigmoid(slope · logit(score) + intercept)'),
  weights: z
    .enum(['float32', 'int8', 'int8_words'])
    .default('float32')
    .describe(
      'how the weights of a model are stored; "w2ner quantize" writes int8 (all large products and tables) and int8_words (what the states of words are made of)',
    ),
  // Ours: training.
  accumulate: size.default(1).describe('batches whose gradients make one step of the optimizer'),
  padding: z
    .enum(['exact', 'original'])
    .default('exact')
    .describe('original: sentences of a training batch reach each other through padding, as in the original'),
  max_pieces: size
    .default(4096)
    .describe('largest number of word pieces in a batch, padding included; larger batches are split'),
  patience: z.int().min(0).default(0).describe('stop after so many epochs without a better dev F1; 0: never'),
  max_cells: size
    .default(60_000)
    .describe('largest number of grid cells in a batch; larger batches are split'),
});

/** Every setting that there is. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);

/** Every setting, with its default. */
export const configSchema = settingsSchema.transform((settings) => ({
  ...settings,
  encoder: settings.encoder ?? (settings.bert_name === undefined ? ('compact' as const) : ('bert' as const)),
}));

export type Config = z.infer<typeof configSchema>;
