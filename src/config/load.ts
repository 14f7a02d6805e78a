/** Reads a configuration file, applies `key=value` overrides, and says what is wrong with either. */
import { readFileSync } from 'node:fs';
import { errorMessage, UserError } from '../base/errors.ts';
import { checkConfig, checkKeys } from './check.ts';
import type { Config } from './schema.ts';

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
