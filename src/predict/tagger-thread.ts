/** A thread of {@link createParallelTagger}: loads the model and answers what it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorMessage, UserError } from '../base/errors.ts';
import type { ScoredEntity } from '../data/types.ts';
import type { Glossary } from '../text/glossary.ts';
import { loadModel } from './load.ts';

/** What a thread is started with. */
export interface TaggerWork {
  readonly model: string;
  readonly glossary?: Glossary;
}

/** What it says. */
export type FromTagger =
  | { readonly kind: 'ready'; readonly types: readonly string[]; readonly readsMeanings: boolean }
  | { readonly kind: 'refused'; readonly error: ConstructorParameters<typeof UserError>[0] }
  | {
      readonly kind: 'answer';
      readonly call: number;
      readonly entities: ScoredEntity[][];
      readonly windowed: number;
      readonly bounded: number;
    }
  | { readonly kind: 'failed'; readonly call: number; readonly error: Error };

const port = parentPort;
if (port !== null) {
  const say = (message: FromTagger): void => port.postMessage(message);
  try {
    const { model, ...glossary } = workerData as TaggerWork;
    const tagger = await loadModel(model, { threads: 1, ...glossary });
    const before = { windowed: 0, bounded: 0 };
    port.on('message', async ({ call, sentences }: { call: number; sentences: string[][] }) => {
      try {
        const entities = await tagger.tag(sentences);
        const { windowed, bounded } = tagger.counts;
        const grown = { windowed: windowed - before.windowed, bounded: bounded - before.bounded };
        Object.assign(before, { windowed, bounded });
        say({ kind: 'answer', call, entities, ...grown });
      } catch (error) {
        say({ kind: 'failed', call, error: error instanceof Error ? error : new Error(errorMessage(error)) });
      }
    });
    say({ kind: 'ready', types: tagger.types, readsMeanings: tagger.readsMeanings });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message, hint } = error; // its place is part of the message already
    say({ kind: 'refused', error: { code, message, ...(hint === undefined ? {} : { hint }) } });
  }
}
