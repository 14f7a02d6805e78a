/** Annotated data of formats other than the training format, known by their path and their first records. */
import { extname } from 'node:path';
import { alignDocument } from './align.ts';
import { isBioRecord, parseBioRecords } from './bio-records.ts';
import { parseConll } from './conll.ts';
import { isMinimalTask, isTask, parseLabelStudio } from './label-studio.ts';
import type { AnnotatedFormat } from './names.ts';
import { isBratFolder, readBratFolder } from './read-brat.ts';
import type { FormatProblem, Ignored, TextDocument, WordsDocument } from './types.ts';

/** What a file or folder holds: texts with mentions, or sentences of words. */
export interface AnnotatedData {
  readonly format: AnnotatedFormat;
  readonly texts?: readonly TextDocument[];
  readonly words?: readonly WordsDocument[];
  /** Mentions in the file, sound or not. */
  readonly mentions: number;
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
export function formatOfRecords(records: readonly unknown[]): 'bio-jsonl' | 'label-studio' | undefined {
  for (const record of records.slice(0, 100)) {
    if (isBioRecord(record)) return 'bio-jsonl';
    if (isTask(record) || isMinimalTask(record)) return 'label-studio';
  }
  return undefined;
}

/** Reads a BRAT folder. @throws UserError `E_READ` */
export function readBratData(path: string): AnnotatedData {
  const { documents, ...rest } = readBratFolder(path);
  return { format: 'brat', texts: documents, ...rest };
}

/** Reads the text of a CoNLL file. @param path names it in problems */
export function readConllData(path: string, text: string): AnnotatedData {
  const { documents, ...rest } = parseConll(text, path);
  return { format: 'conll', words: documents, ignored: {}, ...rest };
}

/** Reads records of one of the JSON formats. @param path names the file in problems */
export function readRecordData(
  format: 'bio-jsonl' | 'label-studio',
  path: string,
  records: readonly unknown[],
): AnnotatedData {
  if (format === 'label-studio') {
    const { documents, ...rest } = parseLabelStudio(records, path);
    return { format, texts: documents, ...rest };
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
