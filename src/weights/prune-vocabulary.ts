/** Cuts a tokenizer's vocabulary to what covered text needs, so that this text keeps its pieces under new ids. */
import { UserError } from '../base/errors.ts';
import {
  checkTokenizer,
  createPieceTokenizer,
  type PieceModel,
  pieceIds,
  type TokenizerFiles,
  type TokenizerJson,
} from '../text/pieces.ts';
import { bytePieceFilter, isBytePiece, mergeParts, piecesOnTheWay } from './byte-pieces.ts';

/** The text to cover; a word or a character is covered when any of these covers it. */
export interface KeptText {
  /** Words whose pieces stay. */
  readonly words?: Iterable<string>;
  /**
   * Names of Unicode scripts, for example `Cyrillic`: every word of these scripts' characters, as they are after the
   * tokenizer's normalisation, is covered. Characters that belong to no script (digits, punctuation) always are.
   */
  readonly scripts?: readonly string[];
}

export interface PrunedTokenizer {
  readonly files: TokenizerFiles;
  /** Old ids in the order of the new ones, ascending: the rows of the embedding table to keep. */
  readonly kept: Int32Array;
}

const WHERE = 'tokenizer.json';

const bad = (message: string, hint: string): UserError =>
  new UserError({ code: 'E_ENCODER', where: WHERE, message, hint });

/** Names that special tokens have where `added_tokens` does not list them. */
const usualSpecial = ['PAD', 'UNK', 'CLS', 'SEP', 'MASK']
  .map((name) => `[${name}]`)
  .concat(['<s>', '<pad>', '</s>', '<unk>', '<mask>']);

/** Model with the parts that pruning looks into. */
interface FullModel extends PieceModel {
  readonly merges?: readonly (string | readonly string[])[];
  readonly continuing_subword_prefix?: string | null;
  readonly end_of_word_suffix?: string | null;
  readonly byte_fallback?: boolean;
}

type Kind = 'WordPiece' | 'BPE' | 'Unigram';

/** @throws UserError `E_ENCODER` for models whose pieces might change */
function kindOf({ model, pre_tokenizer: splitter }: TokenizerJson): Kind {
  const full = model as FullModel;
  const kind = full.type ?? (Array.isArray(full.vocab) ? 'Unigram' : full.merges ? 'BPE' : 'WordPiece');
  const hint = 'WordPiece, byte-level BPE and Unigram vocabularies can be cut; keep this one whole';
  if (kind === 'WordPiece' || kind === 'Unigram') return kind;
  if (kind !== 'BPE') throw bad(`a vocabulary of a model "${kind}" cannot be cut`, hint);
  const splitters =
    splitter?.type === 'Sequence' ? (splitter.pretokenizers as { type?: string }[]) : [splitter];
  if (!splitters.some((part) => part?.type === 'ByteLevel'))
    throw bad('a BPE that is not byte-level cannot be cut', hint);
  if (full.end_of_word_suffix || full.continuing_subword_prefix) {
    throw bad('a BPE that marks the borders of words cannot be cut', hint);
  }
  return kind;
}

/** Whether all characters of a text are of these scripts, or of none. @throws UserError `E_ENCODER` */
function scriptFilter(scripts: readonly string[]): (text: string) => boolean {
  const classes = ['Common', 'Inherited', ...scripts].map((script) => {
    try {
      if (!/^\w+$/.test(script)) throw new SyntaxError(script);
      new RegExp(`\\p{Script=${script}}`, 'u');
      return `\\p{Script=${script}}`;
    } catch {
      throw bad(
        `"${script}" is no script of Unicode`,
        'scripts are named as in Unicode, for example Cyrillic, Latin, Greek',
      );
    }
  });
  const pattern = new RegExp(`^[${classes.join('')}]*$`, 'u');
  return (text) => pattern.test(text);
}

/** Pieces that may come up in text of these scripts. */
function ofScripts(kind: Kind, model: FullModel, scripts: readonly string[]): (piece: string) => boolean {
  const covers = scriptFilter(scripts);
  if (kind === 'BPE') return bytePieceFilter(covers);
  const mark = kind === 'WordPiece' ? (model.continuing_subword_prefix ?? '##') : '';
  return (piece) => covers(piece.startsWith(mark) ? piece.slice(mark.length) : piece);
}

/** Pieces that must stay whatever the text is. */
function alwaysKept(kind: Kind, model: FullModel): (piece: string) => boolean {
  if (kind === 'BPE') return isBytePiece; // so that no text loses a byte
  if (!Array.isArray(model.vocab)) return (piece) => piece === model.unk_token;
  // The score of unknown characters hangs on the lowest one.
  const vocab = model.vocab as readonly (readonly [string, number])[];
  const lowest = vocab.reduce((least, entry) => (entry[1] < least[1] ? entry : least))[0];
  const unknown = vocab[model.unk_id ?? -1]?.[0];
  const byte = model.byte_fallback === true ? /^<0x[0-9A-F]{2}>$/ : /(?!)/;
  return (piece) => piece === lowest || piece === unknown || byte.test(piece);
}

/**
 * Covered text keeps its pieces:
 * - WordPiece takes the longest piece that fits, then the next. All pieces chosen stay, and a piece that is taken away
 *   was not chosen; nothing longer comes in, so the same one is the longest at each step.
 * - Byte-level BPE joins the pair of the lowest rank until none is left. All merges that were applied stay, in their
 *   order, so the lowest one is the same at each step.
 * - Unigram takes the way of the highest score. That way stays, others only go away.
 * @throws UserError `E_ENCODER` for other models, and for names that are no scripts
 */
export function pruneTokenizer(files: TokenizerFiles, keep: KeptText): PrunedTokenizer {
  const tokenizer = checkTokenizer(files.tokenizer, WHERE);
  const kind = kindOf(tokenizer);
  const model = tokenizer.model as FullModel;
  const ids = pieceIds(tokenizer);
  const { startId, endId, padId, piecesOf } = createPieceTokenizer(files, WHERE);
  const kept = new Set<number>([startId, endId, padId, ...tokenizer.added_tokens.map(({ id }) => id)]);
  for (const name of usualSpecial) if (ids.has(name)) kept.add(ids.get(name)!);
  const filters = [alwaysKept(kind, model)];
  if (keep.scripts !== undefined) filters.push(ofScripts(kind, model, keep.scripts));
  for (const [piece, id] of ids) if (filters.some((stays) => stays(piece))) kept.add(id);
  const ofWords = new Set<number>();
  for (const word of keep.words ?? []) for (const id of piecesOf(word)) ofWords.add(id);
  for (const id of ofWords) kept.add(id);
  if (kind === 'BPE') {
    const chosen = [...ids].filter(([, id]) => ofWords.has(id)).map(([piece]) => piece);
    for (const piece of piecesOnTheWay(chosen, model.merges ?? []))
      if (ids.has(piece)) kept.add(ids.get(piece)!);
  }
  const order = Int32Array.from(kept).sort();
  return { files: renumber(files, order), kept: order };
}

type Json = Record<string, unknown>;

/** Both files with new ids in all places that hold one. @param kept old ids in the order of the new ones */
function renumber({ tokenizer, settings }: TokenizerFiles, kept: Int32Array): TokenizerFiles {
  const newIds = new Map(Array.from(kept, (old, id) => [old, id]));
  const whole = tokenizer as Json;
  const { added_tokens: added = [] } = checkTokenizer(tokenizer, WHERE);
  const padding = whole.padding as { pad_id: number } | null | undefined;
  const { added_tokens_decoder: decoder, ...rest } = settings as Json;
  const byId = Object.entries((decoder ?? {}) as Json).filter(([id]) => newIds.has(Number(id)));
  return {
    tokenizer: {
      ...whole,
      ...(padding == null
        ? {}
        : { padding: { ...padding, pad_id: newIds.get(padding.pad_id) ?? padding.pad_id } }),
      added_tokens: added.map((token) => ({ ...token, id: newIds.get(token.id)! })),
      post_processor: renumberProcessor(whole.post_processor as Json | null | undefined, newIds),
      model: renumberModel(whole.model as FullModel, newIds),
    },
    settings: {
      ...rest,
      ...(decoder === undefined
        ? {}
        : {
            added_tokens_decoder: Object.fromEntries(
              byId.map(([id, token]) => [newIds.get(Number(id)), token]),
            ),
          }),
    },
  };
}

function renumberModel(model: FullModel, newIds: ReadonlyMap<number, number>): FullModel {
  if (Array.isArray(model.vocab)) {
    const vocab = model.vocab.filter((_, id) => newIds.has(id));
    return { ...model, vocab, unk_id: model.unk_id == null ? null : newIds.get(model.unk_id)! };
  }
  const pieces = Object.entries(model.vocab as Readonly<Record<string, number>>).filter(([, id]) =>
    newIds.has(id),
  );
  const vocab = Object.fromEntries(pieces.map(([piece, id]) => [piece, newIds.get(id)!]));
  if (model.merges === undefined) return { ...model, vocab };
  const merges = model.merges.filter((merge) => {
    const [left, right] = mergeParts(merge);
    return [left, right, left + right].every((piece) => Object.hasOwn(vocab, piece));
  });
  return { ...model, vocab, merges };
}

/** The processors that put special tokens around a text name them with their ids. */
function renumberProcessor(processor: Json | null | undefined, newIds: ReadonlyMap<number, number>): unknown {
  if (processor == null) return null;
  const { processors, special_tokens: template } = processor;
  const named = (key: string): object => {
    const token = processor[key];
    return Array.isArray(token) ? { [key]: [token[0], newIds.get(token[1]) ?? token[1]] } : {};
  };
  const tokens = Object.entries((template ?? {}) as Record<string, { ids: number[] }>).map(
    ([name, token]) => [name, { ...token, ids: token.ids.map((id) => newIds.get(id) ?? id) }],
  );
  return {
    ...processor,
    ...named('cls'),
    ...named('sep'),
    ...(template === undefined ? {} : { special_tokens: Object.fromEntries(tokens) }),
    ...(Array.isArray(processors)
      ? { processors: processors.map((part) => renumberProcessor(part, newIds)) }
      : {}),
  };
}
