/** Checks settings, wherever they come from, and says all that is wrong with them. */
import { UserError } from '../base/errors.ts';
import { explainIssues } from '../base/explain-issues.ts';
import { nearest } from '../base/nearest.ts';
import { type Config, configSchema, settingNames } from './schema.ts';

const knownKeys = settingNames;

/** Finds every setting that does not exist. @throws UserError `E_CONFIG_KEY` naming all of them */
export function checkKeys(settings: object, where: string): void {
  const unknown = Object.keys(settings).filter((key) => !knownKeys.includes(key));
  if (unknown.length === 0) return;
  const message =
    unknown.length === 1
      ? `"${unknown[0]}" is not a known setting`
      : `${unknown.map((key) => `"${key}"`).join(', ')} are not known settings`;
  const near = unknown.map((key) => nearest(key, knownKeys));
  const hint = near.every((key) => key !== undefined)
    ? `did you mean ${near.map((key) => `"${key}"`).join(', ')}?`
    : `known settings: ${knownKeys.join(', ')}`;
  throw new UserError({ code: 'E_CONFIG_KEY', where, message, hint });
}

/**
 * A complete configuration from the settings given.
 * @throws UserError naming all unknown settings (`E_CONFIG_KEY`), or else all bad values (`E_CONFIG_VALUE`)
 */
export function checkConfig(settings: object, where = 'config'): Config {
  checkKeys(settings, where);
  const result = configSchema.safeParse(settings);
  if (!result.success) {
    throw new UserError({ code: 'E_CONFIG_VALUE', where, ...explainIssues(result.error.issues, settings) });
  }
  if (result.data.encoder === 'bert' && result.data.bert_name === undefined) {
    const hint = 'name a folder or a model of the hub: "bert_name": "bert-base-multilingual-cased"';
    const message = '"bert_name" is missing, a "bert" encoder needs it';
    throw new UserError({ code: 'E_CONFIG_VALUE', where, message, hint });
  }
  if (result.data.ngram_max < result.data.ngram_min) {
    const message = `"ngram_max" (${result.data.ngram_max}) is below "ngram_min" (${result.data.ngram_min})`;
    throw new UserError({ code: 'E_CONFIG_VALUE', where, message });
  }
  checkHeads(result.data, where);
  return result.data;
}

/** Attention heads have equal parts of a word state. */
function checkHeads(config: Config, where: string): void {
  const { encoder, transformer_layers: layers, transformer_heads: heads, bert_hid_size: width } = config;
  if (encoder !== 'compact' || layers === 0 || width % heads === 0) return;
  const message = `"bert_hid_size" (${width}) is not divisible by "transformer_heads" (${heads})`;
  throw new UserError({ code: 'E_CONFIG_VALUE', where, message });
}
