/** One model in several threads: a small model is faster with one thread for each part of the sentences than with all for one. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../base/errors.ts';
import type { ScoredEntity } from '../data/types.ts';
import type { Glossary } from '../text/glossary.ts';
import type { FromTagger, TaggerWork } from './tagger-thread.ts';
import type { Tagger, TaggerCounts } from './types.ts';

/** Workers are separate files that Node has to be able to run: only built code has them. */
const entry = new URL('./tagger-thread.js', import.meta.url);

/** Whether this code can start threads of its own: built, not run from its sources. */
export const hasThreads = import.meta.url.endsWith('.js');

interface Call {
  resolve(answer: Extract<FromTagger, { kind: 'answer' }>): void;
  reject(error: unknown): void;
}

/** A thread with a model. */
class TaggerThread {
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  readonly ready: Promise<Extract<FromTagger, { kind: 'ready' }>>;
  #failure: unknown;
  #next = 0;

  constructor(work: TaggerWork) {
    this.#worker = new Worker(entry, { workerData: work });
    this.ready = new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        this.#failure = error;
        reject(error);
        for (const call of this.#calls.values()) call.reject(error);
        this.#calls.clear();
      };
      this.#worker.on('error', fail);
      this.#worker.on('exit', (code) => fail(new Error(`the thread of a model ended with code ${code}`)));
      this.#worker.on('message', (message: FromTagger) => {
        if (message.kind === 'ready') resolve(message);
        else if (message.kind === 'refused') fail(new UserError(message.error));
        else this.#settle(message);
      });
    });
    this.ready.catch(() => {}); // awaited by whoever made the thread
  }

  #settle(message: Exclude<FromTagger, { kind: 'ready' | 'refused' }>): void {
    const call = this.#calls.get(message.call);
    this.#calls.delete(message.call);
    if (message.kind === 'answer') call?.resolve(message);
    else call?.reject(message.error);
  }

  tag(sentences: readonly (readonly string[])[]): Promise<Extract<FromTagger, { kind: 'answer' }>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const call = this.#next++;
      this.#calls.set(call, { resolve, reject });
      this.#worker.postMessage({ call, sentences });
    });
  }

  async dispose(): Promise<void> {
    await this.#worker.terminate();
  }
}

/**
 * Loads a model in several threads, each with one processor thread.
 * @param model a shipped model's name, or a model folder
 * @param glossary as for `loadModel`
 * @throws what `loadModel` throws
 */
export async function createParallelTagger(
  model: string,
  threads: number,
  glossary?: Glossary,
): Promise<Tagger> {
  const work: TaggerWork = { model, ...(glossary === undefined ? {} : { glossary }) };
  const pool = Array.from({ length: threads }, () => new TaggerThread(work));
  const dispose = async (): Promise<void> => {
    await Promise.all(pool.map((thread) => thread.dispose()));
  };
  const counts: TaggerCounts = { sentences: 0, windowed: 0, bounded: 0 };
  try {
    const ready = await Promise.all(pool.map((thread) => thread.ready));
    return {
      name: model,
      types: ready[0]!.types,
      readsMeanings: ready[0]!.readsMeanings,
      counts,
      device: 'cpu',
      async tag(sentences) {
        const parts = deal(sentences, pool.length);
        const answers = await Promise.all(
          parts.map((places, i) => pool[i]!.tag(places.map((place) => sentences[place]!))),
        );
        const entities: ScoredEntity[][] = new Array(sentences.length);
        for (const [i, places] of parts.entries()) {
          const answer = answers[i]!;
          for (const [k, place] of places.entries()) entities[place] = answer.entities[k]!;
          counts.windowed += answer.windowed;
          counts.bounded += answer.bounded;
        }
        counts.sentences += sentences.length;
        return entities;
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Deals sentences out so that every part has as many of each length: to and fro, the longest first. */
export function deal(sentences: readonly (readonly string[])[], parts: number): number[][] {
  const dealt: number[][] = Array.from({ length: parts }, () => []);
  const places = [...sentences.keys()].sort((a, b) => sentences[b]!.length - sentences[a]!.length || a - b);
  for (const [n, place] of places.entries()) {
    const turn = n % (2 * parts);
    dealt[turn < parts ? turn : 2 * parts - 1 - turn]!.push(place);
  }
  return dealt;
}
