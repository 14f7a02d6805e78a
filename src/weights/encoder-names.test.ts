/** Every way in which checkpoints name an encoder's tensors. */
import { expect, test } from 'vitest';
import { encoderTensorName } from './encoder-names.ts';

const words = 'bert.embeddings.word_embeddings.weight';
const norm = 'bert.encoder.layer.11.attention.output.LayerNorm';

test.each([
  ['embeddings.word_embeddings.weight', words],
  ['bert.embeddings.word_embeddings.weight', words],
  ['roberta.embeddings.word_embeddings.weight', words],
  ['embeddings.position_embeddings.weight', 'bert.embeddings.position_embeddings.weight'],
  ['bert.embeddings.token_type_embeddings.weight', 'bert.embeddings.token_type_embeddings.weight'],
  ['bert.embeddings.LayerNorm.gamma', 'bert.embeddings.LayerNorm.weight'],
  ['encoder.layer.0.attention.self.query.weight', 'bert.encoder.layer.0.attention.self.query.weight'],
  ['roberta.encoder.layer.3.attention.self.key.bias', 'bert.encoder.layer.3.attention.self.key.bias'],
  ['encoder.layer.11.attention.output.LayerNorm.weight', `${norm}.weight`],
  ['bert.encoder.layer.11.attention.output.LayerNorm.beta', `${norm}.bias`],
  ['encoder.layer.2.intermediate.dense.weight', 'bert.encoder.layer.2.intermediate.dense.weight'],
  ['encoder.layer.2.output.dense.bias', 'bert.encoder.layer.2.output.dense.bias'],
  ['encoder.layer.2.output.LayerNorm.gamma', 'bert.encoder.layer.2.output.LayerNorm.weight'],
  ['bert.pooler.dense.weight', 'bert.pooler.dense.weight'],
  ['roberta.pooler.dense.bias', 'bert.pooler.dense.bias'],
  ['cls.predictions.transform.dense.weight', undefined],
  ['cls.predictions.transform.LayerNorm.gamma', undefined],
  ['cls.seq_relationship.bias', undefined],
  ['lm_head.dense.weight', undefined],
  ['lm_head.bias', undefined],
  ['classifier.weight', undefined],
  ['classifier.dense.weight', undefined],
  ['bert.embeddings.position_ids', undefined],
  ['embeddings.position_ids', undefined],
  ['encoder.lstm.weight', undefined],
  ['bert.bert.embeddings.word_embeddings.weight', undefined],
  ['encoder.layer.x.output.dense.bias', undefined],
  ['', undefined],
])('%s → %s', (name, expected) => {
  expect(encoderTensorName(name)).toBe(expected);
});
