/** What a user should know before a run begins: sentences, settings and names that have no part in it. */
import { idleSettings } from '../config/idle-settings.ts';
import type { Config } from '../config/schema.ts';
import type { LabelSet } from '../data/labels.ts';
import type { Glossary } from '../text/glossary.ts';
import { longestSentence } from './training-items.ts';

/** @param skipped training sentences that are too long */
export function runWarnings(
  config: Config,
  labels: LabelSet,
  skipped: number,
  glossary: Glossary | undefined,
): string[] {
  const long = `${skipped} training sentences are longer than ${longestSentence(config)} words and left out: raise "max_cells" to use them`;
  const unknown = Object.keys(glossary?.terms ?? {}).filter((type) => labels.idOf(type) === undefined);
  return [
    ...(skipped > 0 ? [long] : []),
    ...idleSettings(config),
    ...unknown.map((type) => `the glossary has names of ${type}, and the data has no such type`),
  ];
}
