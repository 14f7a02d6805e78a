/** What a clinical guideline says about itself on its title page. */
import type { Document } from '../document/types.ts';
import type { GuidelineIdentity } from './types.ts';

/** The identity of a document; what it does not state is absent. */
export function readIdentity(_document: Document): GuidelineIdentity {
  return { icd10: [], developers: [] };
}
