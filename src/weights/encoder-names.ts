/** Names of an encoder's tensors: what checkpoints call them, and what the original W2NER's state dict does. */

const layer = [
  'attention.self.query',
  'attention.self.key',
  'attention.self.value',
  'attention.output.dense',
  'attention.output.LayerNorm',
  'intermediate.dense',
  'output.dense',
  'output.LayerNorm',
];

const embeddings = ['word_embeddings', 'position_embeddings', 'token_type_embeddings'];

const known = new RegExp(
  `^(?:embeddings\\.(?:${embeddings.join('|')})\\.weight` +
    `|(?:embeddings\\.LayerNorm|encoder\\.layer\\.\\d+\\.(?:${layer.join('|')})|pooler\\.dense)\\.(?:weight|bias))$`,
);

/**
 * The name of a checkpoint's tensor in the state dict of the original W2NER, where the encoder lies under `bert.`
 * whatever it is. Checkpoints of a bare encoder store the names plain, others under `bert.` or `roberta.`; old ones
 * call the parameters of a layer normalisation `gamma` and `beta`.
 * @returns undefined for what is no part of the encoder: heads that it was trained with, position ids
 */
export function encoderTensorName(name: string): string | undefined {
  const plain = name
    .replace(/^(?:bert|roberta)\./, '')
    .replace(/(?<=LayerNorm\.)gamma$/, 'weight')
    .replace(/(?<=LayerNorm\.)beta$/, 'bias');
  return known.test(plain) ? `bert.${plain}` : undefined;
}
