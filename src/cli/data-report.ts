/** Statistics of data files as tables: sizes, types, shapes, duplicates. */
import type { createColors } from 'picocolors';
import type { Ignored } from '../data/formats/types.ts';
import type { DataStatistics, FilesStatistics, SharedSentences } from '../data/statistics.ts';
import { numberColumns, renderTable } from './table.ts';
import { formatCount, formatPlural, formatShare, shorten } from './text.ts';

type Colors = ReturnType<typeof createColors>;

/** Things that are counted, not listed: `1 × relation, 2 × note`. */
export const countList = (counts: Ignored): string =>
  Object.entries(counts)
    .map(([what, count]) => `${formatCount(count)} × ${what}`)
    .join(', ');

/** More files than this get no column of their own. */
const mostColumns = 4;

/** The whole report; every line ends with a line break. */
export function renderStatistics(statistics: FilesStatistics, colors: Colors): string {
  const notes = notesOf(statistics);
  const tables = `${fileTable(statistics, colors)}\n${typeTable(statistics, colors)}`;
  return notes.length === 0 ? tables : `${tables}\n${notes.map((note) => `· ${note}\n`).join('')}`;
}

const measures: readonly (readonly [title: string, of: (statistics: DataStatistics) => number])[] = [
  ['Sentences', (s) => s.sentences],
  ['Without entity', (s) => s.sentencesWithoutEntity],
  ['Words', (s) => s.words],
  ['Longest sentence', (s) => s.longestSentence],
  ['Entities', (s) => s.entities],
  ['Single word', (s) => s.singleWord],
  ['Nested', (s) => s.nested],
  ['Overlapping', (s) => s.overlapping],
  ['Discontinuous', (s) => s.discontinuous],
  ['Longest entity', (s) => s.longestEntity],
  ['Repeated sentences', (s) => s.duplicates],
  ['… annotated differently', (s) => s.conflictingDuplicates],
  ['Pairs sharing a grid cell', (s) => s.sharedCellPairs],
  ['… of different types', (s) => s.lossyPairs],
];

/** Files side by side, or only the total when there are many. */
function columnsOf({
  files,
  total,
}: FilesStatistics): { readonly title: string; readonly statistics: DataStatistics }[] {
  const single = files.map(({ file, statistics }) => ({ title: shorten(lastPart(file), 20), statistics }));
  if (files.length === 1) return single;
  return [...(files.length <= mostColumns ? single : []), { title: 'All files', statistics: total }];
}

const lastPart = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

function fileTable(all: FilesStatistics, colors: Colors): string {
  const columns = columnsOf(all);
  const rows = measures.map(([title, of]) => [
    title,
    ...columns.map(({ statistics }) => formatCount(of(statistics))),
  ]);
  return renderTable(numberColumns('Count', ...columns.map(({ title }) => title)), rows, { colors });
}

function typeTable(all: FilesStatistics, colors: Colors): string {
  const columns = columnsOf(all);
  const key = (type: string): string => type.toLowerCase();
  const counted = columns.map(
    ({ statistics }) => new Map(statistics.types.map((t) => [key(t.type), t.entities])),
  );
  const rows = all.total.types.map(({ type, entities }) => [
    type,
    ...counted.map((counts) => formatCount(counts.get(key(type)) ?? 0)),
    formatShare(entities, all.total.entities),
  ]);
  const sums = columns.map(({ statistics }) => formatCount(statistics.entities));
  return renderTable(numberColumns('Type', ...columns.map(({ title }) => title), 'Share'), rows, {
    colors,
    totals: [['Total', ...sums, '']],
  });
}

function notesOf({ shared, total }: FilesStatistics): string[] {
  const notes = shared.filter(({ sentences }) => sentences > 0).map(sharedNote);
  if (total.lossyPairs > 0) {
    notes.push(
      `${formatPlural(total.lossyPairs, 'pair')} of entities with the same first and last word have different types: ` +
        'a grid holds only one of the two',
    );
  }
  return notes;
}

function sharedNote({ file, other, sentences, conflicting }: SharedSentences): string {
  const different = conflicting === 0 ? '' : `, ${formatCount(conflicting)} of them annotated differently`;
  const verb = sentences === 1 ? 'also stands' : 'also stand';
  return `${formatPlural(sentences, 'sentence')} of ${lastPart(file)} ${verb} in ${lastPart(other)}${different}`;
}
