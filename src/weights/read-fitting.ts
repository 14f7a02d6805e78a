/** The tensors of a weights file that a graph can start from. */
import { UserError } from '../base/errors.ts';
import type { ParameterSpec } from '../model/build.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { isFiniteTensor } from './check-tensors.ts';
import { openWeights } from './open-weights.ts';

/**
 * Reads the tensors whose names the graph has; others are left out.
 * @param rowsMayDiffer names of tensors that are left out when only their number of rows is another
 * @throws UserError `E_INIT` when none fits, one is of another shape, or holds values that are not finite
 */
export async function readFitting(
  path: string,
  specs: ReadonlyMap<string, ParameterSpec>,
  rowsMayDiffer: readonly string[] = [],
): Promise<Map<string, TensorData>> {
  const tensors = new Map<string, TensorData>();
  const store = await openWeights(path);
  try {
    for (const [name, { shape, dtype }] of store.entries) {
      const spec = specs.get(name);
      if (spec === undefined) continue;
      if (spec.shape.join() !== shape.join()) {
        if (spec.shape.slice(1).join() === shape.slice(1).join() && rowsMayDiffer.includes(name)) continue;
        const message = `tensor "${name}" is ${dtype}[${shape}], model expects float32[${spec.shape}]`;
        const hint = 'pre-train with the same configuration';
        throw new UserError({ code: 'E_INIT', where: path, message, hint });
      }
      const tensor = store.read(name);
      if (!isFiniteTensor(tensor)) {
        const message = `tensor "${name}" holds values that are not finite`;
        throw new UserError({ code: 'E_INIT', where: path, message });
      }
      tensors.set(name, tensor);
    }
    if (tensors.size === 0)
      throw new UserError({ code: 'E_INIT', where: path, message: 'holds no tensor of this model' });
  } finally {
    store.close();
  }
  return tensors;
}
