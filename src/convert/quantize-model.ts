/** Makes an int8 model of one with float32 weights: the weights of large products and tables become whole numbers with scales. */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { ParameterSpec } from '../model/build.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { findModel } from '../predict/load.ts';
import { declaredParameters } from '../predict/model-graphs.ts';
import { checkTensors, isKeptTensor } from '../weights/check-tensors.ts';
import { readAs } from '../weights/elements.ts';
import { type QuantizedTensor, quantizeColumns, quantizeRows } from '../weights/int8.ts';
import { modelFiles } from '../weights/model-description.ts';
import { readModelFolder, writeModelDescription } from '../weights/model-folder.ts';
import { openSafetensors, writeSafetensorsFrom } from '../weights/safetensors.ts';
import type { TensorSource } from '../weights/tensor-source.ts';
import type { TensorStore } from '../weights/tensor-store.ts';
import { checkNewFolder, writeNewFolder } from './new-folder.ts';
import { type OnConvertProgress, watchedStore } from './progress.ts';

/** Settings of {@link quantizeModel}. */
export interface QuantizeOptions {
  /** A shipped model's name, or a model folder, with float32 weights. */
  readonly model: string;
  /** The model folder to write. */
  readonly out: string;
  /**
   * Bits of a weight. With 7 every processor computes the same: those without VNNI add pairs of products in 16 bits, which
   * 8-bit weights can overflow. Default 7.
   */
  readonly bits?: 7 | 8;
  /**
   * Of a compact model only what the states of words are made of, its table and BiLSTMs: results are then the same in every
   * batch, and it can be trained further.
   */
  readonly wordsOnly?: boolean;
  readonly onProgress?: OnConvertProgress;
}

/** What became of a model. */
export interface QuantizeResult {
  readonly folder: string;
  /** Bytes of the weights file before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Tensors that became int8. */
  readonly quantized: number;
}

/** @throws UserError when the model is not one with float32 weights, or `out` holds something */
export function quantizeModel(options: QuantizeOptions): QuantizeResult {
  const { out, bits = 7, wordsOnly = false, onProgress } = options;
  const model = readModelFolder(findModel(options.model));
  if (model.config.weights !== 'float32') {
    const message = 'has int8 weights already';
    throw new UserError({ code: 'E_MODEL', where: options.model, message });
  }
  checkNewFolder(out);
  const weights = wordsOnly ? ('int8_words' as const) : ('int8' as const);
  const description = { ...model, config: { ...model.config, weights } };
  const specs = declaredParameters(description);
  const store = openSafetensors(model.weights);
  try {
    checkTensors(declaredParameters(model), watchedStore(store, 'checking', onProgress));
    writeNewFolder(out, (folder) => {
      const read = watchedStore(store, 'writing', onProgress);
      const kept = [...store.entries.keys()].filter(isKeptTensor).map((name) => sourceOf(read, name));
      const sources = [...quantizedSources(specs, read, bits === 7 ? 63 : 127), ...kept];
      const metadata = { format: 'w2ner', weight_bits: String(bits) };
      writeSafetensorsFrom(join(folder, modelFiles.weights), sources, metadata);
      writeModelDescription(folder, description);
      writeFileAtomic(join(folder, modelFiles.card), card(options, bits));
    });
    return {
      folder: out,
      bytesBefore: statSync(model.weights).size,
      bytesAfter: statSync(join(out, modelFiles.weights)).size,
      quantized: [...specs.values()].filter(({ quantized }) => quantized?.part === 'values').length,
    };
  } finally {
    store.close();
  }
}

/** The int8 model's tensors, each made when it is written; the two of one weight lie far apart in the file. */
function quantizedSources(
  specs: ReadonlyMap<string, ParameterSpec>,
  store: TensorStore,
  largest: number,
): TensorSource[] {
  return [...specs].map(([name, { shape, dtype = 'float32', quantized }]): TensorSource => {
    if (quantized === undefined) return sourceOf(store, name);
    const { source, layout, part } = quantized;
    const make = (): QuantizedTensor =>
      layout === 'rows' ? quantizeRows(store.read(source)) : quantizeColumns(store.read(source), largest);
    return { name, dtype, shape, read: (): TensorData => make()[part] };
  });
}

function sourceOf(store: TensorStore, name: string): TensorSource {
  const { shape, dtype } = store.entries.get(name)!;
  return { name, dtype: readAs(dtype), shape, read: () => store.read(name) };
}

function card({ model, out, wordsOnly }: QuantizeOptions, bits: number): string {
  const what = wordsOnly === true ? 'a product of the BiLSTMs' : 'a product';
  const use = wordsOnly === true ? '' : ' For use only: it cannot be trained further.';
  return [
    `# ${basename(out)}`,
    `${basename(model)} with int8 weights (${bits} bits and one scale per output of ${what}, 8 bits and one scale per row of a table), made by \`w2ner quantize\`.${use}`,
    'Scores, size and speed beside those of the float32 model: `metrics.json`, when it was quantised with --data.',
    '',
  ].join('\n\n');
}
