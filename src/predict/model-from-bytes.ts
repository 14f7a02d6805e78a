/** A model made of what its files hold, for use where there is no file system. */
import { UserError } from '../base/errors.ts';
import { labelSetFromJson } from '../data/labels.ts';
import { glossaryFromJson } from '../text/glossary.ts';
import { bytesAsFile } from '../weights/bytes.ts';
import { checkTensors } from '../weights/check-tensors.ts';
import { checkSettings, modelFiles } from '../weights/model-description.ts';
import { graphPlaces, safetensorsStore } from '../weights/safetensors-store.ts';
import { declaredParameters, type TaggerModel } from './model-graphs.ts';

/** The contents of a model folder. */
export interface ModelContents {
  /** The value of `config.json`. */
  readonly config: unknown;
  /** The value of `labels.json`. */
  readonly labels: unknown;
  /** The value of `glossary.json`, where the model has one. */
  readonly glossary?: unknown;
  /** `model.safetensors`; kept, not copied. */
  readonly weights: Uint8Array;
}

/**
 * @param name for errors
 * @throws UserError `E_MODEL_ENCODER` for a model with a BERT encoder, `E_MODEL`, `E_WEIGHTS`, `E_CONFIG_KEY`,
 *   `E_CONFIG_VALUE`, `E_LABELS`, `E_GLOSSARY`
 */
export function modelFromBytes(name: string, contents: ModelContents): TaggerModel {
  const where = (file: string): string => `${name}/${file}`;
  const config = checkSettings(contents.config, where(modelFiles.config));
  if (config.encoder === 'bert') {
    throw new UserError({
      code: 'E_MODEL_ENCODER',
      where: name,
      message: 'is a model with a BERT encoder, which is too large for a browser',
      hint: 'choose a model with the compact encoder, or let the service ("w2ner serve") run this one',
    });
  }
  const labels = labelSetFromJson(contents.labels, where(modelFiles.labels));
  const file = bytesAsFile(where(modelFiles.weights), contents.weights);
  checkTensors(declaredParameters({ config, labels }), safetensorsStore(file));
  return {
    config,
    labels,
    glossary:
      contents.glossary === undefined
        ? undefined
        : glossaryFromJson(contents.glossary, where(modelFiles.glossary)),
    parameters: { file: modelFiles.weights, bytes: contents.weights, places: graphPlaces(file) },
  };
}
