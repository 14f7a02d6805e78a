/** How much stands in a glossary, in words. */
import type { Glossary } from '../text/glossary.ts';
import { formatPlural } from './text.ts';

/** Counts of a glossary. */
export interface GlossaryCounts {
  readonly abbreviations: number;
  /** Names by type. */
  readonly terms: Readonly<Record<string, number>>;
}

export const countGlossary = ({ abbreviations, terms }: Glossary): GlossaryCounts => ({
  abbreviations: Object.keys(abbreviations).length,
  terms: Object.fromEntries(Object.entries(terms).map(([type, list]) => [type, list.length])),
});

/** For example `2 abbreviations, 300 names of DRUG`. */
export function glossaryLine({ abbreviations, terms }: GlossaryCounts): string {
  const lists = Object.entries(terms).map(([type, count]) => `${formatPlural(count, 'name')} of ${type}`);
  const own = abbreviations === 0 && lists.length > 0 ? [] : [formatPlural(abbreviations, 'abbreviation')];
  return [...own, ...lists].join(', ');
}
