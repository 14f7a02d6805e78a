/** A BERT model with a smaller vocabulary: the rows of pieces that covered text does not need are left out of the table. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { checkEncoderConfig, firstPosition } from '../config/encoder.ts';
import { elementCount, type TensorData } from '../onnx/dtype.ts';
import { letSignalsIn } from '../predict/batches.ts';
import { findModel } from '../predict/load.ts';
import { declaredParameters } from '../predict/model-graphs.ts';
import { checkTensors } from '../weights/check-tensors.ts';
import type { EncoderFolder } from '../weights/encoder-folder.ts';
import { modelFiles } from '../weights/model-description.ts';
import { readModelFolder, type StoredModel, writeModelDescription } from '../weights/model-folder.ts';
import { type KeptText, type PrunedTokenizer, pruneTokenizer } from '../weights/prune-vocabulary.ts';
import { openSafetensors, writeSafetensorsFrom } from '../weights/safetensors.ts';
import { storeSources, type TensorSource } from '../weights/tensor-source.ts';
import type { TensorStore } from '../weights/tensor-store.ts';
import { readWords, type WordSources } from './covered-words.ts';
import { checkNewFolder, writeNewFolder } from './new-folder.ts';
import { type OnConvertProgress, watchedStore } from './progress.ts';

/** What to cut, and the text to cover: at least one of `corpus`, `data`, `scripts`. */
export interface PruneOptions extends WordSources {
  /** A model folder whose encoder is BERT. */
  readonly model: string;
  /** The model folder to make. */
  readonly out: string;
  /** Names of Unicode scripts, in any case: `cyrillic`. All words of their characters are covered. */
  readonly scripts?: readonly string[];
  readonly onProgress?: OnConvertProgress;
  readonly signal?: AbortSignal;
}

/** A state of the vocabulary. */
export interface PruneSize {
  /** Rows of the embedding table. */
  readonly rows: number;
  /** Of the weights file. */
  readonly bytes: number;
}

/** What a cut came to. */
export interface PruneResult {
  readonly folder: string;
  readonly before: PruneSize;
  readonly after: PruneSize;
  /** Distinct words that were read. */
  readonly words: number;
}

/**
 * Cuts a model's vocabulary. Covered text keeps its pieces, and so the model finds the same in it; other text may be split
 * into smaller pieces.
 * @throws UserError `E_OPTION` without text to cover, `E_MODEL` for a model without BERT, `E_OUT`,
 *   `E_ENCODER` for a vocabulary that cannot be cut, those of reading the model and the text, `E_WRITE`
 */
export async function pruneModel(options: PruneOptions): Promise<PruneResult> {
  const { out, onProgress, signal } = options;
  checkNewFolder(out);
  checkCovers(options);
  const model = readModelFolder(findModel(options.model));
  const { encoder } = model;
  if (encoder === undefined) {
    const message = 'has the compact encoder, which has no vocabulary';
    throw new UserError({ code: 'E_MODEL', where: options.model, message });
  }
  const words = await readWords(options, signal);
  const pruned = pruneTokenizer(encoder.tokenizer, keptText(words, options.scripts));
  const smaller = { ...model, encoder: smallerEncoder(encoder, pruned) };
  const store = openSafetensors(model.weights);
  try {
    checkTensors(declaredParameters(model), watchedStore(store, 'checking', onProgress));
    await letSignalsIn();
    signal?.throwIfAborted();
    const before = { rows: encoder.config.vocab_size, bytes: statSync(model.weights).size };
    writeNewFolder(out, (folder) => {
      writeModelDescription(folder, smaller);
      const sources = prunedSources(watchedStore(store, 'writing', onProgress), pruned.kept);
      writeSafetensorsFrom(join(folder, modelFiles.weights), sources, store.metadata);
      writeFileAtomic(join(folder, modelFiles.card), prunedCard(model, out, before.rows, pruned.kept.length));
    });
    const bytes = statSync(join(out, modelFiles.weights)).size;
    return { folder: out, before, after: { rows: pruned.kept.length, bytes }, words: words.size };
  } finally {
    store.close();
  }
}

function checkCovers({ corpus = [], data = [], scripts = [] }: PruneOptions): void {
  if (corpus.length + data.length + scripts.length > 0) return;
  const message = 'no text to cover was given, expected documents, data files or scripts';
  const hint = 'for example --corpus guidelines/ --script cyrillic,latin';
  throw new UserError({ code: 'E_OPTION', where: '--corpus', message, hint });
}

function keptText(words: ReadonlySet<string>, scripts: readonly string[] | undefined): KeptText {
  // Unicode writes `Cyrillic`, `Old_Italic`.
  const named = scripts?.map((name) =>
    name.toLowerCase().replace(/(?<![a-z])[a-z]/g, (c) => c.toUpperCase()),
  );
  return { words, ...(named === undefined || named.length === 0 ? {} : { scripts: named }) };
}

/** The encoder's description and tokenizer with the new ids. */
function smallerEncoder(encoder: EncoderFolder, { files, kept }: PrunedTokenizer): EncoderFolder {
  const newIds = new Map(Array.from(kept, (old, id) => [old, id]));
  const rawConfig = Object.fromEntries(
    Object.entries({ ...encoder.rawConfig, vocab_size: kept.length }).flatMap(([key, value]) => {
      if (!key.endsWith('_token_id') || typeof value !== 'number') return [[key, value]];
      const id = newIds.get(value);
      return id === undefined ? [] : [[key, id]];
    }),
  );
  const config = checkEncoderConfig(rawConfig, join(encoder.folder, 'config.json'));
  // Attention leaves out id 0, and RoBERTa counts positions from its padding id: both are part of the model.
  if (kept[0] !== 0 || firstPosition(config) !== firstPosition(encoder.config)) {
    const message = 'the first pieces of the vocabulary are not special ones, so that it cannot be cut';
    throw new UserError({ code: 'E_ENCODER', where: encoder.folder, message });
  }
  return { ...encoder, rawConfig, config, tokenizer: files };
}

/** Tensors with a row for each piece: the table, or in an int8 model its numbers and their scales. */
const VOCABULARY_ROWS = /^bert\.embeddings\.word_embeddings\.weight(?:_int8|_scale)?$/;

function prunedSources(store: TensorStore, kept: Int32Array): TensorSource[] {
  return storeSources(store).map((source) => {
    if (!VOCABULARY_ROWS.test(source.name)) return source;
    const shape = [kept.length, ...source.shape.slice(1)];
    return { ...source, shape, read: () => chooseRows(source.read(), kept) };
  });
}

/** Some rows of a table, in the order given. */
function chooseRows({ dtype, shape, data }: TensorData, rows: Int32Array): TensorData {
  const width = elementCount(shape.slice(1));
  const chosen = data.slice(0, rows.length * width);
  for (const [place, row] of rows.entries()) {
    // Both are of one type, whichever it is.
    (chosen as Float32Array).set(
      (data as Float32Array).subarray(row * width, (row + 1) * width),
      place * width,
    );
  }
  return { dtype, shape: [rows.length, ...shape.slice(1)], data: chosen };
}

/** The model's card with a word about the cut. */
function prunedCard(model: StoredModel, out: string, before: number, after: number): string {
  const path = join(model.folder, modelFiles.card);
  const card = existsSync(path)
    ? readFileSync(path, 'utf8')
        .trimEnd()
        .replace(/^# .*/, `# ${basename(out)}`)
    : `# ${basename(out)}\n\nA W2NER model (Li et al., AAAI 2022).`;
  const note =
    `The vocabulary was cut from ${before} to ${after} pieces with \`w2ner prune-vocab\`. In text that was covered the model ` +
    'finds the same as before; other text may be split into smaller pieces. Scores, if any are given above, are those of the whole vocabulary.';
  return `${card}\n\n## Vocabulary\n\n${note}\n`;
}
