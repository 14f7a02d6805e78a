/** Starting values of parameters, drawn in the order of declaration so that a seed fixes them all. */
import type { Random } from '../base/random.ts';
import type { ParameterSpec } from '../model/build.ts';
import { elementCount, type TensorData } from '../onnx/dtype.ts';

/**
 * One float32 tensor per declared parameter.
 * @param given values of those that do not start at random; taken over, not copied
 * @throws Error when a given tensor has another shape
 */
export function initializeParameters(
  specs: ReadonlyMap<string, ParameterSpec>,
  random: Random,
  given: ReadonlyMap<string, TensorData> = new Map(),
): Map<string, TensorData & { data: Float32Array }> {
  const tensors = new Map<string, TensorData & { data: Float32Array }>();
  for (const [name, { shape, start }] of specs) {
    const own = given.get(name);
    if (own !== undefined) {
      if (own.shape.join() !== shape.join()) throw new Error(`"${name}" is [${own.shape}], not [${shape}]`);
      tensors.set(name, own as TensorData & { data: Float32Array });
      continue;
    }
    const data = new Float32Array(elementCount(shape));
    if (start.kind === 'ones') data.fill(1);
    if (start.kind === 'uniform')
      for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * start.bound;
    if (start.kind === 'normal')
      for (let i = 0; i < data.length; i++) data[i] = random.normal() * start.deviation;
    tensors.set(name, { dtype: 'float32', shape, data });
  }
  return tensors;
}
