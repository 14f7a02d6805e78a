/** Which entities are shown: by type, score, section, page. */
import type { DocumentResult } from '../../../src/predict/document-result.ts';
import type { EntityLists, Item, PageDocument, PageEntity } from './types.ts';

/** What is shown. */
export interface Filter {
  /** Types that are left out. */
  readonly hidden: ReadonlySet<string>;
  /** Least score, in [0, 1]. */
  readonly least: number;
  /** Index of a section; everything when absent. */
  readonly section?: number | undefined;
  readonly page?: number | undefined;
}

/** Shows everything. */
export const noFilter: Filter = { hidden: new Set(), least: 0 };

/** Whether anything is left out. */
export const isFiltering = ({ hidden, least, section, page }: Filter): boolean =>
  hidden.size > 0 || least > 0 || section !== undefined || page !== undefined;

/** Whether a sentence is in the filter's section and page. */
export function createPlaceTest(document: PageDocument, filter: Filter): (sentence: number) => boolean {
  const section = filter.section === undefined ? undefined : document.sections[filter.section];
  const { sentences } = document.result;
  return (s) =>
    (section === undefined || (s >= section.from && s < section.to)) &&
    (filter.page === undefined || sentences[s]?.page === filter.page);
}

/** Whether an entity is of a shown type and certain enough. */
export const passes = ({ type, score }: PageEntity, { hidden, least }: Filter): boolean =>
  score >= least && !hidden.has(type);

/** The items in the filter's section and page. */
export function filterItems(document: PageDocument, filter: Filter): readonly Item[] {
  if (filter.section === undefined && filter.page === undefined) return document.items;
  const isHere = createPlaceTest(document, filter);
  return document.items.filter(({ from, to }) => {
    for (let s = from; s < to; s++) if (isHere(s)) return true;
    return false;
  });
}

/**
 * A filter of lists that gives the same list again for the same one, and the list itself where all of it is shown: what
 * did not change need not be drawn again.
 */
export function createListFilter(filter: Filter): (list: readonly PageEntity[]) => readonly PageEntity[] {
  const known = new WeakMap<readonly PageEntity[], readonly PageEntity[]>();
  const isAll = filter.hidden.size === 0 && filter.least <= 0;
  return (list) => {
    if (isAll || list.every((entity) => passes(entity, filter))) return list;
    const shown = known.get(list) ?? list.filter((entity) => passes(entity, filter));
    known.set(list, shown);
    return shown;
  };
}

/** Counts entities by type in the filter's section, page and score, whatever types are shown. */
export function countTypes(document: PageDocument, lists: EntityLists, filter: Filter): Map<string, number> {
  const counts = new Map<string, number>(document.result.types.map((type) => [type, 0]));
  const isHere = createPlaceTest(document, filter);
  lists.forEach((list, s) => {
    if (list.length === 0 || !isHere(s)) return;
    for (const { type, score } of list) {
      if (score >= filter.least) counts.set(type, (counts.get(type) ?? 0) + 1);
    }
  });
  return counts;
}

/** The title of a sentence's section, where it has one. */
export const sectionTitle = ({ sentences }: DocumentResult, sentence: number): string =>
  sentences[sentence]?.section ?? '';
