/** Result records: a sentence of a document with its entities, words and character places. */
import type { ScoredEntity } from '../data/types.ts';
import type { CharSpan, Document, Sentence, Word } from '../document/types.ts';
import { serviceMarkWords } from '../text/service-marks.ts';

/** An entity as the results hold it. */
export interface RecordEntity {
  readonly type: string;
  /** Ascending word indices in `sentence`; with gaps when the entity is discontinuous. */
  readonly index: readonly number[];
  /** Its words, joined by spaces. */
  readonly text: string;
  /** Half-open character ranges in the file; their slices hold the entity's words and nothing else but white space. */
  readonly spans: readonly (readonly [number, number])[];
  /** Confidence in [0, 1], four decimals. */
  readonly score: number;
}

/** One sentence of the results. */
export interface ExtractRecord {
  /** File name without folders. */
  readonly source_file: string;
  /** The path as given, when two of the files have the same name. */
  readonly path?: string;
  /** Half-open character range of the sentence in the file (UTF-16 code units of the decoded text). */
  readonly start: number;
  readonly end: number;
  /** Page that the sentence begins on, from 1, where the format has pages. */
  readonly page?: number;
  /** Text of the nearest heading at or before the sentence. */
  readonly section?: string;
  /** The words, joined by spaces. */
  readonly sentence_text: string;
  /** The sentence as it stands in the file, markup included. */
  readonly orig_sentence: string;
  readonly sentence: readonly string[];
  readonly entities: readonly RecordEntity[];
}

/**
 * Character ranges of some words: neighbouring words share a range, which is split wherever the source
 * holds anything but white space between them (markup, an end-of-line hyphen).
 * @param index ascending word indices
 */
export function entitySpans(
  source: string,
  words: readonly Word[],
  index: readonly number[],
): [number, number][] {
  const spans: [number, number][] = [];
  let previous = -2;
  for (const wordIndex of index) {
    const word = words[wordIndex]!;
    word.spans.forEach((span, part) => {
      const open = spans[spans.length - 1];
      const mayJoin = part > 0 || wordIndex === previous + 1;
      if (open !== undefined && mayJoin && joins(source, open[1], span, part > 0)) open[1] = span.charEnd;
      else spans.push([span.charStart, span.charEnd]);
    });
    previous = wordIndex;
  }
  return spans;
}

/** Inside a word only touching ranges join: white space there would be a hard wrap that was taken out. */
function joins(source: string, end: number, next: CharSpan, insideWord: boolean): boolean {
  if (next.charStart === end) return true;
  if (insideWord || next.charStart < end) return false;
  return source.slice(end, next.charStart).trim() === '';
}

/** The words at the given indices, joined by spaces. */
export function entityText(words: readonly string[], index: readonly number[]): string {
  return index.map((wordIndex) => words[wordIndex]).join(' ');
}

/** A confidence as the results hold it: four decimals. */
export function roundScore(score: number): number {
  return Math.round(score * 1e4) / 1e4;
}

/**
 * Entities without the service marks of drugs («**», «#»), which are words of the sentence but no part of any name. An
 * entity of marks alone goes, as does one that then repeats another; the more certain one stays.
 */
export function withoutMarks(
  words: readonly Word[],
  entities: readonly ScoredEntity[],
): readonly ScoredEntity[] {
  const marks = serviceMarkWords(words);
  if (marks.size === 0 || !entities.some((entity) => entity.words.some((k) => marks.has(k)))) return entities;
  const best = new Map<string, ScoredEntity>();
  for (const entity of entities) {
    const kept = entity.words.filter((k) => !marks.has(k));
    if (kept.length === 0) continue;
    const key = `${entity.type} ${kept}`;
    if (entity.score > (best.get(key)?.score ?? -1)) best.set(key, { ...entity, words: kept });
  }
  return [...best.values()];
}

/**
 * Builds the record of one sentence.
 * @param path given when the file's name alone would be ambiguous
 */
export function buildRecord(
  document: Document,
  sentence: Sentence,
  entities: readonly ScoredEntity[],
  path?: string,
): ExtractRecord {
  const words = sentence.words.map((word) => word.text);
  return {
    source_file: document.name,
    ...(path === undefined ? {} : { path }),
    start: sentence.charStart,
    end: sentence.charEnd,
    ...(sentence.page === undefined ? {} : { page: sentence.page }),
    ...(sentence.section === undefined ? {} : { section: sentence.section }),
    sentence_text: words.join(' '),
    orig_sentence: document.source.slice(sentence.charStart, sentence.charEnd),
    sentence: words,
    entities: withoutMarks(sentence.words, entities).map((entity) => ({
      type: entity.type,
      index: entity.words,
      text: entityText(words, entity.words),
      spans: entitySpans(document.source, sentence.words, entity.words),
      score: roundScore(entity.score),
    })),
  };
}
