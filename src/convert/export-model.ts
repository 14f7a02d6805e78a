/** Model folders as files for other programs: the original's state dict, plain safetensors, or ONNX for a server. */
import { statSync } from 'node:fs';
import { UserError } from '../base/errors.ts';
import { LABEL_NONE } from '../data/labels.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { letSignalsIn } from '../predict/batches.ts';
import { findModel } from '../predict/load.ts';
import { declaredParameters } from '../predict/model-graphs.ts';
import { checkTensors } from '../weights/check-tensors.ts';
import { toFloat16 } from '../weights/elements.ts';
import { modelFiles } from '../weights/model-description.ts';
import { readModelFolder, type StoredModel } from '../weights/model-folder.ts';
import { openSafetensors, writeSafetensorsFrom } from '../weights/safetensors.ts';
import { storeSources, type TensorSource } from '../weights/tensor-source.ts';
import type { TensorStore } from '../weights/tensor-store.ts';
import { writeTorchFile } from '../weights/torch-write.ts';
import type { ExportKind } from './export-kinds.ts';
import { writeOnnxRepository } from './export-onnx.ts';
import { checkNewFile, checkNewFolder } from './new-folder.ts';
import { type OnConvertProgress, watchedStore } from './progress.ts';

/** What to export, and where to. */
export interface ExportOptions {
  /** A shipped model's name, or a model folder. */
  readonly model: string;
  readonly to: ExportKind;
  /** The file to write, for `onnx` the folder. */
  readonly out: string;
  /** Writes float32 numbers as float16; not for `onnx`. */
  readonly half?: boolean;
  readonly onProgress?: OnConvertProgress;
  readonly signal?: AbortSignal;
}

/** What an export made. */
export interface ExportResult {
  readonly out: string;
  readonly tensors: number;
  /** Bytes of the weights written. */
  readonly bytes: number;
  /** What whoever reads the result should know. */
  readonly notes: readonly string[];
}

/** A way to write a model. */
interface Exporter {
  /** What is wrong with exporting a model in this way. */
  check(model: StoredModel, options: ExportOptions): void;
  /** @returns the path of the weights written */
  write(model: StoredModel, sources: () => TensorSource[], options: ExportOptions): string;
  notes(model: StoredModel, store: TensorStore): string[];
}

/**
 * Exports a model; what was written is whole, or nothing is.
 * @throws UserError `E_EXPORT` for what cannot be exported in this way, `E_OUT` when something stands at the place, those
 *   of reading the model, `E_WRITE`
 */
export async function exportModel(options: ExportOptions): Promise<ExportResult> {
  const { to, out, onProgress, signal } = options;
  const exporter = exporters[to];
  const model = readModelFolder(findModel(options.model));
  exporter.check(model, options);
  const store = openSafetensors(model.weights);
  try {
    const half = options.half === true;
    const watched = watchedStore(store, 'checking', onProgress);
    checkTensors(declaredParameters(model), half ? checkedForHalf(watched) : watched);
    await letSignalsIn();
    signal?.throwIfAborted();
    const sources = (): TensorSource[] =>
      inOriginalOrder(storeSources(watchedStore(store, 'writing', onProgress)));
    const weights = exporter.write(model, sources, options);
    return {
      out,
      tensors: store.entries.size,
      bytes: statSync(weights).size,
      notes: exporter.notes(model, store),
    };
  } finally {
    store.close();
  }
}

const bad = (where: string, message: string, hint: string): UserError =>
  new UserError({ code: 'E_EXPORT', where, message, hint });

const exporters: Readonly<Record<ExportKind, Exporter>> = {
  pt: {
    check({ folder, encoder, config }, { out }) {
      checkNewFile(out);
      const hint = 'safetensors and onnx hold every model';
      if (encoder === undefined) {
        throw bad(folder, 'has the compact encoder, which the original does not know', hint);
      }
      if (config.weights !== 'float32') {
        throw bad(
          folder,
          'has int8 weights, which the original does not know',
          `${hint}; or export the float32 model`,
        );
      }
    },
    write({ config }, sources, { out, half = false }) {
      writeTorchFile(out, sources().map(withOffset(config.none_offset)), { half });
      return out;
    },
    notes: (_, { entries }) =>
      entries.has('bert.pooler.dense.weight')
        ? []
        : ['the encoder has no pooler: load it with strict=False, or build the encoder without one'],
  },
  safetensors: {
    check: (_, { out }) => checkNewFile(out),
    write(_, sources, { out, half = false }) {
      writeSafetensorsFrom(out, half ? sources().map(halved) : sources(), { format: 'pt' });
      return out;
    },
    notes: ({ folder, glossary }) =>
      glossary === undefined
        ? []
        : [
            `the model reads words with its glossary: keep ${folder}/${modelFiles.glossary} beside the weights`,
          ],
  },
  onnx: {
    check({ folder }, { out, half = false }) {
      checkNewFolder(out);
      if (half) throw bad(folder, 'is run with float32 numbers as ONNX', 'leave --half out');
    },
    write: (model, _, { out }) => writeOnnxRepository(model, out),
    notes: () => [],
  },
};

/** The original has no such setting: the bias of "no relation" takes the offset in. */
const withOffset =
  (offset: number) =>
  (source: TensorSource): TensorSource => {
    if (offset === 0 || source.name !== 'predictor.linear.bias') return source;
    const read = (): TensorData => {
      const { shape, data } = source.read();
      const moved = Float32Array.from(data as Float32Array);
      moved[LABEL_NONE]! += offset;
      return { dtype: 'float32', shape, data: moved };
    };
    return { ...source, read };
  };

/** The largest number of half precision. */
const LARGEST_HALF = 65_504;

/** The same store, which refuses numbers that half precision cannot hold. */
function checkedForHalf(store: TensorStore): TensorStore {
  return {
    ...store,
    read(name) {
      const tensor = store.read(name);
      const large =
        tensor.dtype === 'float32' && (tensor.data as Float32Array).some((x) => Math.abs(x) > LARGEST_HALF);
      if (!large) return tensor;
      const message = `tensor "${name}" holds numbers beyond ${LARGEST_HALF}, the largest of half precision`;
      throw bad(store.where, message, 'leave --half out');
    },
  };
}

function halved(source: TensorSource): TensorSource {
  if (source.dtype !== 'float32') return source;
  const read = (): TensorData => {
    const { shape, data } = source.read();
    return { dtype: 'float16', shape, data: toFloat16(data as Float32Array) };
  };
  return { ...source, dtype: 'float16', read };
}

/** The original's modules in the order in which it registers them. */
const modules = [
  'bert.embeddings.',
  'bert.encoder.',
  'bert.pooler.',
  'dis_embs.',
  'reg_embs.',
  'encoder.',
  'convLayer.',
  'predictor.',
  'cln.',
];

function inOriginalOrder(sources: TensorSource[]): TensorSource[] {
  const place = ({ name }: TensorSource): number => modules.findIndex((module) => name.startsWith(module));
  return sources.sort((a, b) => place(a) - place(b));
}
