/** Label Studio (https://labelstud.io): tasks with regions of a text, JSON and JSON-MIN; entities with gaps as related regions. */

import { cut, quote } from '../../base/quote.ts';
import type { CharSpan } from '../../document/types.ts';
import type { RawRecord } from '../records.ts';
import { isBioRecord } from './bio-records.ts';
import { typeColor } from './colors.ts';
import { chooseOffsets, codePointOffsets, type OffsetReader, sameText } from './offsets.ts';
import {
  countIgnored,
  type FormatProblem,
  type Ignored,
  type TextDocument,
  type TextMention,
} from './types.ts';

/** The relation between neighbouring parts of one entity; Label Studio itself knows no entity with gaps. */
const samePart = 'same entity';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Whether a record is a task of a JSON export. */
export const isTask = (record: unknown): boolean =>
  isFields(record) &&
  isFields(record.data) &&
  ['annotations', 'predictions', 'completions'].some((key) => key in record);

/** Whether a record is a sentence of words, of which no string beside them is the text. */
const isSentence = (record: Fields): boolean => Array.isArray(record.sentence) || isBioRecord(record);

/** Whether a record is a row of a JSON-MIN export: a text beside a list of regions. */
export const isMinimalTask = (record: unknown): boolean =>
  isFields(record) &&
  !('sentence' in record) &&
  textOf(record) !== undefined &&
  minimalRegions(record).length > 0;

/** What a file holds. */
export interface LabelStudioData {
  readonly documents: readonly TextDocument[];
  readonly mentions: number;
  readonly problems: readonly FormatProblem[];
  readonly ignored: Ignored;
}

/** The text of a task: `text`, else the longest string beside it. */
function textOf(data: Fields): string | undefined {
  if (typeof data.text === 'string') return data.text;
  const strings = Object.entries(data).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && !/^(?:created|updated)_at$|^annotator$/u.test(entry[0]),
  );
  return strings.map(([, value]) => value).sort((a, b) => b.length - a.length)[0];
}

/** A region in the form of a result, whatever export it came from. */
interface Region {
  readonly id: string;
  readonly labels: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly score: number | undefined;
}

/** Reads the records of an export, or of tasks with predictions as {@link labelStudioTask} makes them. */
export function parseLabelStudio(records: readonly RawRecord[], file: string): LabelStudioData {
  const problems: FormatProblem[] = [];
  const ignored: Ignored = {};
  let mentions = 0;
  const documents = records.flatMap((raw, i): TextDocument[] => {
    const id = `record ${i + 1}`;
    if ('broken' in raw) {
      mentions++;
      problems.push({ document: file, id, kind: 'malformed', detail: raw.broken });
      return [];
    }
    const task = isFields(raw.value) ? raw.value : {};
    const data = isFields(task.data) ? task.data : task;
    const text = isSentence(task) ? undefined : textOf(data);
    const name = nameOf(data, task, i);
    const results = isFields(task.data) ? resultsOf(task, ignored) : minimalRegions(task);
    if (text === undefined) {
      mentions += Math.max(1, results.length);
      const detail = 'the task has no text';
      for (let k = 0; k < Math.max(1, results.length); k++)
        problems.push({ document: file, id, kind: 'malformed', detail });
      return [];
    }
    const read = readRegions(results, text, name, problems, ignored);
    mentions += read.count;
    return [{ name, text, layout: data.layout === 'words' ? 'words' : 'text', mentions: read.mentions }];
  });
  return { documents, mentions, problems, ignored };
}

function nameOf(data: Fields, task: Fields, index: number): string {
  const given = [data.name, data.source_file, data.file, data.title].find(
    (value) => typeof value === 'string' && value !== '',
  );
  return (given as string | undefined) ?? `task-${task.id ?? index + 1}`;
}

/** The results of the annotation that counts: not skipped, the ground truth first; without one, of the first prediction. */
function resultsOf(task: Fields, ignored: Ignored): readonly unknown[] {
  const all = [...listOf(task.annotations), ...listOf(task.completions)].filter(isFields);
  const skipped = all.filter((annotation) => annotation.was_cancelled === true);
  if (skipped.length > 0) countIgnored(ignored, 'skipped annotation', skipped.length);
  const usable = all.filter((annotation) => annotation.was_cancelled !== true);
  const chosen = usable.find((annotation) => annotation.ground_truth === true) ?? usable[0];
  if (usable.length > 1) countIgnored(ignored, 'further annotation of a task', usable.length - 1);
  if (chosen !== undefined) return listOf(chosen.result);
  const predictions = listOf(task.predictions).filter(isFields);
  if (predictions.length > 1) countIgnored(ignored, 'further prediction of a task', predictions.length - 1);
  return listOf(predictions[0]?.result);
}

/** The regions of a JSON-MIN row: every list whose items have a start, an end and labels. */
function minimalRegions(row: Fields): readonly unknown[] {
  return Object.values(row)
    .flatMap((value) => listOf(value))
    .filter((item) => isFields(item) && 'start' in item && 'end' in item && labelsOf(item) !== undefined)
    .map((item) => ({ value: item, type: 'labels' }));
}

const labelsOf = (value: Fields): readonly string[] | undefined => {
  const labels = value.labels ?? value.hypertextlabels;
  return Array.isArray(labels) && labels.every((label) => typeof label === 'string') ? labels : undefined;
};

/** What the results of a task are: regions with labels, and which region goes on in which. */
interface Results {
  readonly regions: readonly Region[];
  readonly next: ReadonlyMap<string, string>;
  /** Regions without sound offsets. */
  readonly broken: number;
}

function sortResults(
  results: readonly unknown[],
  document: string,
  problems: FormatProblem[],
  ignored: Ignored,
): Results {
  const regions: Region[] = [];
  const next = new Map<string, string>();
  let broken = 0;
  for (const [i, item] of results.entries()) {
    const { type, value, ...rest } = isFields(item) ? item : {};
    const labels = isFields(value) ? labelsOf(value) : undefined;
    if (type === 'relation' && listOf(rest.labels).includes(samePart)) {
      next.set(String(rest.from_id), String(rest.to_id));
    } else if (labels === undefined) {
      const isOther = typeof type === 'string' && type !== 'labels';
      countIgnored(ignored, isOther ? type : 'region without label');
    } else {
      const id = typeof rest.id === 'string' ? rest.id : `region ${i}`;
      const region = regionOf(id, labels, value as Fields, rest.score);
      if (region !== undefined) regions.push(region);
      else {
        broken++;
        const { start, end } = value as Fields;
        const detail = cut(`start ${JSON.stringify(start)}, end ${JSON.stringify(end)}`);
        problems.push({ document, id, kind: 'malformed', type: labels.join(', '), detail });
      }
    }
  }
  return { regions, next, broken };
}

/** `undefined` when the offsets are not sound. */
function regionOf(id: string, labels: readonly string[], value: Fields, score: unknown): Region | undefined {
  const { start, end } = isFields(value.globalOffsets) ? value.globalOffsets : value;
  const isSound =
    Number.isInteger(start) && Number.isInteger(end) && Number(start) >= 0 && Number(start) < Number(end);
  if (!isSound) return undefined;
  return {
    id,
    labels,
    start: Number(start),
    end: Number(end),
    text: typeof value.text === 'string' ? value.text : '',
    score: typeof score === 'number' ? score : undefined,
  };
}

/** Regions and relations of a text as mentions. */
function readRegions(
  results: readonly unknown[],
  text: string,
  document: string,
  problems: FormatProblem[],
  ignored: Ignored,
): { readonly mentions: readonly TextMention[]; readonly count: number } {
  const { regions, next, broken } = sortResults(results, document, problems, ignored);
  const offset = chooseOffsets(
    text,
    regions.map((region) => ({ ranges: [[region.start, region.end]], text: region.text })),
  );
  let count = broken;
  const mentions = chainRegions(regions, next).flatMap((chain) => {
    const labels = [...new Set(chain[0]!.labels)];
    count += labels.length;
    return labels.flatMap((type): TextMention[] => {
      const fragments = placeRegions(chain, type, text, document, offset, problems);
      const { id, score } = chain[0]!;
      return fragments === undefined
        ? []
        : [{ id, type, fragments, ...(score === undefined ? {} : { score }) }];
    });
  });
  return { mentions, count };
}

/** Regions joined by the relation, in order of their first part. */
function chainRegions(regions: readonly Region[], next: ReadonlyMap<string, string>): Region[][] {
  const byId = new Map(regions.map((region) => [region.id, region]));
  const followers = new Set(
    [...next].filter(([from, to]) => byId.has(from) && byId.has(to)).map(([, to]) => to),
  );
  const seen = new Set<Region>();
  const follow = (first: Region): Region[] => {
    const chain: Region[] = [];
    for (let region: Region | undefined = first; region !== undefined && !seen.has(region); ) {
      seen.add(region);
      chain.push(region);
      const to = next.get(region.id);
      region = to === undefined ? undefined : byId.get(to);
    }
    return chain;
  };
  const chains = regions.filter(({ id }) => !followers.has(id)).map(follow);
  const circles = regions.filter((region) => !seen.has(region)).map(follow);
  return [...chains, ...circles].filter((chain) => chain.length > 0);
}

/** The ranges of a chain, in order; a problem when one is not in the text or holds another text. */
function placeRegions(
  chain: readonly Region[],
  type: string,
  text: string,
  document: string,
  offset: OffsetReader,
  problems: FormatProblem[],
): CharSpan[] | undefined {
  const fragments: CharSpan[] = [];
  for (const { id, start, end, text: repeated } of chain) {
    const [charStart, charEnd] = [offset(start), offset(end)];
    if (charStart === undefined || charEnd === undefined) {
      const detail = `offsets ${start} ${end} in a text of ${text.length} characters`;
      problems.push({ document, id, kind: 'outside', type, detail });
      return undefined;
    }
    const found = text.slice(charStart, charEnd);
    if (repeated !== '' && !sameText([found], repeated)) {
      const detail = `${quote(found)} stands there, the region says ${quote(repeated)}`;
      problems.push({ document, id, kind: 'text differs', type, charStart, charEnd, detail });
      return undefined;
    }
    fragments.push({ charStart, charEnd });
  }
  return fragments.sort((a, b) => a.charStart - b.charStart);
}

/**
 * A task with its mentions, as Label Studio imports it. Offsets count code points, as Label Studio does.
 * @param as whether they are suggestions of a model or annotations made before
 */
export function labelStudioTask(
  { name, text, layout, mentions }: TextDocument,
  as: { readonly predictionsOf: string } | 'annotations',
): object {
  const count = codePointOffsets(text);
  const result: object[] = [];
  mentions.forEach(({ type, fragments, score }, i) => {
    const idOf = (part: number): string => (part === 0 ? `e${i + 1}` : `e${i + 1}.${part + 1}`);
    fragments.forEach(({ charStart, charEnd }, part) => {
      result.push({
        id: idOf(part),
        from_name: 'label',
        to_name: 'text',
        type: 'labels',
        value: {
          start: count(charStart),
          end: count(charEnd),
          text: text.slice(charStart, charEnd),
          labels: [type],
        },
        ...(score === undefined ? {} : { score }),
      });
      if (part > 0) {
        result.push({
          type: 'relation',
          from_id: idOf(part - 1),
          to_id: idOf(part),
          direction: 'right',
          labels: [samePart],
        });
      }
    });
  });
  const data = { name, text, ...(layout === 'words' ? { layout } : {}) };
  if (as === 'annotations') return { data, annotations: [{ result }] };
  return { data, predictions: [{ model_version: as.predictionsOf, result }] };
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"\n\r\t]/gu, (sign) => `&#${sign.codePointAt(0)};`);

/** The labelling configuration: types with their colours, the relation that joins the parts of an entity. */
export function labelStudioConfig(types: readonly string[]): string {
  const labels = types.map(
    (type, i) => `    <Label value="${escapeXml(type)}" background="${typeColor(i)}"/>\n`,
  );
  return (
    `<View>\n  <Style>.htx-text { white-space: pre-wrap; }</Style>\n` +
    `  <Relations>\n    <Relation value="${samePart}"/>\n  </Relations>\n` +
    `  <Labels name="label" toName="text">\n${labels.join('')}  </Labels>\n` +
    `  <Text name="text" value="$text"/>\n</View>\n`
  );
}
