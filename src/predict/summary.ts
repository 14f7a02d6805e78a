/** What an extraction did, counted while it runs. */
import { errorMessage, UserError } from '../base/errors.ts';
import type { Document } from '../document/types.ts';
import type { ExtractRecord } from './record.ts';

/** Counts of one entity type. */
export interface TypeSummary {
  readonly type: string;
  entities: number;
  /** Sentences that hold at least one. */
  sentences: number;
  discontinuous: number;
  scoreSum: number;
  /** A few different texts, as first met. */
  readonly examples: string[];
}

/** Counts of one file. */
export interface FileSummary {
  readonly path: string;
  readonly name: string;
  encoding: string;
  sentences: number;
  sentencesWithEntities: number;
  words: number;
  entities: number;
}

/** A file that could not be read, or not to its end. */
export interface FileFailure {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Not the user's doing: the error as it was thrown. */
  readonly bug?: unknown;
}

/** Everything counted; final when the extraction ends. */
export interface ExtractSummary {
  readonly files: FileSummary[];
  readonly types: TypeSummary[];
  readonly failures: FileFailure[];
  /** Left out by readers, by kind, for example `{ code: 2 }`. */
  readonly skipped: Record<string, number>;
  sentences: number;
  sentencesWithEntities: number;
  words: number;
  entities: number;
  /** Sentences answered without running the model again. */
  repeated: number;
  /** Sentences cut into windows. */
  windowed: number;
  /** Sentences with more readings than the decoder's bound. */
  bounded: number;
  /** Wall time so far. */
  seconds: number;
}

/** Counts of nothing, for one type. */
export function createTypeSummary(type: string): TypeSummary {
  return { type, entities: 0, sentences: 0, discontinuous: 0, scoreSum: 0, examples: [] };
}

/** An empty summary for the given types, in their order. */
export function createSummary(types: readonly string[]): ExtractSummary {
  return {
    files: [],
    types: types.map(createTypeSummary),
    failures: [],
    skipped: {},
    sentences: 0,
    sentencesWithEntities: 0,
    words: 0,
    entities: 0,
    repeated: 0,
    windowed: 0,
    bounded: 0,
    seconds: 0,
  };
}

const exampleCount = 4;

/** Counts a sentence in the whole and in its file. */
export function countRecord(summary: ExtractSummary, file: FileSummary, record: ExtractRecord): void {
  for (const counts of [summary, file]) {
    counts.sentences++;
    counts.words += record.sentence.length;
    counts.entities += record.entities.length;
    if (record.entities.length > 0) counts.sentencesWithEntities++;
  }
  for (const counts of summary.types) {
    let here = 0;
    for (const { type, index, text, score } of record.entities) {
      if (type !== counts.type) continue;
      here++;
      counts.scoreSum += score;
      if (index[index.length - 1]! - index[0]! >= index.length) counts.discontinuous++;
      if (counts.examples.length < exampleCount) addExample(counts.examples, text);
    }
    counts.entities += here;
    if (here > 0) counts.sentences++;
  }
}

function addExample(examples: string[], text: string): void {
  const key = text.toLowerCase();
  if (!examples.some((example) => example.toLowerCase() === key)) examples.push(text);
}

/** Adds what a reader left out of a document. */
export function countSkipped(summary: ExtractSummary, document: Document): void {
  for (const [kind, count] of Object.entries(document.skipped)) {
    summary.skipped[kind] = (summary.skipped[kind] ?? 0) + count;
  }
}

/**
 * Describes why a file failed.
 * @param sentences how many of its sentences were read before
 */
export function describeFailure(path: string, error: unknown, sentences = 0): FileFailure {
  const partly = sentences === 0 ? '' : ` (sentences in the results before that: ${sentences})`;
  if (error instanceof UserError) {
    const { code, message, hint } = error;
    return { path, code, message: message + partly, ...(hint === undefined ? {} : { hint }) };
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  const message = `${path}: ${errorMessage(error)}${partly}`;
  if (typeof code === 'string' && typeof syscall === 'string') return { path, code, message };
  return { path, code: 'E_BUG', message, bug: error };
}

/** The parts of a document that could not be read, when the rest could. */
export function describeProblems(path: string, { problems = [] }: Document): FileFailure[] {
  return problems.map((problem) => ({ path, code: 'E_INPUT_PART', message: `${path}: ${problem}` }));
}
