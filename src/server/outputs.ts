/** Results as the service answers them. */
import type { DocumentResult } from '../predict/document-result.ts';
import type { Answer } from './analyst.ts';

export function renderResult(result: DocumentResult, _output: string): Answer {
  return {
    body: new TextEncoder().encode(JSON.stringify(result)),
    contentType: 'application/json',
    sentences: result.summary.sentences,
    entities: result.summary.entities,
  };
}

/** Names of the formats that answers can have. */
export const outputNames: readonly string[] = ['json'];
