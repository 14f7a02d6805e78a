/** Annotated data from one format into another, with an account of every mention. */
import { basename, extname } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { cut } from '../../base/quote.ts';
import { checkRecords, DataError, isBadRecord } from '../examples.ts';
import type { RecordFile } from '../records.ts';
import type { Example } from '../types.ts';
import { layOut, nameDocuments } from './lay-out.ts';
import type { DataFormat, InputFormat } from './names.ts';
import { type AnnotatedData, readAnyData, toSentences } from './read-annotated.ts';
import { countIgnored, type FormatProblem, type Ignored, isLost, type WordsDocument } from './types.ts';
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
  const data = readAnyData(path, from);
  return 'mentions' in data ? data : readTraining(path, data);
}

function readTraining(path: string, file: RecordFile): Data {
  const { examples, problems } = checkRecords(path, file, { extra: true });
  const errors = problems.filter(isBadRecord);
  if (errors.length > 0) throw new DataError(errors);
  const repeated = problems.map(({ where, reason }): FormatProblem => {
    return { document: path, id: where.slice(path.length + 1), kind: 'repeated', detail: reason };
  });
  const entities = examples.reduce((sum, example) => sum + example.entities.length, 0);
  return {
    format: 'json',
    words: groupDocuments(examples),
    mentions: entities + repeated.length,
    sound: examples.length,
    problems: repeated,
    ignored: entityKeys(file),
  };
}

/** What entities hold besides their type and words, such as scores, with its number. */
function entityKeys({ records }: RecordFile): Ignored {
  const ignored: Ignored = {};
  for (const record of records) {
    const { ner, entities } = ('value' in record ? record.value : {}) as Readonly<Record<string, unknown>>;
    for (const entity of (ner ?? entities ?? []) as readonly object[]) {
      for (const key of Object.keys(entity)) {
        if (key !== 'type' && key !== 'index') countIgnored(ignored, `"${cut(key)}" of an entity`);
      }
    }
  }
  return ignored;
}

/** What records hold that only the training format has a place for, with its number. */
function recordKeys(documents: readonly WordsDocument[]): Ignored {
  const ignored: Ignored = {};
  for (const { chances, extra = {} } of documents.flatMap(({ sentences }) => sentences)) {
    if (chances !== undefined) countIgnored(ignored, '"cells" of a record');
    for (const key of Object.keys(extra)) countIgnored(ignored, `"${cut(key)}" of a record`);
  }
  return ignored;
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
 * @throws as {@link readData}; UserError `E_DATA_EMPTY` when there is nothing in it, `E_DATA_FORMAT` when nothing is understood
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
  if (data.sound === 0 && data.problems.length > 0) throw notUnderstood(path, data, from);
  const stem = basename(path, extname(path)) || 'data';
  const writer = dataWriters[to];
  const problems: FormatProblem[] = [];
  const keepsKeys = to === 'json' || to === 'jsonl';
  const ignored = keepsKeys ? data.ignored : { ...data.ignored, ...recordKeys(data.words ?? []) };
  const counts = { from: data.format, to, mentions: data.mentions, ignored };
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
  // Sentences of the training format are its records, numbered as `validate` does.
  const noun = data.format === 'json' ? 'record' : 'sentence';
  return finish(writer.write(documents, problems, noun), { documents: documents.length, joined, sentences });
}

/** Data of another format than it was taken for: without this, its conversion would be words without entities. */
function notUnderstood(path: string, { format, problems }: Data, from: InputFormat | undefined): UserError {
  const { id, detail } = problems[0]!;
  return new UserError({
    code: 'E_DATA_FORMAT',
    where: path,
    message: `nothing in it is as ${format} has it, for example ${id}: ${detail}`,
    hint:
      from === undefined
        ? 'is it another format? --from names it'
        : 'name another format with --from, or leave it out: then the format is found out',
  });
}
