/** JSON lines with words and a BIO tag for each: `{"tokens": […], "ner_tags": […]}`, as RuMedNER and many data sets have it. */

import { quote } from '../../base/quote.ts';
import type { RawRecord } from '../records.ts';
import type { Example } from '../types.ts';
import { chooseFlat, tagsOfEntities } from './bio.ts';
import { readTagged, type TaggedData, type TaggedLine } from './conll.ts';
import type { FormatProblem } from './types.ts';

const wordKeys = ['tokens', 'words'] as const;
const tagKeys = ['ner_tags', 'tags', 'labels', 'ner'] as const;

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const stringsAt = (record: Fields, keys: readonly string[]): readonly string[] | undefined => {
  const list = keys.map((key) => record[key]).find((value) => Array.isArray(value));
  return (list as unknown[] | undefined)?.every((item) => typeof item === 'string')
    ? (list as string[])
    : undefined;
};

/** Whether a record is a sentence of words with tags. */
export const isBioRecord = (record: unknown): boolean =>
  isRecord(record) &&
  wordKeys.some((key) => Array.isArray(record[key])) &&
  tagKeys.some((key) => Array.isArray(record[key])) &&
  !('sentence' in record);

/** The document that a record names: its own key, or the sentence's number cut off its `idx` (`12.tsv_3` → `12.tsv`). */
function documentOf({ document, idx }: Fields): string | undefined {
  if (typeof document === 'string') return document;
  return typeof idx === 'string' ? (/^(.+)[_-]\d+$/u.exec(idx)?.[1] ?? idx) : undefined;
}

/** Reads records; one that is no JSON or has no words, or whose tags are no strings or of another number, is listed. */
export function parseBioRecords(records: readonly RawRecord[], file: string): TaggedData {
  const lines: TaggedLine[] = [];
  const broken: FormatProblem[] = [];
  records.forEach((raw, i) => {
    const id = `record ${i + 1}`;
    if ('broken' in raw) {
      broken.push({ document: file, id, kind: 'malformed', detail: raw.broken });
      return;
    }
    const record = raw.value;
    const words = isRecord(record) ? stringsAt(record, wordKeys) : undefined;
    const tags = isRecord(record) ? stringsAt(record, tagKeys) : undefined;
    if (words === undefined || tags === undefined || words.length !== tags.length) {
      const detail =
        words === undefined
          ? '"tokens" is no list of words'
          : tags === undefined
            ? '"ner_tags" is no list of tags such as "B-DRUG" (numbers have no names here)'
            : `${words.length} words have ${tags.length} tags`;
      broken.push({ document: file, id, kind: 'malformed', detail });
    } else if (words.length > 0) lines.push({ words, tags, id, document: documentOf(record as Fields) });
  });
  const data = readTagged(lines, file);
  return { ...data, mentions: data.mentions + broken.length, problems: [...broken, ...data.problems] };
}

/**
 * One sentence as a line.
 * @param number that of the sentence in its document, from 0
 * @param id names the sentence in problems
 * @param problems is given the entities that do not fit
 */
export function bioRecordLine(
  { words, entities }: Example,
  document: string | undefined,
  number: number,
  id: string,
  problems: FormatProblem[],
): string {
  const { kept, discontinuous, overlapping } = chooseFlat(entities);
  const report = (
    kind: FormatProblem['kind'],
    { type, words: own }: Example['entities'][number],
    why: string,
  ): void => {
    const text = quote(own.map((word) => words[word]).join(' '));
    problems.push({
      document: document ?? '',
      id,
      kind,
      type,
      detail: `${text} ${why}`,
    });
  };
  for (const entity of discontinuous) report('discontinuous', entity, 'has gaps');
  for (const { entity, other } of overlapping)
    report('overlapping', entity, `shares words with a ${other.type}`);
  const idx = document === undefined ? {} : { idx: `${document}_${number}` };
  return `${JSON.stringify({ ...idx, tokens: words, ner_tags: tagsOfEntities(words.length, kept) })}\n`;
}
