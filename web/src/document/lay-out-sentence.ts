/** A sentence as pieces of text with lines under them, one line for each entity that a piece lies in. */
import type { DocumentSentence } from '../../../src/predict/document-result.ts';
import { hasSpaceBefore } from './sentence-text.ts';
import type { PageEntity } from './types.ts';

/** A line under a piece. */
export interface Line {
  readonly type: string;
  /** `gap`: the entity goes on behind the piece; `none`: an empty lane above one that is not. */
  readonly kind: 'words' | 'gap' | 'none';
}

/** A word's place in its piece, in UTF-16 code units. */
export interface PieceWord {
  readonly word: number;
  readonly start: number;
  readonly end: number;
}

/** A stretch of text that looks the same. */
export interface Piece {
  readonly text: string;
  readonly words: readonly PieceWord[];
  /** From the text down; empty outside all entities. */
  readonly lines: readonly Line[];
  /** Entities that have words here, the innermost first. */
  readonly covering: readonly PageEntity[];
  /** Entities whose gap is here. */
  readonly bridging: readonly PageEntity[];
  /** Entities that end with this piece, the innermost first. */
  readonly ending: readonly PageEntity[];
}

interface Drawn {
  readonly entity: PageEntity;
  readonly words: ReadonlySet<number>;
  readonly first: number;
  readonly last: number;
  lane: number;
}

/** Gives entities that overlap lanes of their own: short ones are next to the text, those around them below. */
function assignLanes(entities: readonly PageEntity[]): Drawn[] {
  const drawn = entities.map(
    (entity): Drawn => ({
      entity,
      words: new Set(entity.words),
      first: entity.words[0]!,
      last: entity.words.at(-1)!,
      lane: 0,
    }),
  );
  drawn.sort((a, b) => a.last - a.first - (b.last - b.first) || a.words.size - b.words.size);
  drawn.forEach((own, i) => {
    const taken = drawn.slice(0, i).filter((other) => other.first <= own.last && own.first <= other.last);
    while (taken.some(({ lane }) => lane === own.lane)) own.lane++;
  });
  return drawn.sort((a, b) => a.lane - b.lane);
}

/** How an entity takes part in a word, or in the space before it. */
function kindAt(drawn: Drawn, word: number, isSpace: boolean): Line['kind'] {
  if (word < drawn.first + (isSpace ? 1 : 0) || word > drawn.last) return 'none';
  const covers = drawn.words.has(word) && (!isSpace || drawn.words.has(word - 1));
  return covers ? 'words' : 'gap';
}

/**
 * Lays a sentence out. The pieces' texts, joined, are what `readWords` gives.
 * @param text the document's text
 */
export function layOutSentence(
  text: string,
  sentence: DocumentSentence,
  entities: readonly PageEntity[],
): Piece[] {
  const lanes = assignLanes(entities);
  const pieces: OpenPiece[] = [];
  let key: string | undefined;
  const put = (cell: string, word: number, isSpace: boolean): void => {
    const kinds = lanes.map((drawn) => kindAt(drawn, word, isSpace));
    const ownKey = kinds.join();
    const last = pieces.at(-1);
    // An entity's end closes a piece, so that its label stands right behind it.
    const isOpen = last !== undefined && key === ownKey;
    const piece = isOpen ? last : { text: '', words: [], kinds };
    if (!isOpen) pieces.push(piece);
    if (!isSpace) piece.words.push({ word, start: piece.text.length, end: piece.text.length + cell.length });
    piece.text += cell;
    key = ownKey;
  };
  sentence.sentence.forEach((word, i) => {
    if (i > 0 && hasSpaceBefore(text, sentence, i)) put(' ', i, true);
    else if (i > 0 && lanes.some(({ last }) => last === i - 1)) key = undefined;
    put(word, i, false);
  });
  return pieces.map((piece) => close(piece, lanes));
}

interface OpenPiece {
  text: string;
  readonly words: PieceWord[];
  /** By lane-ordered entity. */
  readonly kinds: readonly Line['kind'][];
}

function close({ text, words, kinds }: OpenPiece, lanes: readonly Drawn[]): Piece {
  const lines: Line[] = [];
  lanes.forEach(({ entity, lane }, i) => {
    if (kinds[i] === 'none') return;
    while (lines.length < lane) lines.push({ type: '', kind: 'none' });
    lines.push({ type: entity.type, kind: kinds[i]! });
  });
  const of = (kind: Line['kind']): PageEntity[] =>
    lanes.filter((_, i) => kinds[i] === kind).map(({ entity }) => entity);
  const lastWord = words.at(-1)?.word;
  return {
    text,
    words,
    lines,
    covering: of('words'),
    bridging: of('gap'),
    ending: lanes.filter(({ last }) => last === lastWord).map(({ entity }) => entity),
  };
}
