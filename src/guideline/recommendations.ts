/** Finds the recommendations of a clinical guideline. */
import type { Document, Sentence } from '../document/types.ts';
import type { Recommendation } from './types.ts';

/** The recommendations of a document, in its order. */
export function findRecommendations(_document: Document, _sentences?: readonly Sentence[]): Recommendation[] {
  return [];
}
