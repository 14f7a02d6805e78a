/** Annotated data from one format into another, with an account of every mention. */
import { basename, extname } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { checkExamples, DataError } from '../examples.ts';
import { readDataText, readRecords } from '../records.ts';
import type { Example } from '../types.ts';
import { layOut, nameDocuments } from './lay-out.ts';
import type { DataFormat, InputFormat } from './names.ts';
import {
  type AnnotatedData,
  formatOfData,
  formatOfRecords,
  readBratData,
  readConllData,
  readRecordData,
  toSentences,
} from './read-annotated.ts';
import { type FormatProblem, type Ignored, isLost, type WordsDocument } from './types.ts';
import { type DataFile, dataWriters } from './write-data.ts';

/** What became of the data. */
export interface Conversion {
  readonly from: InputFormat;
  readonly to: DataFormat;
  readonly files: readonly DataFile[];
  readonly documents: number;
  /** Sentences written; absent where the target holds texts as they were. */
  readonly sentences?: number;
  /** Mentions in the input, sound or not: those written and those that problems say are lost. */
  readonly mentions: number;
  readonly written: number;
  /** Mentions that were kept by joining sentences. */
  readonly joined: number;
  readonly problems: readonly FormatProblem[];
  readonly ignored: Ignored;
}

/** Data in memory, not yet in the target's form. */
type Data = Omit<AnnotatedData, 'format'> & { readonly format: InputFormat };

/**
 * Reads data of any format.
 * @param from the format, when the path and the first records do not tell
 * @throws DataError for bad rows of the training format; UserError `E_READ`, `E_DATA_*`
 */
export function readData(path: string, from?: InputFormat): Data {
  const format = from ?? formatOfData(path);
  if (format === 'brat') return readBratData(path);
  if (format === 'conll') return readConllData(path, readDataText(path));
  if (format === 'json') return readTraining(path);
  const values = readRecords(path).records.flatMap((record) => ('value' in record ? [record.value] : []));
  const found = format ?? formatOfRecords(values);
  return found === undefined ? readTraining(path) : readRecordData(found, path, values);
}

function readTraining(path: string): Data {
  const { examples, problems } = checkExamples(path);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new DataError(errors);
  const repeated = problems.map(
    ({ where, reason }): FormatProblem => ({ document: path, id: where, kind: 'repeated', detail: reason }),
  );
  const entities = examples.reduce((sum, example) => sum + example.entities.length, 0);
  return {
    format: 'json',
    words: groupDocuments(examples),
    mentions: entities + repeated.length,
    problems: repeated,
    ignored: {},
  };
}

/** Neighbours of one document together. */
function groupDocuments(examples: readonly Example[]): WordsDocument[] {
  const documents: { name: string | undefined; sentences: Example[] }[] = [];
  for (const { document: name, ...sentence } of examples) {
    const last = documents.at(-1);
    if (last !== undefined && last.name === name) last.sentences.push(sentence);
    else documents.push({ name, sentences: [sentence] });
  }
  return documents.map(({ name, sentences }) => (name === undefined ? { sentences } : { name, sentences }));
}

/**
 * Converts data to another format. Nothing is written to disk.
 * @throws as {@link readData}; UserError `E_DATA_EMPTY` when there is nothing in it
 */
export function convertData(path: string, to: DataFormat, from?: InputFormat): Conversion {
  const data = readData(path, from);
  if ((data.words ?? data.texts ?? []).length === 0) {
    const hint = data.problems[0] === undefined ? {} : { hint: data.problems[0].detail };
    throw new UserError({
      code: 'E_DATA_EMPTY',
      where: path,
      message: 'there is nothing to convert',
      ...hint,
    });
  }
  const stem = basename(path, extname(path)) || 'data';
  const writer = dataWriters[to];
  const problems: FormatProblem[] = [];
  const counts = { from: data.format, to, mentions: data.mentions, ignored: data.ignored };
  const finish = (
    files: readonly DataFile[],
    rest: Pick<Conversion, 'documents' | 'joined' | 'sentences'>,
  ) => {
    const written = data.mentions - problems.filter(isLost).length;
    return { ...counts, ...rest, files, problems, written };
  };
  if (writer.holds === 'texts') {
    problems.push(...data.problems);
    const texts =
      data.texts ?? nameDocuments(data.words!, stem).map((document) => layOut(document, problems));
    return finish(writer.write(texts), { documents: texts.length, joined: 0 });
  }
  const aligned = toSentences({ ...data, format: data.format === 'json' ? 'conll' : data.format });
  problems.push(...aligned.problems);
  const { documents, joined } = aligned;
  const sentences = documents.reduce((sum, document) => sum + document.sentences.length, 0);
  return finish(writer.write(documents, problems), { documents: documents.length, joined, sentences });
}
