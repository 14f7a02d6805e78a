/** Models compiled for use in Node. */
import type { Device } from '../runtime/devices.ts';
import { createSession } from '../runtime/session.ts';
import type { Glossary } from '../text/glossary.ts';
import { assembleTagger } from './assemble-tagger.ts';
import type { TaggerModel } from './model-graphs.ts';
import type { Tagger } from './types.ts';

export interface TaggerOptions {
  readonly threads?: number;
  readonly device?: Device;
  /** What words stand for, besides what the model itself knows; only for models that were trained with a glossary. */
  readonly glossary?: Glossary;
  /** Told which device is used when `auto` was asked for, and what else a user should know. */
  readonly onNotice?: (message: string) => void;
}

/** Compiles a model for use. */
export async function createTagger(
  name: string,
  model: TaggerModel,
  options: TaggerOptions = {},
): Promise<Tagger> {
  // Of several sessions the first settles the device, and tells of it.
  let settled: Pick<TaggerOptions, 'device' | 'onNotice'> = options;
  const tagger = await assembleTagger(name, model, async (graph, parameters) => {
    const session = await createSession(graph, parameters, { ...threadsOf(options), ...settled });
    settled = { device: session.device };
    return session;
  });
  if (tagger.device !== 'cpu' && model.config.weights !== 'float32') {
    options.onNotice?.('products of int8 weights run on the processor: a GPU helps float32 models');
  }
  return tagger;
}

const threadsOf = ({ threads }: TaggerOptions): Pick<TaggerOptions, 'threads'> =>
  threads === undefined ? {} : { threads };
