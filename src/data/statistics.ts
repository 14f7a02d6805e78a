/** What data files hold, in numbers: sizes, types, shapes of entities, duplicates, what one grid cannot tell apart. */
import { typeKey } from './labels.ts';
import { sharedCellPairs } from './relation-grid.ts';
import { entityShapes } from './shapes.ts';
import type { EntityMention, Example } from './types.ts';

/** Counts over a set of sentences. */
export interface DataStatistics {
  readonly sentences: number;
  readonly words: number;
  readonly entities: number;
  /** Entities by type, most frequent first; display names as first seen. */
  readonly types: readonly { readonly type: string; readonly entities: number }[];
  readonly nested: number;
  readonly overlapping: number;
  readonly discontinuous: number;
  readonly singleWord: number;
  readonly sentencesWithoutEntity: number;
  /** In words. */
  readonly longestSentence: number;
  /** In words. */
  readonly longestEntity: number;
  /** Pairs of entities with one head and one tail word: they share a cell of the grid. */
  readonly sharedCellPairs: number;
  /** Those of them with different types, of which a grid holds only one. */
  readonly lossyPairs: number;
  /** Sentences that stand earlier in the same set. */
  readonly duplicates: number;
  /** Those of them whose entities differ from the first time. */
  readonly conflictingDuplicates: number;
}

/** Sentences of one file that stand in another. */
export interface SharedSentences {
  readonly file: string;
  readonly other: string;
  /** Sentences of `file` whose words also are a sentence of `other`. */
  readonly sentences: number;
  /** Those of them that are annotated differently from every time in `other`. */
  readonly conflicting: number;
}

/** Statistics of several files. */
export interface FilesStatistics {
  readonly files: readonly { readonly file: string; readonly statistics: DataStatistics }[];
  /** All files as one set; equal to the only file's when there is one. */
  readonly total: DataStatistics;
  /** Every pair of files, the later one first, also when they share nothing. */
  readonly shared: readonly SharedSentences[];
}

/** Statistics of each file, of all together, and of the sentences they share. */
export function filesStatistics(
  files: readonly { readonly file: string; readonly examples: readonly Example[] }[],
): FilesStatistics {
  const indexed = files.map(({ file, examples }) => ({ file, examples, index: indexSentences(examples) }));
  const shared = indexed.flatMap((later, i) =>
    indexed.slice(0, i).map((earlier): SharedSentences => {
      const repeated = later.examples.filter(({ words }) => earlier.index.has(sentenceKey(words)));
      const conflicting = repeated.filter(
        ({ words, entities }) => !earlier.index.get(sentenceKey(words))!.has(entitiesKey(entities)),
      );
      return {
        file: later.file,
        other: earlier.file,
        sentences: repeated.length,
        conflicting: conflicting.length,
      };
    }),
  );
  return {
    files: files.map(({ file, examples }) => ({ file, statistics: dataStatistics(examples) })),
    total: dataStatistics(files.flatMap(({ examples }) => examples)),
    shared,
  };
}

/** Statistics of one set of sentences. */
export function dataStatistics(examples: readonly Example[]): DataStatistics {
  const types = new Map<string, { type: string; entities: number }>();
  for (const { entities } of examples) {
    for (const { type } of entities) {
      const counted = types.get(typeKey(type)) ?? { type, entities: 0 };
      types.set(typeKey(type), counted);
      counted.entities++;
    }
  }
  const shapes = examples.flatMap(({ entities }) => entityShapes(entities));
  const pairs = examples.flatMap(({ entities }) => sharedCellPairs(entities));
  const entityLengths = examples.flatMap(({ entities }) => entities.map(({ words }) => words.length));
  return {
    sentences: examples.length,
    words: examples.reduce((sum, { words }) => sum + words.length, 0),
    entities: shapes.length,
    types: [...types.values()].sort((a, b) => b.entities - a.entities),
    nested: count(shapes, ({ nested }) => nested),
    overlapping: count(shapes, ({ overlapping }) => overlapping),
    discontinuous: count(shapes, ({ discontinuous }) => discontinuous),
    singleWord: count(entityLengths, (length) => length === 1),
    sentencesWithoutEntity: count(examples, ({ entities }) => entities.length === 0),
    longestSentence: greatest(examples, ({ words }) => words.length),
    longestEntity: greatest(entityLengths, (length) => length),
    sharedCellPairs: pairs.length,
    lossyPairs: count(pairs, ({ lossy }) => lossy),
    ...countDuplicates(examples),
  };
}

function countDuplicates(
  examples: readonly Example[],
): Pick<DataStatistics, 'duplicates' | 'conflictingDuplicates'> {
  const first = new Map<string, string>();
  let duplicates = 0;
  let conflictingDuplicates = 0;
  for (const { words, entities } of examples) {
    const annotation = entitiesKey(entities);
    const before = first.get(sentenceKey(words));
    if (before === undefined) {
      first.set(sentenceKey(words), annotation);
      continue;
    }
    duplicates++;
    if (before !== annotation) conflictingDuplicates++;
  }
  return { duplicates, conflictingDuplicates };
}

function count<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.reduce((sum, item) => (holds(item) ? sum + 1 : sum), 0);
}

function greatest<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, measure(item)), 0);
}

/** Every sentence with the annotations it has. */
function indexSentences(examples: readonly Example[]): Map<string, Set<string>> {
  const index = new Map<string, Set<string>>();
  for (const { words, entities } of examples) {
    const key = sentenceKey(words);
    const annotations = index.get(key) ?? new Set();
    index.set(key, annotations.add(entitiesKey(entities)));
  }
  return index;
}

/** What makes two sentences the same. */
function sentenceKey(words: readonly string[]): string {
  return words.join('\n');
}

function entitiesKey(entities: readonly EntityMention[]): string {
  return entities
    .map(({ type, words }) => `${words.join(',')} ${typeKey(type)}`)
    .sort()
    .join('\n');
}
