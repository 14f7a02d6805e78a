/** Loads several models as one. */
import { UserError } from '../base/errors.ts';
import { createSession } from '../runtime/session.ts';
import { type Committee, createCommittee } from './committee.ts';
import { findModel, openModel } from './load.ts';
import type { TaggerModel } from './model-graphs.ts';
import type { TaggerOptions } from './w2ner-tagger.ts';

/**
 * Loads models that answer together.
 * @param names shipped models' names, or model folders
 * @throws UserError those of `loadModel`; `E_LABELS` for models of different types, `E_CONFIG_VALUE` for independent labels
 */
export async function loadCommittee(
  names: readonly string[],
  options: TaggerOptions = {},
): Promise<Committee> {
  const models = names.map((name) => openModel(findModel(name)));
  for (const [i, model] of models.entries()) checkMember(names[i]!, model, names[0]!, models[0]!);
  return createCommittee(models, (graph, parameters) => createSession(graph, parameters, options));
}

function checkMember(name: string, model: TaggerModel, firstName: string, first: TaggerModel): void {
  if (model.config.relation_scores !== 'softmax') {
    const message = '"relation_scores" is "independent": its labels have no probabilities that sum to one';
    throw new UserError({ code: 'E_CONFIG_VALUE', where: name, message });
  }
  const [own, others] = [typesOf(model), typesOf(first)];
  if (own === others) return;
  throw new UserError({
    code: 'E_LABELS',
    where: name,
    message: `has the types ${own}, ${firstName} has ${others}`,
    hint: 'give models of one label set',
  });
}

const typesOf = ({ labels }: TaggerModel): string =>
  labels.types
    .map((type) => type.toLowerCase())
    .sort()
    .join(', ');
