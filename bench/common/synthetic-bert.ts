/**
 * A BERT-based model of multilingual BERT's size with random weights, for measuring: nothing is downloaded, so the vocabulary
 * is made of the character n-grams of the data, and a word becomes a piece for every few letters.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../src/base/random.ts';
import { checkConfig } from '../../src/config/check.ts';
import { checkEncoderConfig, type EncoderConfig } from '../../src/config/encoder.ts';
import type { Config } from '../../src/config/schema.ts';
import { createLabelSet } from '../../src/data/labels.ts';
import { elementCount, type TensorData } from '../../src/onnx/dtype.ts';
import { declaredParameters } from '../../src/predict/model-graphs.ts';
import { readEncoderFolder } from '../../src/weights/encoder-folder.ts';
import { type ModelDescription, modelFiles } from '../../src/weights/model-description.ts';
import { writeModelDescription } from '../../src/weights/model-folder.ts';
import { writeSafetensorsFrom } from '../../src/weights/safetensors.ts';

/** The shapes of `bert-base-multilingual-cased`. */
export const multilingualBert = {
  model_type: 'bert',
  vocab_size: 119_547,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
  pad_token_id: 0,
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
} as const;

/** Letters in a piece: with four, Russian sentences have about 1.9 pieces a word, as many as multilingual BERT makes of them. */
export const PIECE_LETTERS = 4;

const types = Array.from({ length: 13 }, (_, k) => `TYPE_${k + 1}`);

/** Every piece that cutting words after so many letters gives, first ones and continuing ones, and single letters. */
function piecesOf(sentences: readonly (readonly string[])[], letters: number): string[] {
  const pieces = new Set<string>();
  for (const word of sentences.flat()) {
    for (let at = 0; at < word.length; at += letters) {
      for (const piece of [word.slice(at, at + letters), word[at]!])
        pieces.add(at === 0 ? piece : `##${piece}`);
    }
  }
  return [...pieces];
}

/**
 * Writes a Hugging Face folder without weights.
 * @param sentences whose words the vocabulary covers
 */
export function writeSyntheticEncoder(
  folder: string,
  sentences: readonly (readonly string[])[],
  letters = PIECE_LETTERS,
  shapes: Readonly<Record<string, unknown>> = multilingualBert,
): EncoderConfig {
  mkdirSync(folder, { recursive: true });
  const encoder = checkEncoderConfig(shapes, folder);
  const known = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...piecesOf(sentences, letters)].slice(
    0,
    encoder.vocab_size,
  );
  while (known.length < encoder.vocab_size) known.push(`[unused${known.length}]`);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(shapes));
  writeFileSync(join(folder, 'vocab.txt'), `${known.join('\n')}\n`);
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: false }));
  return encoder;
}

/** The model that a configuration describes over an encoder folder, with thirteen types. */
export function syntheticModel(settings: object, encoderFolder: string): ModelDescription {
  const config: Config = checkConfig(settings);
  return { config, labels: createLabelSet(types), encoder: readEncoderFolder(encoderFolder) };
}

/** Writes a model folder with random weights, tensor by tensor. */
export function writeSyntheticModel(folder: string, model: ModelDescription): void {
  const random = createRandom(1);
  const read = (name: string, shape: readonly number[]): TensorData => {
    // As in a trained model, nearly all word pairs have no relation.
    const data = Float32Array.from({ length: elementCount(shape) }, () => 0.04 * (random.uniform() - 0.5));
    if (name.endsWith('LayerNorm.weight') || name === 'cln.gamma') data.fill(1);
    if (name === 'predictor.linear.bias') data[0] = 5;
    return { dtype: 'float32', shape, data };
  };
  const sources = [...declaredParameters(model)].map(([name, { shape }]) => ({
    name,
    dtype: 'float32' as const,
    shape,
    read: () => read(name, shape),
  }));
  mkdirSync(folder, { recursive: true });
  writeSafetensorsFrom(join(folder, modelFiles.weights), sources, { format: 'w2ner' });
  writeModelDescription(folder, model);
}
