/** The process that reads documents, `reader-worker <characters>`: bytes in, finished answers out; sentences are tagged by way of the service. */
import type { ScoredEntity } from '../data/types.ts';
import { analyzeDocument } from '../predict/analyze-document.ts';
import type { DocumentResult } from '../predict/document-result.ts';
import type { Tagger } from '../predict/types.ts';
import { tagInWindows } from '../predict/windows.ts';
import type { Answer, Order } from './analyst.ts';
import type { FromReader, TaggedSentences, ToReader } from './messages.ts';
import { openDocument } from './open-document.ts';
import { renderResult } from './outputs.ts';
import { fromFailure, toFailure } from './problems.ts';
import { serveParent } from './worker-process.ts';

interface OpenCall {
  resolve(found: TaggedSentences): void;
  reject(error: Error): void;
}

interface OpenTask {
  readonly stop: AbortController;
  readonly calls: Map<number, OpenCall>;
}

/** Longest text of a document. */
const characters = Number(process.argv[2]);
const tasks = new Map<number, OpenTask>();

const send = serveParent<ToReader, FromReader>((message) => {
  if (message.kind === 'analyze') {
    void work(message);
    return;
  }
  const task = tasks.get(message.task);
  if (message.kind === 'cancel') {
    const reason = new Error('stopped');
    task?.stop.abort(reason);
    for (const call of task?.calls.values() ?? []) call.reject(reason);
    return;
  }
  const call = task?.calls.get(message.call);
  task?.calls.delete(message.call);
  if (message.kind === 'tagged') call?.resolve(message.found);
  else call?.reject(fromFailure(message.failure));
});

async function work({ task, order, model }: Extract<ToReader, { kind: 'analyze' }>): Promise<void> {
  const open: OpenTask = { stop: new AbortController(), calls: new Map() };
  tasks.set(task, open);
  try {
    const answer = await analyze(task, order, model, open);
    tasks.delete(task);
    send({ kind: 'done', task, answer, memory: process.memoryUsage.rss() });
  } catch (error) {
    tasks.delete(task);
    send({ kind: 'failed', task, failure: toFailure(error), memory: process.memoryUsage.rss() });
  }
}

type Described = Extract<ToReader, { kind: 'analyze' }>['model'];

/** Share of the work that reading counts as, in the progress. */
const readingShare = 0.2;

async function analyze(
  task: number,
  order: Order,
  model: Described,
  { stop: { signal }, calls }: OpenTask,
): Promise<Answer> {
  let entities = 0;
  const kept = new Set(order.types ?? model.types);
  const wanted = ({ type, score }: ScoredEntity): boolean => kept.has(type) && score >= (order.minScore ?? 0);
  const tell = (state: 'reading' | 'tagging', progress: number, sentences: number): void =>
    send({ kind: 'progress', task, progress: { state, progress, sentences, entities } });
  tell('reading', 0, 0);
  const document = await openDocument(order, { characters, signal }, (fraction) =>
    tell('reading', fraction * readingShare, 0),
  );
  const tagger = remoteTagger(order.model, model, (call, sentences) => {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      calls.set(call, { resolve, reject });
      send({ kind: 'tag', task, call, sentences });
    });
  });
  const counting: Tagger = {
    ...tagger,
    counts: tagger.counts,
    tag: async (sentences) => {
      const found = await tagger.tag(sentences);
      for (const list of found) entities += list.filter(wanted).length;
      return found;
    },
  };
  const result: DocumentResult = await analyzeDocument(document, counting, {
    signal,
    ...(order.types === undefined ? {} : { types: order.types }),
    ...(order.minScore === undefined ? {} : { minScore: order.minScore }),
    onProgress: (done, total) =>
      tell('tagging', readingShare + (1 - readingShare) * (total === 0 ? 1 : done / total), done),
  });
  signal.throwIfAborted();
  return renderResult(result, order.output);
}

/** A tagger whose model runs in another process. */
function remoteTagger(
  name: string,
  model: Described,
  ask: (call: number, sentences: readonly string[]) => Promise<TaggedSentences>,
): Tagger {
  const counts = { sentences: 0, windowed: 0, bounded: 0 };
  let calls = 0;
  const tagShort = async (short: readonly (readonly string[])[]): Promise<ScoredEntity[][]> => {
    const { answers, bounded } = await ask(
      calls++,
      short.map((words) => JSON.stringify(words)),
    );
    counts.bounded += bounded;
    return answers.map((packed) => (packed === '[]' ? [] : (JSON.parse(packed) as ScoredEntity[])));
  };
  return {
    name,
    ...model,
    counts,
    device: 'cpu',
    tag: async (sentences) => {
      // Windows are cut here, so that a sentence without end is many small pieces of work for the model's process.
      const { entities, windowed } = await tagInWindows(sentences, tagShort);
      counts.sentences += sentences.length;
      counts.windowed += windowed;
      return entities;
    },
    dispose: async () => {},
  };
}

send({ kind: 'ready' });
