/** What a model is, without its numbers, read from the values of its files. */
import { UserError } from '../base/errors.ts';
import { checkConfig } from '../config/check.ts';
import type { Config } from '../config/schema.ts';
import type { LabelSet } from '../data/labels.ts';
import type { Glossary } from '../text/glossary.ts';
import type { EncoderFolder } from './encoder-folder.ts';

/** File names inside a model folder. */
export const modelFiles = {
  config: 'config.json',
  labels: 'labels.json',
  /** Only of a model that was trained with one. */
  glossary: 'glossary.json',
  weights: 'model.safetensors',
  metrics: 'metrics.json',
  card: 'README.md',
} as const;

/** What a model is, without its numbers. */
export interface ModelDescription {
  readonly config: Config;
  readonly labels: LabelSet;
  /** Absent for the compact encoder, which needs no files. */
  readonly encoder?: EncoderFolder | undefined;
  /** What it was taught that words stand for; absent when it was trained without. */
  readonly glossary?: Glossary | undefined;
}

/** The settings of a model, from what its `config.json` holds. @throws UserError `E_MODEL`, `E_CONFIG_KEY`, `E_CONFIG_VALUE` */
export function checkSettings(settings: unknown, where: string): Config {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new UserError({ code: 'E_MODEL', where, message: 'is no JSON object' });
  }
  return checkConfig(settings, where);
}
