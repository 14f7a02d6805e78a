/** What of the documents is shown: view, filter, search, the place to go to. */
import { computed, effect, signal, untracked } from '@preact/signals';
import {
  countTypes,
  createListFilter,
  createPlaceTest,
  type Filter,
  filterItems,
  noFilter,
} from '../document/filter.ts';
import { findHits, type Hit } from '../document/find.ts';
import type { EntityLists, PageEntity } from '../document/types.ts';
import { active, activeDocument, activeLists, finishedDocuments } from './documents.ts';

/** The views, in the order of their tabs. */
export const viewNames = ['document', 'entities', 'recommendations', 'statistics'] as const;
export type ViewName = (typeof viewNames)[number];

export const view = signal<ViewName>('document');
export const filter = signal<Filter>(noFilter);

/** Changes a part of the filter. */
export function changeFilter(change: Partial<Filter>): void {
  filter.value = { ...filter.value, ...change };
}

const listFilter = computed(() => {
  const { hidden, least } = filter.value;
  return createListFilter({ hidden, least });
});

/** The entities that are shown in the text, sentence by sentence. */
export const shownLists = computed((): EntityLists => activeLists.value.map(listFilter.value));

/** The items that are shown. */
export const shownItems = computed(() => {
  const document = activeDocument.value;
  return document === undefined ? [] : filterItems(document, filter.value);
});

/** An entity with its sentence, as tables list it. */
export interface ListedEntity {
  readonly sentence: number;
  readonly entity: PageEntity;
}

/** The entities of the filter's section and page, in the text's order. */
export const listedEntities = computed((): readonly ListedEntity[] => {
  const document = activeDocument.value;
  if (document === undefined) return [];
  const isHere = createPlaceTest(document, filter.value);
  return shownLists.value.flatMap((list, sentence) =>
    isHere(sentence) ? list.map((entity) => ({ sentence, entity })) : [],
  );
});

/** Entities by type, also those whose type is hidden. */
export const typeCounts = computed(() => {
  const document = activeDocument.value;
  return document === undefined
    ? new Map<string, number>()
    : countTypes(document, activeLists.value, filter.value);
});

/** All types of the documents that are open. */
export const allTypes = computed(() => [
  ...new Set(finishedDocuments.value.flatMap(({ document }) => document.result.types)),
]);

export const query = signal('');
/** Index of the place found that is shown. */
export const hitIndex = signal(0);

/** The places found. */
export const hits = computed((): readonly Hit[] => {
  const document = activeDocument.value;
  if (document === undefined || query.value.trim() === '') return [];
  return findHits(document, query.value, createPlaceTest(document, filter.value));
});

/** A place of the document to scroll to and flash; a new object each time. */
export interface Jump {
  readonly sentence: number;
  /** Word indices to flash; the sentence when absent. */
  readonly words?: readonly number[];
  /** A range of the sentence's readable text. */
  readonly text?: readonly [start: number, end: number];
  /** Whether keyboard focus goes to the document. */
  readonly focus?: boolean;
}

export const jump = signal<Jump | undefined>(undefined);

/** Shows a place in the document. */
export function jumpTo(place: Jump): void {
  const document = activeDocument.value;
  const { section, page } = filter.value;
  if (document !== undefined && (section !== undefined || page !== undefined)) {
    const isHere = createPlaceTest(document, filter.value);
    if (!isHere(place.sentence)) changeFilter({ section: undefined, page: undefined });
  }
  view.value = 'document';
  jump.value = place;
}

/** Goes to the next or previous place found, around the end. */
export function moveHit(by: 1 | -1): void {
  const count = hits.value.length;
  if (count === 0) return;
  hitIndex.value = (hitIndex.value + by + count) % count;
  showHit();
}

/** Shows the place found that is chosen. */
export function showHit(): void {
  const hit = hits.value[hitIndex.value];
  if (hit !== undefined) jumpTo({ sentence: hit.sentence, text: [hit.start, hit.end] });
}

/** Sections, pages and places belong to a document: another one starts without them. */
export function watchDocument(): void {
  let key: string | undefined;
  effect(() => {
    const now = active.value?.key;
    if (now === key) return;
    key = now;
    untracked(() => {
      changeFilter({ section: undefined, page: undefined });
      hitIndex.value = 0;
      jump.value = undefined;
    });
  });
}
