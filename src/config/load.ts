/** Reads a configuration file, applies `key=value` overrides, and says what is wrong with either. */
import { readFileSync } from 'node:fs';
import { distance } from 'fastest-levenshtein';
import { errorMessage, UserError } from '../base/errors.ts';
import { type Config, configSchema, settingNames } from './schema.ts';

const knownKeys = settingNames;

/**
 * @param path a JSON file
 * @param overrides `key=value`; values are JSON, or else plain strings
 * @throws UserError `E_CONFIG_FILE`, `E_CONFIG_KEY`, `E_CONFIG_VALUE`
 */
export function loadConfig(path: string, overrides: readonly string[] = []): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError({
      code: 'E_CONFIG_FILE',
      where: path,
      message: `cannot be read (${errorMessage(error)})`,
    });
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError({
      code: 'E_CONFIG_FILE',
      where: path,
      message: `is not JSON (${errorMessage(error)})`,
    });
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new UserError({
      code: 'E_CONFIG_FILE',
      where: path,
      message: 'got no JSON object, expected {"setting": value}',
    });
  }
  const replaced = parseOverrides(overrides);
  checkKeys(replaced, '--set');
  return checkConfig({ ...raw, ...replaced }, path);
}

/** `["epochs=5"]` as `{ epochs: 5 }`. @throws UserError `E_CONFIG_KEY` */
export function parseOverrides(overrides: readonly string[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const override of overrides) {
    const at = override.indexOf('=');
    if (at <= 0) {
      throw new UserError({
        code: 'E_CONFIG_KEY',
        where: '--set',
        message: `got "${override}", expected key=value`,
      });
    }
    const value = override.slice(at + 1);
    try {
      result[override.slice(0, at)] = JSON.parse(value);
    } catch {
      result[override.slice(0, at)] = value;
    }
  }
  return result;
}

/** Finds every setting that does not exist. @throws UserError `E_CONFIG_KEY` naming all of them */
function checkKeys(settings: object, where: string): void {
  const unknown = Object.keys(settings).filter((key) => !knownKeys.includes(key));
  if (unknown.length === 0) return;
  const message =
    unknown.length === 1
      ? `"${unknown[0]}" is not a known setting`
      : `${unknown.map((key) => `"${key}"`).join(', ')} are not known settings`;
  const near = unknown.map((key) => {
    const nearest = [...knownKeys].sort((a, b) => distance(a, key) - distance(b, key))[0]!;
    return distance(nearest, key) <= 4 ? nearest : undefined;
  });
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
    const problems = result.error.issues.map((issue) => {
      const key = issue.path.join('.');
      const found = JSON.stringify((settings as Record<string, unknown>)[String(issue.path[0])]);
      return `"${key}": got ${found}, ${issue.message[0]!.toLowerCase()}${issue.message.slice(1)}`;
    });
    throw new UserError({ code: 'E_CONFIG_VALUE', where, message: problems.join('; ') });
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
  return result.data;
}
