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
  const first = new Map<string, string>();
  const sums = { words: 0, entities: 0, nested: 0, overlapping: 0, discontinuous: 0, singleWord: 0 };
  let sentencesWithoutEntity = 0;
  let longestSentence = 0;
  let longestEntity = 0;
  let pairs = 0;
  let lossyPairs = 0;
  let duplicates = 0;
  let conflictingDuplicates = 0;
  for (const { words, entities } of examples) {
    sums.words += words.length;
    sums.entities += entities.length;
    longestSentence = Math.max(longestSentence, words.length);
    if (entities.length === 0) sentencesWithoutEntity++;
    const shapes = entityShapes(entities);
    entities.forEach((entity, i) => {
      const { nested, overlapping, discontinuous } = shapes[i]!;
      if (nested) sums.nested++;
      if (overlapping) sums.overlapping++;
      if (discontinuous) sums.discontinuous++;
      if (entity.words.length === 1) sums.singleWord++;
      longestEntity = Math.max(longestEntity, entity.words.length);
      const counted = types.get(typeKey(entity.type));
      if (counted === undefined) types.set(typeKey(entity.type), { type: entity.type, entities: 1 });
      else counted.entities++;
    });
    for (const { lossy } of sharedCellPairs(entities)) {
      pairs++;
      if (lossy) lossyPairs++;
    }
    const annotation = entitiesKey(entities);
    const before = first.get(sentenceKey(words));
    if (before === undefined) first.set(sentenceKey(words), annotation);
    else {
      duplicates++;
      if (before !== annotation) conflictingDuplicates++;
    }
  }
  return {
    sentences: examples.length,
    ...sums,
    types: [...types.values()].sort((a, b) => b.entities - a.entities),
    sentencesWithoutEntity,
    longestSentence,
    longestEntity,
    sharedCellPairs: pairs,
    lossyPairs,
    duplicates,
    conflictingDuplicates,
  };
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
