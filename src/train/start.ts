/** What a training run starts from: a BERT encoder's weights, a whole model's, or those of a pre-training. */

import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Config } from '../config/schema.ts';
import { createLabelSet, type LabelSet } from '../data/labels.ts';
import type { ParameterSpec } from '../model/build.ts';
import { int8Names } from '../model/weights.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { findModel, shippedModels } from '../predict/load.ts';
import { declaredParameters } from '../predict/model-graphs.ts';
import type { Glossary } from '../text/glossary.ts';
import { checkTensors, isKeptTensor } from '../weights/check-tensors.ts';
import type { DownloadProgress } from '../weights/download-encoder.ts';
import { type EncoderFolder, readEncoderFolder } from '../weights/encoder-folder.ts';
import { encoderTensorName } from '../weights/encoder-names.ts';
import { findEncoder } from '../weights/find-encoder.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { restoreColumns, restoreRows } from '../weights/int8.ts';
import { readModelFolder } from '../weights/model-folder.ts';
import { openWeights } from '../weights/open-weights.ts';
import { readFitting } from '../weights/read-fitting.ts';
import { openSafetensors } from '../weights/safetensors.ts';
import type { TensorStore } from '../weights/tensor-store.ts';

/** Where a run's weights come from. */
export interface StartOptions {
  readonly config: Config;
  /** The configuration file, beside which `bert_name` may lie. */
  readonly configPath?: string;
  /** A weights file as `pretrain` writes it, or a model folder or shipped model to train further. */
  readonly init?: string;
  /** What words stand for; absent, what the model that is trained further has. */
  readonly glossary?: Glossary;
  /** Whether an encoder that is not on this machine may be fetched from its hub. */
  readonly download?: boolean;
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/** What a run starts from. */
export interface Start {
  readonly labels: LabelSet;
  readonly encoder: EncoderFolder | undefined;
  readonly glossary?: Glossary | undefined;
  /** Values of parameters that do not start at random. */
  readonly tensors: Map<string, TensorData>;
  /** Tensors that no graph reads but that the saved model keeps. */
  readonly kept: Map<string, TensorData>;
  /** What the model that is trained further calls its encoder. */
  readonly bertName?: string | undefined;
}

/**
 * @param dataLabels the labels of the training data
 * @throws UserError `E_INIT`, `E_ENCODER…`, `E_WEIGHTS` when there is nothing to start from, or it does not fit
 */
export async function prepareStart(options: StartOptions, dataLabels: LabelSet): Promise<Start> {
  const { config, init, glossary } = options;
  if (glossary !== undefined && config.encoder === 'bert') {
    const message = 'the encoder is a BERT, which reads words by their pieces alone';
    const hint = 'train with "encoder": "compact", or without a glossary';
    throw new UserError({ code: 'E_GLOSSARY', where: 'config', message, hint });
  }
  if (config.weights !== 'float32') {
    const message = `"weights" is "${config.weights}", only float32 weights can be trained`;
    const hint = 'train with "weights": "float32"; w2ner quantize makes an int8 model of the result';
    throw new UserError({ code: 'E_CONFIG_VALUE', where: 'config', message, hint });
  }
  const model = init === undefined ? undefined : modelNamed(init);
  if (model !== undefined) return startFromModel(model, options, dataLabels);
  const start: Start =
    config.encoder === 'bert'
      ? await startFromEncoder(options, dataLabels)
      : { labels: dataLabels, encoder: undefined, glossary, tensors: new Map(), kept: new Map() };
  if (init !== undefined) await addFile(init, start, config);
  return start;
}

/** The folder of a model that was named by its folder or as a shipped one; undefined for anything else. */
function modelNamed(init: string): string | undefined {
  if (shippedModels().includes(init)) return findModel(init);
  return statSync(init, { throwIfNoEntry: false })?.isDirectory() ? init : undefined;
}

/** The encoder that `bert_name` names, with its weights. */
async function startFromEncoder(options: StartOptions, labels: LabelSet): Promise<Start> {
  const { config, configPath, download, onDownload } = options;
  const folder = await findEncoder(config.bert_name!, {
    env: process.env,
    ...(configPath === undefined ? {} : { near: dirname(configPath) }),
    ...(download === undefined ? {} : { download }),
    ...(onDownload === undefined ? {} : { onProgress: onDownload }),
  });
  const encoder = readEncoderFolder(folder);
  checkWidth(config, encoder);
  const store = await openWeights(folder);
  try {
    return { labels, encoder, ...readEncoderTensors(store, encoderSpecs(config, encoder, labels)) };
  } finally {
    store.close();
  }
}

function checkWidth(config: Config, encoder: EncoderFolder): void {
  if (config.bert_hid_size === encoder.config.hidden_size) return;
  const message = `"bert_hid_size" is ${config.bert_hid_size}, "hidden_size" of ${encoder.folder} is ${encoder.config.hidden_size}`;
  const hint = `set "bert_hid_size": ${encoder.config.hidden_size}`;
  throw new UserError({ code: 'E_CONFIG_VALUE', where: 'config', message, hint });
}

/** The parameters of the encoder alone. */
function encoderSpecs(
  config: Config,
  encoder: EncoderFolder,
  labels: LabelSet,
): ReadonlyMap<string, ParameterSpec> {
  const all = declaredParameters({ config, labels, encoder });
  return new Map([...all].filter(([name]) => name.startsWith('bert.')));
}

/** A checkpoint's encoder tensors under our names. */
function readEncoderTensors(
  store: TensorStore,
  specs: ReadonlyMap<string, ParameterSpec>,
): Pick<Start, 'tensors' | 'kept'> {
  const nameOf = new Map<string, string>();
  for (const name of store.entries.keys()) {
    const own = encoderTensorName(name);
    if (own !== undefined) nameOf.set(own, name);
  }
  const renamed: TensorStore = {
    ...store,
    entries: new Map([...nameOf].map(([own, name]) => [own, store.entries.get(name)!])),
    read: (own) => store.read(nameOf.get(own)!),
  };
  checkTensors(specs, renamed, {
    convert: true,
    hint: 'config.json and the weights of an encoder belong together',
  });
  return readTensors(renamed);
}

/** Every tensor of a checked store, those that graphs read apart from those that are only kept. */
function readTensors(store: TensorStore): Pick<Start, 'tensors' | 'kept'> {
  const [tensors, kept] = [new Map<string, TensorData>(), new Map<string, TensorData>()];
  for (const name of store.entries.keys()) (isKeptTensor(name) ? kept : tensors).set(name, store.read(name));
  return { tensors, kept };
}

/** Parameters with one row for each label, in the order of the labels. */
const LABEL_ROWS = ['predictor.linear.weight', 'predictor.linear.bias', 'predictor.biaffine.weight'] as const;

/** Settings that give a model its shapes: those of a model that is trained further stay as they are. */
const SHAPES = [
  'encoder',
  'dist_emb_size',
  'type_emb_size',
  'lstm_hid_size',
  'context_hid_size',
  'transformer_layers',
  'transformer_heads',
  'transformer_ffn_size',
  'conv_hid_size',
  'bert_hid_size',
  'biaffine_size',
  'ffnn_hid_size',
  'dilation',
  'ngram_buckets',
  'ngram_emb_size',
  'ngram_min',
  'ngram_max',
  'use_bert_last_4_layers',
] as const satisfies readonly (keyof Config)[];

/** A model to train further. Its labels come first; types that only the data has get new rows. */
function startFromModel(folder: string, { config, glossary }: StartOptions, dataLabels: LabelSet): Start {
  const model = readModelFolder(folder);
  if (model.config.weights === 'int8') {
    const hint = 'start from the float32 model that it was made of';
    throw new UserError({
      code: 'E_INIT',
      where: folder,
      message: 'has int8 weights, which cannot be trained',
      hint,
    });
  }
  const differing = SHAPES.filter((key) => JSON.stringify(model.config[key]) !== JSON.stringify(config[key]));
  if (differing.length > 0) {
    const message = differing
      .map(
        (key) =>
          `"${key}" is ${JSON.stringify(config[key])}, the model has ${JSON.stringify(model.config[key])}`,
      )
      .join('; ');
    const hint = `start from the model's own settings: --config ${folder}/config.json`;
    throw new UserError({ code: 'E_INIT', where: folder, message, hint });
  }
  const store = openSafetensors(model.weights);
  try {
    checkTensors(declaredParameters(model), store);
    const labels = createLabelSet([...model.labels.types, ...dataLabels.types]);
    const { tensors, kept } = readTensors(store);
    return {
      labels,
      encoder: model.encoder,
      glossary: glossary ?? model.glossary,
      bertName: model.config.bert_name,
      tensors: withFloats(tensors),
      kept,
    };
  } finally {
    store.close();
  }
}

/** Tables and weights as float32 numbers again, where a model has them as int8. */
export function withFloats(tensors: ReadonlyMap<string, TensorData>): Map<string, TensorData> {
  const floats = new Map(tensors);
  for (const [name, values] of tensors) {
    const source = name.replace(/_int8$/, '');
    if (source === name) continue;
    const scales = tensors.get(int8Names(source).scales)!;
    // The scales of a table stand in a column, those of a product's outputs in a row.
    const restore = scales.shape.length === 2 ? restoreRows : restoreColumns;
    floats.set(source, restore(values, scales));
    floats.delete(name);
    floats.delete(int8Names(source).scales);
  }
  return floats;
}

/** Gives new labels rows of starting values. @param tensors changed in place */
export function addLabelRows(
  tensors: Map<string, TensorData>,
  specs: ReadonlyMap<string, ParameterSpec>,
  random: Random,
): void {
  for (const name of LABEL_ROWS) {
    const [old, spec] = [tensors.get(name), specs.get(name)!];
    if (old === undefined || old.shape[0] === spec.shape[0]) continue;
    const longer = initializeParameters(new Map([[name, spec]]), random).get(name)!;
    longer.data.set(old.data as Float32Array);
    tensors.set(name, longer);
  }
}

/** Adds the tensors of a weights file that the model has. */
async function addFile(path: string, start: Start, config: Config): Promise<void> {
  const specs = declaredParameters({ config, labels: start.labels, encoder: start.encoder });
  for (const [name, tensor] of await readFitting(path, specs, LABEL_ROWS)) start.tensors.set(name, tensor);
}
