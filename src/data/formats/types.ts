/** What annotated data is between two formats: either text with mentions in it, or sentences of words with entities. */
import type { CharSpan } from '../../document/types.ts';
import type { Example } from '../types.ts';

/** A mention as formats with offsets have it. */
export interface TextMention {
  /** What the format calls it, for example `T1`; unique in its document. */
  readonly id: string;
  readonly type: string;
  /** Ascending half-open ranges of the document's text, in UTF-16 code units; several when it is discontinuous. */
  readonly fragments: readonly CharSpan[];
  /** Confidence in [0, 1]. */
  readonly score?: number;
}

/** A document of BRAT or Label Studio. */
export interface TextDocument {
  readonly name: string;
  readonly text: string;
  /**
   * `words`: the text is nothing but words, a space between two of them, a sentence a line.
   * `text`: it has to be split into sentences and words first.
   */
  readonly layout: 'text' | 'words';
  readonly mentions: readonly TextMention[];
}

/** Sentences of one document, split into words, as JSON and CoNLL have them. */
export interface WordsDocument {
  /** Absent where the format does not name documents. */
  readonly name?: string;
  readonly sentences: readonly Example[];
}

/**
 * What may happen to a mention on its way: whether it is lost by it, and whether it is broken, so that nobody can say what
 * was annotated. The others are sound, and only do not fit: into words, sentences, or the target.
 */
export const problemKinds = {
  widened: { lost: false, meaning: 'a boundary is inside a word: the whole word was taken' },
  'begins inside': { lost: false, meaning: 'its first tag says "inside": taken as a beginning' },
  'changed word': { lost: false, meaning: 'a word holds a space or line break: replaced' },
  malformed: { lost: true, broken: true, meaning: 'the annotation cannot be read' },
  outside: { lost: true, broken: true, meaning: 'its offsets are outside the text' },
  'text differs': {
    lost: true,
    broken: true,
    meaning: 'the annotation repeats another text than stands at its offsets',
  },
  'no word': { lost: true, meaning: 'there is no word at its offsets' },
  'crosses sentences': { lost: true, meaning: 'it spans sentences that are too many to join' },
  repeated: { lost: true, meaning: 'another mention has the same type and words' },
  discontinuous: { lost: true, meaning: 'the format holds no entity with gaps' },
  overlapping: { lost: true, meaning: 'the format holds no entity within or across another' },
} as const satisfies Readonly<
  Record<string, { readonly lost: boolean; readonly broken?: true; readonly meaning: string }>
>;

/** A key of {@link problemKinds}. */
export type ProblemKind = keyof typeof problemKinds;

/** Something to tell about one mention. */
export interface FormatProblem {
  /** Name of the document, or of the file where documents have none. */
  readonly document: string;
  /** The mention's name in its format, or a line or record. */
  readonly id: string;
  readonly kind: ProblemKind;
  readonly type?: string;
  /** Half-open range of the document's text in UTF-16 code units, where the format has offsets. */
  readonly charStart?: number;
  readonly charEnd?: number;
  /** What was found, for people. */
  readonly detail: string;
}

/** Whether the mention did not come through. */
export const isLost = ({ kind }: FormatProblem): boolean => problemKinds[kind].lost;

/** Whether the annotation itself is wrong: it cannot be read, or contradicts its text. */
export const isBroken = ({ kind }: FormatProblem): boolean => 'broken' in problemKinds[kind];

/** Things in a file that are no mentions, by name, with their number: relations, notes, choices. */
export type Ignored = Record<string, number>;

/** Counts a thing that is no mention. */
export function countIgnored(ignored: Ignored, what: string, count = 1): void {
  ignored[what] = (ignored[what] ?? 0) + count;
}
