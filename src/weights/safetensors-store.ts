/** The tensors of a safetensors file, wherever its bytes lie (https://github.com/huggingface/safetensors). */
import { UserError } from '../base/errors.ts';
import type { DType } from '../onnx/dtype.ts';
import type { BinaryFile } from './bytes.ts';
import { decodeElements } from './elements.ts';
import { readHeader, type TensorPlace } from './safetensors-header.ts';
import type { TensorStore } from './tensor-store.ts';

/** A place whose element type graphs have as well. */
export interface GraphPlace extends TensorPlace {
  readonly dtype: DType;
}

/**
 * Reads the header; tensors are read when asked for. Closing the store closes the file.
 * @throws UserError `E_WEIGHTS` for a truncated or inconsistent file, naming the tensor
 */
export function safetensorsStore(file: BinaryFile): TensorStore {
  const { places, metadata } = readHeader(file);
  return {
    where: file.path,
    entries: places,
    metadata,
    read(name) {
      const place = places.get(name);
      if (place === undefined) throw new Error(`${file.path} has no tensor "${name}"`);
      const { buffer } = file.read(place.start, place.end - place.start);
      return { ...decodeElements(place.dtype, buffer), shape: place.shape };
    },
    close: () => file.close(),
  };
}

/**
 * Where each tensor lies in the file, counted from its beginning, so that a graph can refer to it.
 * @throws UserError `E_WEIGHTS` for a truncated or inconsistent file, or an element type that graphs do not have, naming
 *   the tensor
 */
export function graphPlaces(file: BinaryFile): Map<string, GraphPlace> {
  const places = new Map<string, GraphPlace>();
  for (const [name, { dtype, ...place }] of readHeader(file).places) {
    if (dtype === 'bfloat16' || dtype === 'float64') {
      const message = `tensor "${name}" is ${dtype}, which cannot be used where it lies`;
      const hint = 'write the weights anew as float32';
      throw new UserError({ code: 'E_WEIGHTS', where: file.path, message, hint });
    }
    places.set(name, { dtype, ...place });
  }
  return places;
}
