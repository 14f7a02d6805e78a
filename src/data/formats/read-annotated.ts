/** Data of any format, known by its path and its first records. */
import { extname } from 'node:path';
import { type RawRecord, type RecordFile, readDataText, readRecords } from '../records.ts';
import { alignDocument } from './align.ts';
import { isBioRecord, parseBioRecords } from './bio-records.ts';
import { parseConll } from './conll.ts';
import { isMinimalTask, isTask, parseLabelStudio } from './label-studio.ts';
import type { AnnotatedFormat, InputFormat } from './names.ts';
import { isBratFolder, readBratFolder } from './read-brat.ts';
import type { FormatProblem, Ignored, TextDocument, WordsDocument } from './types.ts';

/** What a file or folder holds: texts with mentions, or sentences of words. */
export interface AnnotatedData {
  readonly format: AnnotatedFormat;
  readonly texts?: readonly TextDocument[];
  readonly words?: readonly WordsDocument[];
  /** Mentions in the file, sound or not. */
  readonly mentions: number;
  /** Annotations, tags and tasks that are as the format has them, also those that are no mentions. */
  readonly sound: number;
  readonly problems: readonly FormatProblem[];
  readonly ignored: Ignored;
}

const conllExtensions = new Set(['.conll', '.bio', '.iob', '.tsv', '.bioes']);

/** The format that a path alone tells; JSON files have to be looked into. */
export function formatOfData(path: string): 'brat' | 'conll' | undefined {
  if (conllExtensions.has(extname(path).toLowerCase())) return 'conll';
  return isBratFolder(path) ? 'brat' : undefined;
}

/** The format of JSON records by the first that tells; `undefined` for the training format. */
export function formatOfRecords(records: readonly RawRecord[]): 'bio-jsonl' | 'label-studio' | undefined {
  for (const record of records.slice(0, 100)) {
    if (!('value' in record)) continue;
    if (isBioRecord(record.value)) return 'bio-jsonl';
    if (isTask(record.value) || isMinimalTask(record.value)) return 'label-studio';
  }
  return undefined;
}

/**
 * Reads data of any format; of the training format the records are given as they stand.
 * @param from the format, when the path and the first records do not tell
 * @throws UserError `E_READ`, `E_DATA_EMPTY`, `E_DATA_ENCODING`, `E_DATA_JSON`, `E_DATA_FORMAT`
 */
export function readAnyData(path: string, from?: InputFormat): AnnotatedData | RecordFile {
  const format = from ?? formatOfData(path);
  if (format === 'brat') {
    const { documents, ...rest } = readBratFolder(path);
    return { format, texts: documents, ...rest };
  }
  if (format === 'conll') {
    const { documents, ...rest } = parseConll(readDataText(path), path);
    return { format, words: documents, ignored: {}, ...rest };
  }
  const file = readRecords(path);
  const found = format ?? formatOfRecords(file.records) ?? 'json';
  return found === 'json' ? file : readRecordData(found, path, file.records);
}

/** Reads records of one of the JSON formats. @param path names the file in problems */
function readRecordData(
  format: 'bio-jsonl' | 'label-studio',
  path: string,
  records: readonly RawRecord[],
): AnnotatedData {
  if (format === 'label-studio') {
    const { documents, ...rest } = parseLabelStudio(records, path);
    return { format, texts: documents, sound: documents.length, ...rest };
  }
  const { documents, ...rest } = parseBioRecords(records, path);
  return { format, words: documents, ignored: {}, ...rest };
}

/** Data as sentences of words, whatever it was read from. */
export interface SentenceData {
  readonly documents: readonly WordsDocument[];
  /** Those of reading, and of making words of texts. */
  readonly problems: readonly FormatProblem[];
  /** Mentions saved by joining sentences. */
  readonly joined: number;
}

/** Makes sentences of data: texts are split into words, mentions become entities. */
export function toSentences(data: AnnotatedData): SentenceData {
  if (data.words !== undefined) return { documents: data.words, problems: data.problems, joined: 0 };
  const problems = [...data.problems];
  let joined = 0;
  const documents = (data.texts ?? []).map((text) => {
    const aligned = alignDocument(text, problems);
    joined += aligned.joined;
    return { name: aligned.name, sentences: aligned.sentences };
  });
  return { documents, problems, joined };
}
