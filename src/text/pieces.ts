/** Word pieces: Hugging Face's tokenizer of an encoder, run word by word as the original W2NER does, without special tokens. */
import { Tokenizer } from '@huggingface/tokenizers';
import { errorMessage, UserError } from '../base/errors.ts';

/** The tokenizer of an encoder as its files hold it, parsed. */
export interface TokenizerFiles {
  /** `tokenizer.json` */
  readonly tokenizer: object;
  /** `tokenizer_config.json`, `{}` when absent */
  readonly settings: object;
}

export interface PieceTokenizer {
  /** Number of ids: the largest id + 1. */
  readonly size: number;
  /** `[CLS]` or `<s>`. */
  readonly startId: number;
  /** `[SEP]` or `</s>`. */
  readonly endId: number;
  readonly padId: number;
  /** Piece ids of one word, none for a word that normalisation takes away; remembered for words met again. */
  piecesOf(word: string): Int32Array;
}

/** A piece that is looked for in the text before anything else is done to it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
}

/** What `tokenizer.json` holds of the model: pieces with ids, or for Unigram pieces with scores in the order of the ids. */
export interface PieceModel {
  readonly type?: string;
  readonly vocab: Readonly<Record<string, number>> | readonly (readonly [string, number])[];
  readonly unk_token?: string | null;
  readonly unk_id?: number | null;
}

/** A `tokenizer.json` whose vocabulary was checked; the parts that only Hugging Face looks into stay unknown. */
export interface TokenizerJson {
  readonly model: PieceModel;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: Readonly<Record<string, unknown>> | null;
  readonly pre_tokenizer: Readonly<Record<string, unknown>> | null;
}

/** Words whose pieces are remembered; some 20 MB. */
const REMEMBERED = 50_000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bad = (where: string, message: string, hint?: string): UserError =>
  new UserError({ code: 'E_ENCODER', where, message, ...(hint === undefined ? {} : { hint }) });

/**
 * Checks the parts of a `tokenizer.json` that are used here and fills in those that old files leave out.
 * @param where the file or folder, for the error
 * @throws UserError `E_ENCODER`
 */
export function checkTokenizer(tokenizer: object, where: string): TokenizerJson {
  const {
    model,
    added_tokens: added = [],
    normalizer = null,
    pre_tokenizer = null,
  } = tokenizer as Record<string, unknown>;
  if (!isRecord(model) || typeof model.vocab !== 'object' || model.vocab === null) {
    throw bad(where, 'got a tokenizer without "model.vocab", expected the tokenizer.json of Hugging Face');
  }
  const isId = (id: unknown): boolean => Number.isInteger(id) && (id as number) >= 0;
  const wrong = Array.isArray(model.vocab)
    ? model.vocab.findIndex(
        (entry) => !Array.isArray(entry) || typeof entry[0] !== 'string' || typeof entry[1] !== 'number',
      )
    : Object.entries(model.vocab).findIndex(([, id]) => !isId(id));
  if (wrong >= 0) throw bad(where, `"model.vocab" is broken at its entry ${wrong + 1}`);
  if (!Array.isArray(added) || added.some((token) => !isId(token?.id) || typeof token.content !== 'string')) {
    throw bad(where, '"added_tokens" is broken, expected [{"id": number, "content": string}]');
  }
  if (
    (normalizer !== null && !isRecord(normalizer)) ||
    (pre_tokenizer !== null && !isRecord(pre_tokenizer))
  ) {
    throw bad(where, '"normalizer" and "pre_tokenizer" must be JSON objects or null');
  }
  return {
    ...tokenizer,
    model: model as unknown as PieceModel,
    added_tokens: added,
    normalizer,
    pre_tokenizer,
  };
}

/** Every piece with its id, added tokens included. */
export function pieceIds({ model, added_tokens: added }: TokenizerJson): Map<string, number> {
  const ids = new Map(
    Array.isArray(model.vocab)
      ? model.vocab.map(([piece], id): [string, number] => [piece, id])
      : Object.entries(model.vocab as Readonly<Record<string, number>>),
  );
  for (const { content, id } of added) ids.set(content, id);
  return ids;
}

/**
 * Settings of `tokenizer_config.json` override what `tokenizer.json` says, as in Hugging Face's tokenizer classes.
 * Settings that are absent leave it alone (there, `do_lower_case` would count as true).
 */
function withSettings(tokenizer: TokenizerJson, settings: object): TokenizerJson {
  const given = settings as Record<string, unknown>;
  // The class that knows no model has none of these settings.
  if (given.tokenizer_class === 'PreTrainedTokenizerFast') return tokenizer;
  const override = (
    part: TokenizerJson['normalizer'],
    type: string,
    keys: Record<string, string>,
  ): TokenizerJson['normalizer'] => {
    if (part?.type !== type) return part;
    const replaced = Object.entries(keys).filter(([, key]) => given[key] !== undefined);
    return { ...part, ...Object.fromEntries(replaced.map(([own, key]) => [own, given[key]])) };
  };
  return {
    ...tokenizer,
    normalizer: override(tokenizer.normalizer, 'BertNormalizer', {
      lowercase: 'do_lower_case',
      strip_accents: 'strip_accents',
      handle_chinese_chars: 'tokenize_chinese_chars',
    }),
    pre_tokenizer: override(tokenizer.pre_tokenizer, 'ByteLevel', { add_prefix_space: 'add_prefix_space' }),
  };
}

/**
 * Changes a word so that the library's BertNormalizer gives what Hugging Face's own does: the library sees no Chinese
 * character beyond U+FFFF, and lower-cases a final Σ to ς. (Where they differ besides is in characters that one of
 * their Unicode tables is too old to know.)
 */
function beforeNormalizer(normalizer: TokenizerJson['normalizer']): (word: string) => string {
  if (normalizer?.type !== 'BertNormalizer') return (word) => word;
  const { handle_chinese_chars: chinese, lowercase } = normalizer;
  return (word) => {
    const spaced =
      chinese === true
        ? word.replace(/[\u{20000}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu, ' $& ')
        : word;
    return lowercase === true ? spaced.replaceAll('Σ', 'σ') : spaced;
  };
}

/** Roles of special tokens: the setting that names the token, and the names it has by default. */
const specialTokens = {
  start: ['cls_token', '[CLS]', '<s>'],
  end: ['sep_token', '[SEP]', '</s>'],
  pad: ['pad_token', '[PAD]', '<pad>'],
} as const;

function specialId(
  role: keyof typeof specialTokens,
  ids: ReadonlyMap<string, number>,
  settings: object,
  where: string,
): number {
  const [key, ...defaults] = specialTokens[role];
  const setting = (settings as Record<string, unknown>)[key];
  const named = isRecord(setting) ? setting.content : setting;
  const candidates = typeof named === 'string' ? [named] : defaults;
  const found = candidates.find((name) => ids.has(name));
  if (found !== undefined) return ids.get(found)!;
  const hint = `a tokenizer_config.json with "${key}" can name another one`;
  throw bad(
    where,
    `got a vocabulary without ${candidates.join(' or ')}, expected one of ${ids.size} pieces to be it`,
    hint,
  );
}

/** Every word must have an id: what cannot be spelled with pieces gives the unknown one. Byte-level models need none. */
function checkUnknown({ model }: TokenizerJson, ids: ReadonlyMap<string, number>, where: string): void {
  if (Array.isArray(model.vocab)) {
    if (model.unk_id == null || model.vocab[model.unk_id] === undefined)
      throw bad(where, '"unk_id" is no id of the vocabulary');
  } else if (model.type !== 'BPE' && !ids.has(model.unk_token ?? '')) {
    throw bad(
      where,
      `got a vocabulary without ${model.unk_token ?? 'a piece for unknown words'}, expected it among ${ids.size} pieces`,
    );
  }
}

/**
 * A word that is spelled like a special token ("[SEP]", "<s>") gives that token, and one that contains it is split
 * around it: Hugging Face's `tokenize` does the same, and weights were trained with it.
 * @param where the encoder's folder, for errors
 * @throws UserError `E_ENCODER` when the files describe no tokenizer that can be used
 */
export function createPieceTokenizer(files: TokenizerFiles, where: string): PieceTokenizer {
  const checked = withSettings(checkTokenizer(files.tokenizer, where), files.settings);
  const ids = pieceIds(checked);
  checkUnknown(checked, ids, where);
  const special = (role: keyof typeof specialTokens): number => specialId(role, ids, files.settings, where);
  let tokenizer: Tokenizer;
  try {
    // Neither special tokens nor texts are made with it, so these parts need not be understood.
    tokenizer = new Tokenizer({ ...checked, post_processor: null, decoder: null }, files.settings);
  } catch (error) {
    throw bad(where, `describes a tokenizer that is not supported (${errorMessage(error)})`);
  }
  const prepare = beforeNormalizer(checked.normalizer);
  const remembered = new Map<string, Int32Array>();
  return {
    size: [...ids.values()].reduce((largest, id) => Math.max(largest, id), -1) + 1,
    startId: special('start'),
    endId: special('end'),
    padId: special('pad'),
    piecesOf(word) {
      let pieces = remembered.get(word);
      if (pieces === undefined) {
        pieces = Int32Array.from(tokenizer.encode(prepare(word), { add_special_tokens: false }).ids);
        if (remembered.size >= REMEMBERED) remembered.clear();
        remembered.set(word, pieces);
      }
      return pieces;
    },
  };
}
