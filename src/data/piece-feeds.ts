/** Sentences as the tensors that a BERT encoder is fed: sequences of word pieces, and the word that each piece belongs to. */
import type { TensorData } from '../onnx/dtype.ts';
import type { PieceTokenizer } from '../text/pieces.ts';

/** A range of a sentence's pieces that goes through the encoder together, between the two special pieces. */
interface Sequence {
  readonly sentence: number;
  readonly start: number;
  readonly end: number;
  /** Of its pieces, those whose states count: all, but for those that the neighbour sees with more context. */
  readonly countedStart: number;
  readonly countedEnd: number;
}

/** Pieces of a sequence shared with the next one where a sentence is too long, as a share of the longest. */
const SHARED = 0.25;

/**
 * Cuts a sentence's pieces into sequences; each piece counts in one of them.
 * @param count pieces of the sentence
 * @param longest most pieces in a sequence, special ones not counted
 */
export function cutSequences(sentence: number, count: number, longest: number): Sequence[] {
  if (count <= longest) return [{ sentence, start: 0, end: count, countedStart: 0, countedEnd: count }];
  const shared = Math.floor(longest * SHARED);
  const parts = Math.ceil((count - shared) / (longest - shared));
  const stride = Math.ceil((count - shared) / parts);
  return Array.from({ length: parts }, (_, k) => {
    const start = k * stride;
    const end = Math.min(start + stride + shared, count);
    const half = Math.floor(shared / 2);
    const countedStart = k === 0 ? 0 : start + half;
    const countedEnd = k === parts - 1 ? count : (k + 1) * stride + half;
    return { sentence, start, end, countedStart, countedEnd };
  });
}

/** Pieces of a sentence with the two special ones: what a batch's size is reckoned by. */
export function countPieces(words: readonly string[], tokenizer: PieceTokenizer): number {
  return words.reduce((sum, word) => sum + tokenizer.piecesOf(word).length, 2);
}

/**
 * The encoder's inputs (see `model/bert.ts`): `pieces` and `piece_word`.
 * @param longest most pieces in a sequence, the two special ones included
 */
export function pieceFeeds(
  sentences: readonly (readonly string[])[],
  tokenizer: PieceTokenizer,
  longest: number,
): Record<string, TensorData> {
  const length = Math.max(...sentences.map((words) => words.length)); // L
  const split = sentences.map((words) => words.map((word) => tokenizer.piecesOf(word)));
  const cut = split.map((words, b) => cutSequences(b, count(words), longest - 2));
  // Every sentence's first sequence, then what is left of long ones.
  const sequences = [...cut.map(([first]) => first!), ...cut.flatMap(([, ...rest]) => rest)];
  const width = 2 + Math.max(...sequences.map(({ start, end }) => end - start)); // P
  const pieces = new Int32Array(sequences.length * width);
  const pieceWord = new Int32Array(sequences.length * width).fill(-1);
  const flat = split.map(flatten);
  for (const [w, sequence] of sequences.entries()) {
    const { ids, words } = flat[sequence.sentence]!;
    const at = w * width;
    pieces[at] = tokenizer.startId;
    pieces.set(ids.subarray(sequence.start, sequence.end), at + 1);
    pieces[at + 1 + sequence.end - sequence.start] = tokenizer.endId;
    for (let k = sequence.countedStart; k < sequence.countedEnd; k++) {
      pieceWord[at + 1 + k - sequence.start] = sequence.sentence * length + words[k]!;
    }
  }
  const shape = [sequences.length, width];
  return {
    pieces: { dtype: 'int32', shape, data: pieces },
    piece_word: { dtype: 'int32', shape, data: pieceWord },
  };
}

const count = (words: readonly Int32Array[]): number => words.reduce((sum, { length }) => sum + length, 0);

/** A sentence's pieces in a row, and the index of the word of each. */
function flatten(words: readonly Int32Array[]): { ids: Int32Array; words: Int32Array } {
  const ids = new Int32Array(count(words));
  const owners = new Int32Array(ids.length);
  let at = 0;
  for (const [index, pieces] of words.entries()) {
    ids.set(pieces, at);
    owners.fill(index, at, at + pieces.length);
    at += pieces.length;
  }
  return { ids, words: owners };
}
