/** A W2NER model in use: sentences of any length, cut into windows where a grid would be too large. */
import type { ScoredEntity } from '../data/types.ts';
import type { Device } from '../runtime/devices.ts';
import { isGated, type TaggerModel } from './model-graphs.ts';
import { onePass, twoPasses } from './passes.ts';
import type { Tagger, TaggerCounts } from './types.ts';
import { tagInWindows } from './windows.ts';

export interface TaggerOptions {
  readonly threads?: number;
  readonly device?: Device;
  /** Told which device is used when `auto` was asked for, and what else a user should know. */
  readonly onNotice?: (message: string) => void;
}

/** Compiles a model for use. */
export async function createTagger(
  name: string,
  model: TaggerModel,
  options: TaggerOptions = {},
): Promise<Tagger> {
  const passes = await (isGated(model) ? twoPasses : onePass)(model, options);
  if (passes.device !== 'cpu' && model.config.weights === 'int8') {
    options.onNotice?.('products of int8 weights run on the processor: a GPU helps float32 models');
  }
  const counts: TaggerCounts = { sentences: 0, windowed: 0, bounded: 0 };
  const tagShort = async (short: readonly (readonly string[])[]): Promise<ScoredEntity[][]> => {
    const { entities, bounded } = await passes.tag(short);
    counts.bounded += bounded;
    return entities;
  };
  return {
    name,
    types: model.labels.types,
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
