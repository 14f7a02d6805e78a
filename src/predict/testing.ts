/** Models with values at random for tests. */
import { createRandom } from '../base/random.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { initializeParameters } from '../weights/initialize.ts';
import type { ModelDescription } from '../weights/model-description.ts';
import { declaredParameters } from './model-graphs.ts';

export const tinySizes = {
  ngram_buckets: 256,
  ngram_emb_size: 8,
  bert_hid_size: 8,
  lstm_hid_size: 8,
  conv_hid_size: 4,
  biaffine_size: 4,
  ffnn_hid_size: 4,
};

/** Values large enough that pairs of words differ. */
export function drawParameters(model: ModelDescription, seed: number): Map<string, TensorData> {
  const random = createRandom(seed);
  const parameters = initializeParameters(declaredParameters(model), random);
  for (const { data } of parameters.values()) {
    const values = data as Float32Array;
    for (const k of values.keys()) values[k]! += 0.5 * random.normal();
  }
  return parameters;
}
