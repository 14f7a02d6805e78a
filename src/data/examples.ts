/** Annotated sentences from files in the training format, checked row by row: every problem is found, none is repaired silently. */
import { formatError, UserError } from '../base/errors.ts';
import { cut } from '../base/quote.ts';
import type { AnnotatedFormat } from './formats/names.ts';
import { type AnnotatedData, readAnyData, toSentences } from './formats/read-annotated.ts';
import { type FormatProblem, type Ignored, isBroken, isLost, problemKinds } from './formats/types.ts';
import { isReserved, LINK, typeKey } from './labels.ts';
import { kindOf, type RawRecord } from './records.ts';
import { sameWords } from './relation-grid.ts';
import type { EntityMention, Example, LabelChance } from './types.ts';

/** One thing wrong with a data file. */
export interface DataProblem {
  readonly file: string;
  /** Index of the record, from 0; -1 where a mention of another format did not come through as it was. */
  readonly record: number;
  /** The file, which record by its number from 1, and the field: `w2ner_train.json record 18 .ner[2]`. */
  readonly where: string;
  /** For example `word index 31 is outside the sentence (24 words)`. */
  readonly reason: string;
  /**
   * A record with an error is left out; one with a warning is kept, cleaned as the reason says. Of another format a mention
   * that is itself wrong is an error, though the rest of its text is kept; one that only does not fit is a warning.
   */
  readonly severity: 'error' | 'warning';
}

/** Settings of {@link checkExamples}. */
export interface ExampleOptions {
  /** Whether a record must have `ner`; default true. Without it a record may be a bare sentence. */
  readonly nerRequired?: boolean;
  /** The only types allowed, in any case; an entity of another type is an error. Default: any. */
  readonly knownTypes?: Iterable<string>;
  /** Whether further keys of records are kept as `extra`; default false. */
  readonly extra?: boolean;
}

/** What {@link checkExamples} found. */
export interface CheckedExamples {
  readonly file: string;
  readonly format: 'json' | 'jsonl' | AnnotatedFormat;
  /** Records in the file, good and bad. */
  readonly records: number;
  /** The records without an error, in file order. */
  readonly examples: Example[];
  readonly problems: DataProblem[];
  /** What the file holds besides texts and mentions, and is not read: relations, notes, texts without annotations. */
  readonly ignored: Ignored;
}

/** Bad rows of one or more data files; `problems` lists them all, the message too. */
export class DataError extends UserError {
  readonly problems: readonly DataProblem[];

  constructor(problems: readonly DataProblem[]) {
    const files = new Set(problems.map(({ file }) => file));
    const rows = problems.length === 1 ? '1 bad row' : `${problems.length} bad rows`;
    super({
      code: 'E_DATA',
      message: `${rows} in ${[...files].join(', ')}\n${problems.map(formatProblem).join('\n')}`,
    });
    this.name = 'DataError';
    this.problems = problems;
  }
}

/** `file record N .field: reason`. */
export function formatProblem({ where, reason }: DataProblem): string {
  return `${where}: ${reason}`;
}

/** Whether a record is left out by it. Nothing is computed then; a broken mention of another format is only told. */
export const isBadRecord = ({ severity, record }: DataProblem): boolean =>
  severity === 'error' && record >= 0;

/**
 * Reads a JSON array or JSON lines of `{"sentence": [words], "ner": [{"type", "index"}]}`; other keys are allowed.
 * Also reads a BRAT folder, CoNLL files, JSON lines with BIO tags and exports of Label Studio, known by the path and the
 * first records; what of them does not come through as it was is a problem too.
 * @throws UserError `E_READ`, `E_DATA_EMPTY`, `E_DATA_ENCODING`, `E_DATA_JSON`, `E_DATA_FORMAT` when there are no records to check
 */
export function checkExamples(path: string, options: ExampleOptions = {}): CheckedExamples {
  const data = readAnyData(path);
  return checkRecords(path, 'mentions' in data ? recordsOf(data, path) : data, options);
}

/** Records of the training format, and what reading them has to tell where they were made of another one. */
interface ReadRecords {
  readonly format: CheckedExamples['format'];
  readonly records: readonly RawRecord[];
  readonly problems?: readonly DataProblem[];
  readonly ignored?: Ignored;
}

/** Checks records that were read before. @param path names the file in problems @throws as {@link checkExamples} */
export function checkRecords(
  path: string,
  { format, records, problems: met = [], ignored = {} }: ReadRecords,
  options: ExampleOptions = {},
): CheckedExamples {
  const problems = [...met];
  const known = options.knownTypes === undefined ? undefined : [...options.knownTypes];
  const rules: Rules = {
    nerRequired: options.nerRequired ?? true,
    known,
    knownKeys: known === undefined ? undefined : new Set(known.map(typeKey)),
    extra: options.extra ?? false,
  };
  // What was made of other formats are not the records of the file: broken ones are no longer among them.
  const noun = format === 'json' || format === 'jsonl' ? 'record' : 'sentence';
  const examples: Example[] = [];
  records.forEach((record, index) => {
    let sound = true;
    const report: Report = (field, reason, severity = 'error') => {
      if (severity === 'error') sound = false;
      const where = `${path} ${noun} ${index + 1}${field === '' ? '' : ` ${field}`}`;
      problems.push({ file: path, record: index, where, reason, severity });
    };
    const example = 'broken' in record ? report('', record.broken) : checkRecord(record.value, rules, report);
    if (sound && example) examples.push(example);
  });
  if (records.length === 0) {
    const message = 'there are no records in the file';
    const hint = problems[0] === undefined ? {} : { hint: formatProblem(problems[0]) };
    throw new UserError({ code: 'E_DATA_EMPTY', where: path, message, ...hint });
  }
  return { file: path, format, records: records.length, examples, problems, ignored };
}

/** Data of another format as records of the training format, to be checked as those are. */
function recordsOf(data: AnnotatedData, path: string): ReadRecords {
  const { documents, problems } = toSentences(data);
  const records = documents.flatMap(({ name, sentences }) =>
    sentences.map(({ words, entities }): RawRecord => {
      const ner = entities.map((entity) => ({ type: entity.type, index: entity.words }));
      return { value: { sentence: words, ner, document: name } };
    }),
  );
  const { format, ignored } = data;
  return { format, records, problems: problems.map((problem) => dataProblemOf(problem, path)), ignored };
}

function dataProblemOf(problem: FormatProblem, path: string): DataProblem {
  const { document, id, kind, charStart, charEnd, detail } = problem;
  const place = charStart === undefined ? '' : ` [${charStart}, ${charEnd})`;
  const name = document === path || document === '' ? '' : ` ${document}`;
  const what = isLost(problem) ? 'left out' : 'changed';
  const reason = `${what}: ${problemKinds[kind].meaning} (${detail})`;
  const severity = isBroken(problem) ? 'error' : 'warning';
  return { file: path, record: -1, where: `${path}${name} ${id}${place}`, reason, severity };
}

/**
 * The examples of a file without a bad row; otherwise an error that lists every one.
 * @param onWarning is given what was cleaned (entities annotated twice) and mentions of other formats that did not come through
 * @throws DataError `E_DATA`; UserError as {@link checkExamples}
 */
export function readExamples(
  path: string,
  options: ExampleOptions & { readonly onWarning?: (problem: DataProblem) => void } = {},
): Example[] {
  const { examples, problems } = checkExamples(path, options);
  const errors = problems.filter(isBadRecord);
  if (errors.length > 0) throw new DataError(errors);
  for (const problem of problems) options.onWarning?.(problem);
  return examples;
}

/** A line that tells how many annotations of a file did not come through as they are; `undefined` when all did. */
export function changedNote({
  file,
  problems,
}: Pick<CheckedExamples, 'file' | 'problems'>): string | undefined {
  const count = problems.filter((problem) => !isBadRecord(problem)).length;
  if (count === 0) return undefined;
  const what = count === 1 ? '1 annotation was' : `${count} annotations were`;
  return `${file}: ${what} changed or left out in reading; "w2ner validate" lists them`;
}

/**
 * Reads several files and fails once, with the bad rows and unreadable files of all of them.
 * @throws DataError `E_DATA`; UserError `E_DATA` when files could not be read at all
 */
export function readExampleFiles(paths: readonly string[], options: ExampleOptions = {}): CheckedExamples[] {
  const files: CheckedExamples[] = [];
  const unreadable: UserError[] = [];
  for (const path of paths) {
    try {
      files.push(checkExamples(path, options));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable.push(error);
    }
  }
  const errors = files.flatMap(({ problems }) => problems.filter(isBadRecord));
  if (unreadable.length === 1 && errors.length === 0) throw unreadable[0]!;
  if (unreadable.length > 0) {
    const lines = [...unreadable.map(formatError), ...errors.map(formatProblem)];
    throw new UserError({
      code: 'E_DATA',
      message: `${lines.length} problems with the data\n${lines.join('\n')}`,
    });
  }
  if (errors.length > 0) throw new DataError(errors);
  return files;
}

interface Rules {
  readonly nerRequired: boolean;
  readonly known: readonly string[] | undefined;
  readonly knownKeys: ReadonlySet<string> | undefined;
  readonly extra: boolean;
}

type Report = (field: string, reason: string, severity?: 'error' | 'warning') => void;

function checkRecord(value: unknown, rules: Rules, report: Report): Example | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return void report('', `a record must be an object, got ${kindOf(value)}`);
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const { sentence } = fields;
  const ner = fields[entitiesKey(fields)];
  const words = checkSentence(sentence, report);
  const { document = null } = fields;
  if (document !== null && typeof document !== 'string') {
    report('.document', `must be a string, got ${kindOf(document)}: left out`, 'warning');
  }
  const rest = { ...documentOf(fields), ...(rules.extra ? extraOf(fields) : {}) };
  if (ner === undefined || ner === null) {
    if (rules.nerRequired) report('.ner', `the entities are missing, expected an array, got ${kindOf(ner)}`);
    return words && { words, entities: [], ...rest };
  }
  if (!Array.isArray(ner)) return void report('.ner', `must be an array, got ${kindOf(ner)}`);
  const entities: EntityMention[] = [];
  ner.forEach((item: unknown, i) => {
    const entity = checkEntity(item, words?.length, rules, (field, reason) =>
      report(`.ner[${i}]${field}`, reason),
    );
    if (entity === undefined) return;
    const key = typeKey(entity.type);
    const same = entities.some(
      (other) => typeKey(other.type) === key && sameWords(other.words, entity.words),
    );
    if (same) {
      report(
        `.ner[${i}]`,
        `${entity.type} [${entity.words.join(', ')}] is annotated twice, kept once`,
        'warning',
      );
    } else {
      entities.push(entity);
    }
  });
  const chances =
    fields.cells === undefined ? {} : { chances: checkChances(fields.cells, words, rules, report) };
  return words && { words, entities, ...chances, ...rest };
}

/** More than rounding to three places can add to the probabilities of a pair. */
const ROUNDING = 0.05;

/** The record's `cells`: `[row, column, label, probability]` each, no label of a pair twice, those of a pair 1 at most. */
function checkChances(
  cells: unknown,
  words: readonly string[] | undefined,
  { knownKeys }: Rules,
  report: Report,
): LabelChance[] {
  if (!Array.isArray(cells)) {
    report('.cells', `must be an array, got ${kindOf(cells)}`);
    return [];
  }
  const length = words?.length ?? Number.POSITIVE_INFINITY;
  const seen = new Set<string>();
  const sums = new Map<string, number>();
  const problemOf = (cell: unknown): string | undefined => {
    if (!isChance(cell, length, knownKeys)) {
      const shape = '[row, column, label, probability] of words and types of this sentence';
      return `expected ${shape}, got ${cut(JSON.stringify(cell))}`;
    }
    const [row, column, label, probability] = cell;
    const pair = `${row}, ${column}`;
    const key = `${pair}, ${typeKey(label)}`;
    if (seen.has(key)) return `label "${label}" of words ${pair} is given twice`;
    seen.add(key);
    const sum = (sums.get(pair) ?? 0) + probability;
    sums.set(pair, sum);
    if (sum <= 1 + ROUNDING) return undefined;
    return `probabilities of words ${pair} sum to ${sum.toFixed(3)}, expected at most 1`;
  };
  cells.forEach((cell: unknown, i) => {
    const reason = problemOf(cell);
    if (reason !== undefined) report(`.cells[${i}]`, reason);
  });
  return cells as LabelChance[];
}

function isChance(
  cell: unknown,
  length: number,
  knownKeys: ReadonlySet<string> | undefined,
): cell is LabelChance {
  if (!Array.isArray(cell) || cell.length !== 4) return false;
  const [row, column, label, probability] = cell as readonly unknown[];
  const isWord = (value: unknown): boolean =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < length;
  if (!isWord(row) || !isWord(column) || typeof label !== 'string') return false;
  const isType = label.trim() !== '' && !isReserved(label);
  if (label !== LINK && !(isType && (knownKeys === undefined || knownKeys.has(typeKey(label))))) return false;
  return typeof probability === 'number' && probability >= 0 && probability <= 1;
}

/** What a record holds under keys that were not read. */
function extraOf(fields: Readonly<Record<string, unknown>>): Pick<Example, 'extra'> {
  const read = new Set(['sentence', 'cells', 'document', entitiesKey(fields), documentKey(fields)]);
  const extra = Object.entries(fields).filter(([key]) => !read.has(key));
  return extra.length === 0 ? {} : { extra: Object.fromEntries(extra) };
}

/** Results of `extract` say "entities" for what data to learn from calls "ner". */
const entitiesKey = ({ ner }: Readonly<Record<string, unknown>>): 'ner' | 'entities' =>
  ner === undefined || ner === null ? 'entities' : 'ner';

/** Where a record names its document: `document`, or `source_file` as results have it. */
const documentKey = (fields: Readonly<Record<string, unknown>>): 'document' | 'source_file' | undefined =>
  (['document', 'source_file'] as const).find((key) => typeof fields[key] === 'string' && fields[key] !== '');

function documentOf(fields: Readonly<Record<string, unknown>>): { document?: string } {
  const key = documentKey(fields);
  return key === undefined ? {} : { document: fields[key] as string };
}

function checkSentence(sentence: unknown, report: Report): string[] | undefined {
  if (!Array.isArray(sentence)) {
    return void report('.sentence', `must be an array of words, got ${kindOf(sentence)}`);
  }
  if (sentence.length === 0) return void report('.sentence', 'the sentence is empty');
  sentence.forEach((word: unknown, i) => {
    if (typeof word !== 'string') report(`.sentence[${i}]`, `a word must be a string, got ${kindOf(word)}`);
    else if (word.trim() === '') report(`.sentence[${i}]`, 'the word is empty');
  });
  return sentence as string[];
}

function checkEntity(
  item: unknown,
  length: number | undefined,
  rules: Rules,
  report: Report,
): EntityMention | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return void report('', `an entity must be an object, got ${kindOf(item)}`);
  }
  const { type, index } = item as { type?: unknown; index?: unknown };
  if (typeof type !== 'string') report('.type', `must be a string, got ${kindOf(type)}`);
  else if (type.trim() === '') report('.type', 'the type is empty');
  else if (rules.knownKeys !== undefined && !rules.knownKeys.has(typeKey(type))) {
    report('.type', `type "${type}" is unknown, expected one of ${rules.known!.join(', ')}`);
  }
  if (!Array.isArray(index))
    return void report('.index', `must be an array of word indices, got ${kindOf(index)}`);
  if (index.length === 0) return void report('.index', 'the entity has no words');
  const reasons = new Set<string>();
  index.forEach((word: unknown, i) => {
    const reason = indexProblem(word, index[i - 1], length);
    if (reason !== undefined) reasons.add(reason);
  });
  for (const reason of reasons) report('', reason);
  return typeof type === 'string' ? { type, words: index as number[] } : undefined;
}

/** What is wrong with one word index, given the one before it. */
function indexProblem(word: unknown, before: unknown, length: number | undefined): string | undefined {
  if (typeof word !== 'number' || !Number.isInteger(word)) {
    return `word index ${cut(JSON.stringify(word))} is not a whole number`;
  }
  if (word < 0) return `word index ${word} is negative`;
  if (length !== undefined && word >= length) {
    return `word index ${word} is outside the sentence (${length} words)`;
  }
  if (typeof before !== 'number') return undefined;
  if (word === before) return `word index ${word} is repeated`;
  if (word < before) return `word indices are not in ascending order (${word} after ${before})`;
  return undefined;
}
