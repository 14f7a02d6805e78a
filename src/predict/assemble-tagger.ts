/** A W2NER model in use: sentences of any length, cut into windows where a grid would be too large. */
import type { ScoredEntity } from '../data/types.ts';
import type { Compile } from '../runtime/engine.ts';
import { isGated, type TaggerModel } from './model-graphs.ts';
import { onePass, twoPasses } from './passes.ts';
import type { Tagger, TaggerCounts } from './types.ts';
import { tagInWindows } from './windows.ts';

/** Makes a tagger of a model. @param compile makes its sessions */
export async function assembleTagger(name: string, model: TaggerModel, compile: Compile): Promise<Tagger> {
  const passes = await (isGated(model) ? twoPasses : onePass)(model, compile);
  const counts: TaggerCounts = { sentences: 0, windowed: 0, bounded: 0 };
  const tagShort = async (short: readonly (readonly string[])[]): Promise<ScoredEntity[][]> => {
    const { entities, bounded } = await passes.tag(short);
    counts.bounded += bounded;
    return entities;
  };
  return {
    name,
    types: model.labels.types,
    readsMeanings: model.glossary !== undefined,
    counts,
    device: passes.device,
    async tag(sentences) {
      const { entities, windowed } = await tagInWindows(sentences, tagShort);
      counts.sentences += sentences.length;
      counts.windowed += windowed;
      return entities;
    },
    dispose: () => passes.release(),
  };
}
