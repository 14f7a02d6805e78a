/** The folder of an encoder as Hugging Face lays it out: its description and its tokenizer; weights are read elsewhere. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { checkEncoderConfig, type EncoderConfig } from '../config/encoder.ts';
import { createPieceTokenizer, type TokenizerFiles } from '../text/pieces.ts';
import {
  buildByteLevelBpe,
  buildWordPiece,
  type TextFile,
  type TokenizerSettings,
} from './build-tokenizer.ts';

/** File names inside the folder, weights aside. */
export const encoderFiles = {
  config: 'config.json',
  tokenizer: 'tokenizer.json',
  settings: 'tokenizer_config.json',
  /** Names of special tokens, in old folders. */
  specialTokens: 'special_tokens_map.json',
  /** WordPiece without `tokenizer.json`. */
  wordPieces: 'vocab.txt',
  /** Byte-level BPE without `tokenizer.json`. */
  bytePieces: 'vocab.json',
  merges: 'merges.txt',
} as const;

/** An encoder without its weights. */
export interface EncoderFolder {
  readonly folder: string;
  readonly config: EncoderConfig;
  /** `config.json` as it lies on disk. */
  readonly rawConfig: object;
  readonly tokenizer: TokenizerFiles;
}

const bad = (where: string, message: string, hint?: string): UserError =>
  new UserError({ code: 'E_ENCODER', where, message, ...(hint === undefined ? {} : { hint }) });

function readText(path: string): TextFile {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return { path, text };
  } catch (error) {
    throw bad(path, `cannot be read as UTF-8 text (${errorMessage(error)})`);
  }
}

function readObject(path: string): object {
  const { text } = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(path, `is not JSON (${errorMessage(error)})`, 'was the file copied or downloaded whole?');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(path, 'is no JSON object');
  return value;
}

/** `tokenizer.json`, or what it would hold. */
function readTokenizer(folder: string, settings: TokenizerSettings): { path: string; tokenizer: object } {
  const place = (name: string): string => join(folder, name);
  const has = (name: string): boolean => existsSync(place(name));
  const { tokenizer: complete, wordPieces, bytePieces, merges } = encoderFiles;
  if (has(complete)) return { path: place(complete), tokenizer: readObject(place(complete)) };
  if (has(wordPieces)) {
    return { path: place(wordPieces), tokenizer: buildWordPiece(readText(place(wordPieces)), settings) };
  }
  if (has(bytePieces) && has(merges)) {
    const vocabulary = { path: place(bytePieces), value: readObject(place(bytePieces)) };
    return {
      path: vocabulary.path,
      tokenizer: buildByteLevelBpe(vocabulary, readText(place(merges)), settings),
    };
  }
  const hint =
    "put one of them there; Hugging Face's AutoTokenizer.from_pretrained(folder).save_pretrained(folder) makes tokenizer.json";
  throw bad(
    folder,
    `lacks a tokenizer: expected ${complete}, ${wordPieces}, or ${bytePieces} with ${merges}`,
    hint,
  );
}

/**
 * Reads the description and the tokenizer of an encoder.
 * @param folder a local Hugging Face folder, or `encoder/` of a model folder
 * @throws UserError `E_ENCODER` when a file is missing or broken, or tokenizer and description do not belong together
 */
export function readEncoderFolder(folder: string): EncoderFolder {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw bad(folder, 'is not an encoder folder');
  const configPath = join(folder, encoderFiles.config);
  if (!existsSync(configPath)) {
    const hint = `an encoder folder holds ${encoderFiles.config}, a tokenizer and weights, as Hugging Face saves them`;
    throw bad(folder, `lacks ${encoderFiles.config}`, hint);
  }
  const rawConfig = readObject(configPath);
  const config = checkEncoderConfig(rawConfig, configPath);
  const optional = (name: string): object =>
    existsSync(join(folder, name)) ? readObject(join(folder, name)) : {};
  const settings = { ...optional(encoderFiles.specialTokens), ...optional(encoderFiles.settings) };
  const { path, tokenizer } = readTokenizer(folder, settings);
  const files: TokenizerFiles = { tokenizer, settings };
  const { size } = createPieceTokenizer(files, path);
  if (size > config.vocab_size) {
    const hint = 'they belong to two encoders, or pieces were added without rows in the embedding table';
    throw bad(
      path,
      `a tokenizer that does not match the vocabulary size: got ids up to ${size - 1} (${size} pieces), ` +
        `expected at most ${config.vocab_size} ("vocab_size" of ${encoderFiles.config})`,
      hint,
    );
  }
  return { folder, config, rawConfig, tokenizer: files };
}

/**
 * Writes description and tokenizer so that the folder needs no other: {@link readEncoderFolder} and Hugging Face read it.
 * @throws UserError `E_WRITE`
 */
export function writeEncoderFiles(target: string, encoder: EncoderFolder): void {
  const write = (name: string, value: object): void =>
    writeFileAtomic(join(target, name), `${JSON.stringify(value, null, 2)}\n`);
  write(encoderFiles.config, encoder.rawConfig);
  write(encoderFiles.tokenizer, encoder.tokenizer.tokenizer);
  write(encoderFiles.settings, encoder.tokenizer.settings);
}
