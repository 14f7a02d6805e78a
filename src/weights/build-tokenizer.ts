/** The `tokenizer.json` that old encoders lack, from the vocabulary files that they have instead. */
import { UserError } from '../base/errors.ts';

/** `tokenizer_config.json` as far as it shapes a tokenizer; each special token is a name or an object with it. */
export type TokenizerSettings = Readonly<Record<string, unknown>>;

/** A text file that was read. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const bad = (where: string, message: string, hint?: string): UserError =>
  new UserError({ code: 'E_ENCODER', where, message, ...(hint === undefined ? {} : { hint }) });

/** Names of the special tokens: what the settings say, or the names that the model family gives them. */
function specialNames<Key extends string>(
  settings: TokenizerSettings,
  defaults: Readonly<Record<Key, string>>,
): Record<Key, string> {
  const named = Object.entries<string>(defaults).map(([key, name]) => {
    const setting = settings[key];
    const content =
      typeof setting === 'object' ? (setting as { content?: unknown } | null)?.content : setting;
    return [key, typeof content === 'string' ? content : name];
  });
  return Object.fromEntries(named);
}

/** The special tokens that the vocabulary has, in the order of their ids, as `tokenizer.json` lists them. */
function addedTokens(names: Readonly<Record<string, string>>, ids: ReadonlyMap<string, number>): object[] {
  const present = [...new Set(Object.values(names))].filter((name) => ids.has(name));
  return present
    .map((content) => ({ id: ids.get(content)!, content, lstrip: content === '<mask>' }))
    .sort((a, b) => a.id - b.id)
    .map((token) => ({ ...token, single_word: false, rstrip: false, normalized: false, special: true }));
}

/** @throws UserError `E_ENCODER` naming those that the vocabulary lacks */
function checkSpecial(needed: readonly string[], ids: ReadonlyMap<string, number>, path: string): void {
  const missing = needed.filter((name) => !ids.has(name));
  if (missing.length === 0) return;
  const hint =
    'is this the vocabulary of the encoder? tokenizer_config.json can give these tokens other names';
  throw bad(
    path,
    `got ${ids.size} pieces without ${missing.join(', ')}, expected them among the pieces`,
    hint,
  );
}

/** One piece a line, ids from 0. @throws UserError `E_ENCODER` for empty and repeated lines */
function readVocabulary({ path, text }: TextFile): Map<string, number> {
  const lines = text.split(/\r\n|\r|\n/);
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw bad(path, 'is empty, expected one piece a line');
  const ids = new Map<string, number>();
  for (const [id, piece] of lines.entries()) {
    if (piece === '') throw bad(path, `line ${id + 1} is empty, expected a piece`);
    const first = ids.get(piece);
    if (first !== undefined) {
      const hint =
        'the row of the embedding table that belongs to this piece is not clear: was the file edited?';
      throw bad(path, `lines ${first + 1} and ${id + 1} are both "${piece}", expected each piece once`, hint);
    }
    ids.set(piece, id);
  }
  return ids;
}

const frame = { version: '1.0', truncation: null, padding: null };

/**
 * WordPiece as Hugging Face's `BertTokenizer` reads it from `vocab.txt`, with the defaults that it has.
 * @throws UserError `E_ENCODER`
 */
export function buildWordPiece(vocabulary: TextFile, settings: TokenizerSettings): object {
  const ids = readVocabulary(vocabulary);
  const defaults = {
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  };
  const names = specialNames(settings, defaults);
  const { unk_token: unk, cls_token: cls, sep_token: sep } = names;
  checkSpecial([unk, cls, sep], ids, vocabulary.path);
  const special = (token: string): object => ({ SpecialToken: { id: token, type_id: 0 } });
  const text = (id: string, type: number): object => ({ Sequence: { id, type_id: type } });
  const template = (token: string): object => ({ id: token, ids: [ids.get(token)], tokens: [token] });
  return {
    ...frame,
    added_tokens: addedTokens(names, ids),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: settings.tokenize_chinese_chars ?? true,
      strip_accents: settings.strip_accents ?? null,
      lowercase: settings.do_lower_case ?? true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special(cls), text('A', 0), special(sep)],
      pair: [
        special(cls),
        text('A', 0),
        special(sep),
        text('B', 1),
        { SpecialToken: { id: sep, type_id: 1 } },
      ],
      special_tokens: { [cls]: template(cls), [sep]: template(sep) },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  };
}

/** `merges.txt`: two pieces a line, in the order in which they are joined. @throws UserError `E_ENCODER` */
function readMerges({ path, text }: TextFile, ids: ReadonlyMap<string, number>): string[] {
  const merges: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || (index === 0 && line.startsWith('#version'))) continue;
    const [left, right, ...rest] = line.split(' ');
    if (left === undefined || right === undefined || rest.length > 0) {
      throw bad(path, `line ${index + 1}: got "${line}", expected two pieces with a space between`);
    }
    const unknown = [left, right, left + right].find((piece) => !ids.has(piece));
    if (unknown !== undefined) {
      const hint = 'vocab.json and merges.txt belong together: were they mixed from two encoders?';
      throw bad(path, `line ${index + 1}: "${unknown}" is not in vocab.json`, hint);
    }
    merges.push(`${left} ${right}`);
  }
  return merges;
}

/**
 * Byte-level BPE as Hugging Face's `RobertaTokenizer` reads it from `vocab.json` and `merges.txt`.
 * @param vocabulary `vocab.json`, parsed
 * @throws UserError `E_ENCODER`
 */
export function buildByteLevelBpe(
  vocabulary: { readonly path: string; readonly value: object },
  merges: TextFile,
  settings: TokenizerSettings,
): object {
  const ids = new Map<string, number>(Object.entries(vocabulary.value));
  const wrong = [...ids].find(([, id]) => !Number.isInteger(id) || id < 0);
  if (wrong !== undefined) {
    throw bad(vocabulary.path, `"${wrong[0]}": got ${JSON.stringify(wrong[1])}, expected an id`);
  }
  if (new Set(ids.values()).size < ids.size) throw bad(vocabulary.path, 'gives one id to two pieces');
  const defaults = {
    cls_token: '<s>',
    pad_token: '<pad>',
    sep_token: '</s>',
    unk_token: '<unk>',
    mask_token: '<mask>',
  };
  const names = specialNames(settings, defaults);
  const { cls_token: cls, sep_token: sep, unk_token: unk } = names;
  checkSpecial([unk, cls, sep], ids, vocabulary.path);
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: settings.add_prefix_space ?? false,
    trim_offsets: true,
  };
  return {
    ...frame,
    added_tokens: addedTokens(names, ids),
    normalizer: null,
    pre_tokenizer: { ...byteLevel, use_regex: true },
    post_processor: {
      ...byteLevel,
      type: 'RobertaProcessing',
      sep: [sep, ids.get(sep)],
      cls: [cls, ids.get(cls)],
    },
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(ids),
      merges: readMerges(merges, ids),
    },
  };
}
