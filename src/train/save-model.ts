/** Writes what a run has learnt as a model folder: adapters merged into the weights that they adapt, unused tensors kept. */
import { join } from 'node:path';
import { copyFileAtomic } from '../base/files.ts';
import type { Config } from '../config/schema.ts';
import { adapterNames } from '../model/adapters.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { type ModelDescription, modelFiles } from '../weights/model-description.ts';
import { writeModelDescription, writeModelFolder } from '../weights/model-folder.ts';

/** `W + (α/r)·B·A`. @param weight f32[O, I] @param down A, f32[r, I] @param up B, f32[O, r] */
export function mergeAdapter(
  weight: TensorData,
  down: TensorData,
  up: TensorData,
  alpha: number,
): TensorData {
  const [size, input] = weight.shape as [number, number];
  const rank = down.shape[0]!;
  const [a, b] = [down.data as Float32Array, up.data as Float32Array];
  const merged = Float32Array.from(weight.data as Float32Array);
  const row = new Float64Array(input);
  for (let o = 0; o < size; o++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const factor = (alpha / rank) * b[o * rank + r]!;
      for (let i = 0; i < input; i++) row[i]! += factor * a[r * input + i]!;
    }
    for (let i = 0; i < input; i++) merged[o * input + i]! += row[i]!;
  }
  return { dtype: 'float32', shape: weight.shape, data: merged };
}

/** The tensors of the model for use. */
export function tensorsForUse(
  parameters: ReadonlyMap<string, TensorData>,
  config: Config,
): Map<string, TensorData> {
  const tensors = new Map(parameters);
  for (const name of parameters.keys()) {
    const layer = name.replace(/\.weight$/, '');
    const names = adapterNames(layer);
    const [down, up] = [parameters.get(names.down), parameters.get(names.up)];
    if (layer === name || down === undefined || up === undefined) continue;
    tensors.set(name, mergeAdapter(parameters.get(name)!, down, up, config.adapter_alpha));
    tensors.delete(names.down);
    tensors.delete(names.up);
  }
  return tensors;
}

/** @param kept tensors that are written as they are */
export function saveModel(
  folder: string,
  model: ModelDescription,
  parameters: ReadonlyMap<string, TensorData>,
  kept: ReadonlyMap<string, TensorData>,
): void {
  writeModelFolder(folder, model, new Map([...tensorsForUse(parameters, model.config), ...kept]));
}

/** Makes a saved model the one of another folder as well. */
export function copyModel(from: string, to: string, model: ModelDescription): void {
  writeModelDescription(to, model);
  copyFileAtomic(join(from, modelFiles.weights), join(to, modelFiles.weights));
}
