/** Several models as one: an entity's score is the mean over all of them, 0 where a model does not find it. */
import type { ScoredEntity } from '../data/types.ts';

/** What one model found in a sentence, and another, and so on, as one list, best first; nothing is left out. */
export function mergeAnswers(answers: readonly (readonly ScoredEntity[])[]): ScoredEntity[] {
  const merged = new Map<string, { entity: ScoredEntity; sum: number }>();
  for (const answer of answers) {
    for (const entity of answer) {
      const key = `${entity.type.toLowerCase()} ${entity.words.join()}`;
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { entity, sum: entity.score });
      else known.sum += entity.score;
    }
  }
  return [...merged.values()]
    .map(({ entity, sum }) => ({ ...entity, score: sum / answers.length }))
    .sort((a, b) => b.score - a.score);
}
