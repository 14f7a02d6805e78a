/** Models that the original W2NER trained, as model folders: checked whole, then written one tensor at a time. */
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { elementCount } from '../onnx/dtype.ts';
import { letSignalsIn } from '../predict/batches.ts';
import { declaredParameters } from '../predict/model-graphs.ts';
import { checkTensors } from '../weights/check-tensors.ts';
import type { DownloadProgress } from '../weights/download-encoder.ts';
import { type EncoderFolder, readEncoderFolder } from '../weights/encoder-folder.ts';
import { findEncoder } from '../weights/find-encoder.ts';
import { type ModelDescription, modelFiles } from '../weights/model-description.ts';
import { writeModelDescription } from '../weights/model-folder.ts';
import { openWeights } from '../weights/open-weights.ts';
import { writeSafetensorsFrom } from '../weights/safetensors.ts';
import { storeSources } from '../weights/tensor-source.ts';
import type { TensorStore } from '../weights/tensor-store.ts';
import { type LabelSources, readLabels } from './import-labels.ts';
import { checkNewFolder, writeNewFolder } from './new-folder.ts';
import { type OnConvertProgress, watchedStore } from './progress.ts';

/** What to import, and where to. */
export interface ImportOptions extends LabelSources {
  /** The state dict: a file that `torch.save` wrote, or safetensors. */
  readonly model: string;
  /** The configuration that the model was trained with, as the original has it. */
  readonly config: string;
  /** Folder of the encoder with its description and tokenizer, or its name on the hub; default: the config's `bert_name`. */
  readonly encoder?: string;
  /** The model folder to make. */
  readonly out: string;
  /** Whether an encoder that is not on this machine may be fetched from its hub. */
  readonly download?: boolean;
  readonly onDownload?: (progress: DownloadProgress) => void;
  readonly onProgress?: OnConvertProgress;
  readonly signal?: AbortSignal;
}

/** What an import made. */
export interface ImportResult {
  readonly folder: string;
  readonly types: readonly string[];
  /** Folder that description and tokenizer of the encoder were read from. */
  readonly encoder: string;
  readonly tensors: number;
  readonly parameters: number;
}

/**
 * Imports a model. Everything is checked first, and nothing is written when anything is wrong.
 * @throws UserError `E_OUT`, `E_CONFIG…`, `E_OPTION`, `E_LABELS`, `E_DATA…`, `E_ENCODER…`; `E_WEIGHTS` for tensors that
 *   are missing, of another shape, unknown or not finite; `E_PICKLE` for a file that is no plain state dict
 */
export async function importModel(options: ImportOptions): Promise<ImportResult> {
  const { out, onProgress, signal } = options;
  checkNewFolder(out);
  const config = readBertConfig(options.config);
  const labels = readLabels(options);
  const encoder = await readEncoder(options, config);
  const model = { config, labels, encoder };
  const store = await openWeights(options.model);
  try {
    const hint = mismatchHint(model, encoder, store);
    const watched = watchedStore(store, 'checking', onProgress);
    checkTensors(declaredParameters(model), watched, { convert: true, hint });
    await letSignalsIn();
    signal?.throwIfAborted();
    const result = {
      folder: out,
      types: labels.types,
      encoder: encoder.folder,
      tensors: store.entries.size,
      parameters: [...store.entries.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0),
    };
    writeNewFolder(out, (folder) => {
      writeModelDescription(folder, model);
      const sources = storeSources(watchedStore(store, 'writing', onProgress));
      writeSafetensorsFrom(join(folder, modelFiles.weights), sources, { format: 'w2ner' });
      writeFileAtomic(join(folder, modelFiles.card), importCard(options, model, result));
    });
    return result;
  } finally {
    store.close();
  }
}

/** @throws UserError `E_CONFIG_VALUE` for a configuration without a BERT encoder, besides those of {@link loadConfig} */
function readBertConfig(path: string): Config {
  const config = loadConfig(path);
  if (config.encoder === 'bert' && config.bert_name !== undefined) return config;
  throw new UserError({
    code: 'E_CONFIG_VALUE',
    where: path,
    message:
      config.bert_name === undefined
        ? '"bert_name" is missing, models of the original have a BERT encoder'
        : `"encoder" is "${config.encoder}", models of the original have a BERT encoder`,
    hint: 'give the configuration that the model was trained with, for example guidelines_ru.json of the original',
  });
}

async function readEncoder(options: ImportOptions, config: Config): Promise<EncoderFolder> {
  const { download, onDownload } = options;
  const folder = await findEncoder(options.encoder ?? config.bert_name!, {
    env: process.env,
    near: dirname(options.config),
    weights: false,
    ...(download === undefined ? {} : { download }),
    ...(onDownload === undefined ? {} : { onProgress: onDownload }),
  });
  const encoder = readEncoderFolder(folder);
  const { hidden_size: width } = encoder.config;
  if (config.bert_hid_size === width) return encoder;
  const message = `"bert_hid_size" is ${config.bert_hid_size}, "hidden_size" of ${folder} is ${width}`;
  const hint = 'configuration and encoder must be those that the model was trained with';
  throw new UserError({ code: 'E_CONFIG_VALUE', where: options.config, message, hint });
}

/** What most likely is wrong when the tensors do not fit. */
function mismatchHint(model: ModelDescription, encoder: EncoderFolder, { entries }: TensorStore): string {
  const hints: string[] = [];
  const [pieces] = entries.get('bert.embeddings.word_embeddings.weight')?.shape ?? [];
  const { vocab_size: size } = encoder.config;
  if (pieces !== undefined && pieces !== size) {
    hints.push(
      `bert_name is "${model.config.bert_name}" and the encoder in ${encoder.folder} has ${size} pieces, ` +
        `this checkpoint has another vocabulary of ${pieces}: give its encoder with --encoder`,
    );
  }
  const [count] = entries.get('predictor.linear.bias')?.shape ?? [];
  const { size: expected, types } = model.labels;
  if (count !== undefined && count !== expected) {
    hints.push(
      `the checkpoint has ${count} labels, got ${expected} (<pad>, <suc> and ${types.length} types): ` +
        'give the labels of all data files of its training (--train, --dev, --test), or --labels',
    );
  }
  if (![...entries.keys()].some((name) => name.startsWith('predictor.'))) {
    hints.push('this looks like an encoder alone: w2ner train makes a model from it');
  }
  const usual = 'configuration, encoder and labels must be those that the model was trained with';
  return hints.length === 0 ? usual : hints.join('; ');
}

/** Markdown for the model folder's `README.md`: what is known, which is no score. */
function importCard(options: ImportOptions, model: ModelDescription, result: ImportResult): string {
  const { config, labels, encoder } = model;
  const { num_hidden_layers: layers, hidden_size: width, vocab_size: size } = encoder!.config;
  const parts = [
    `# ${basename(options.out)}`,
    `A W2NER model (Li et al., AAAI 2022), trained with the original implementation and imported from ${basename(options.model)}.`,
    `## Model\n\n${result.parameters} parameters in ${result.tensors} tensors. The encoder is "${config.bert_name}": ${layers} layers of width ${width}, a vocabulary of ${size} pieces. All settings are in \`config.json\`.`,
    `## Types\n\n${labels.types.map((type) => `- ${type}`).join('\n')}`,
    '## Scores\n\nNone were measured here: `w2ner evaluate --model <this folder> --data <annotated sentences>` does.',
    '## Limits\n\nThe model marks text; it gives no medical advice. It knows the kind of text and the types it was trained on, and nothing else.',
  ];
  return `${parts.join('\n\n')}\n`;
}
