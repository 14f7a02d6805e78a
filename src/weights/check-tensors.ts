/** Whether the tensors of a file are those that a model's graphs declare. */
import { UserError } from '../base/errors.ts';
import type { ParameterSpec } from '../model/build.ts';
import type { DType, TensorData } from '../onnx/dtype.ts';
import type { StoredDType, TensorStore } from './tensor-store.ts';

/** How many differing tensors an error names. */
const MAX_NAMED = 10;

/** Tensors of a state dict that W2NER does not use but keeps, so that the original can load the model again. */
const KEPT = /^bert\.(?:pooler\.|embeddings\.(?:position_ids|token_type_ids)$)/;

/** Whether a tensor is kept although no graph reads it. */
export function isKeptTensor(name: string): boolean {
  return KEPT.test(name);
}

/**
 * Checks that a file's tensors are those that the graph declares, and finite; reads one at a time.
 * @param options.convert whether other floating-point types will do
 * @throws UserError `E_WEIGHTS` naming at most ten tensors and counting the rest
 */
export function checkTensors(
  specs: ReadonlyMap<string, ParameterSpec>,
  store: TensorStore,
  options: { readonly convert?: boolean; readonly hint?: string } = {},
): void {
  const problems: string[] = [];
  const notFinite: string[] = [];
  const checkFinite = (name: string): void => {
    if (!isFiniteTensor(store.read(name)))
      notFinite.push(`tensor "${name}" holds values that are not finite`);
  };
  for (const [name, { shape, dtype }] of specs) {
    const entry = store.entries.get(name);
    if (entry === undefined) problems.push(`tensor "${name}" [${shape}] is missing`);
    else if (entry.shape.join() !== shape.join()) {
      problems.push(`tensor "${name}" is [${entry.shape}], model expects [${shape}]`);
    } else if (!fits(entry.dtype, dtype ?? 'float32', options.convert === true)) {
      problems.push(`tensor "${name}" is ${entry.dtype}, model expects ${dtype ?? 'float32'}`);
    } else checkFinite(name);
  }
  for (const name of store.entries.keys()) {
    if (specs.has(name)) continue;
    if (isKeptTensor(name)) checkFinite(name);
    else problems.push(`tensor "${name}" is not part of the model`);
  }
  const hint =
    problems.length === 0
      ? 'the training diverged, or the file is damaged'
      : (options.hint ??
        'config.json and model.safetensors belong together: were they mixed from two models?');
  problems.push(...notFinite);
  if (problems.length === 0) return;
  const rest = problems.length - MAX_NAMED;
  const message = problems.slice(0, MAX_NAMED).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
  throw new UserError({ code: 'E_WEIGHTS', where: store.where, message, hint });
}

/** Whether a stored type is the one wanted, or becomes it when read. */
function fits(stored: StoredDType, wanted: DType, convert: boolean): boolean {
  return (
    stored === wanted ||
    (convert && wanted === 'float32' && ['float16', 'bfloat16', 'float64'].includes(stored))
  );
}

/** Whether no number is infinite or NaN: zero times any other number is zero. */
export function isFiniteTensor({ dtype, data }: TensorData): boolean {
  if (dtype !== 'float32') return true;
  const values = data as Float32Array;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0;
}
