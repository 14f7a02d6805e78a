/** The thread that reads documents and runs models in the browser; the page stays free to draw. */
import { errorMessage, UserError } from '../../../src/base/errors.ts';
import { documentFormat } from '../../../src/document/format.ts';
import { documentFromBytes } from '../../../src/document/from-bytes.ts';
import { documentFromString } from '../../../src/document/from-string.ts';
import { checkLimit, defaultLimits } from '../../../src/document/limits.ts';
import type { Document } from '../../../src/document/types.ts';
import { analyzeDocument } from '../../../src/predict/analyze-document.ts';
import type { Tagger } from '../../../src/predict/types.ts';
import { EngineError, type EngineInput } from '../engine/types.ts';
import { loadTagger, threadsOf } from './load-tagger.ts';
import type { FromWorker, PlainError, ToWorker } from './messages.ts';

type Call = Exclude<ToWorker, { kind: 'cancel' }>;

const say = (message: FromWorker): void => self.postMessage(message);
/** Calls that have not ended. */
const open = new Map<number, AbortController>();
/** Calls are worked on one after the other: the model is one. */
let queue: Promise<void> = Promise.resolve();

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'cancel') {
    open.get(data.call)?.abort();
    return;
  }
  const controller = new AbortController();
  open.set(data.call, controller);
  queue = queue.then(() => answer(data, controller.signal));
});

async function answer(message: Call, signal: AbortSignal): Promise<void> {
  const { call } = message;
  try {
    signal.throwIfAborted();
    if (message.kind === 'load') {
      await load(message);
      say({ kind: 'loaded', call, threads: threadsOf(message.runtime) });
    } else {
      say({ kind: 'result', call, result: await analyze(message, signal) });
    }
  } catch (error) {
    say(signal.aborted ? { kind: 'stopped', call } : { kind: 'failed', call, error: plain(error) });
  } finally {
    open.delete(call);
  }
}

function load({ call, model, runtime }: Call): Promise<Tagger> {
  return loadTagger(model, runtime, (fraction) =>
    say({ kind: 'progress', call, progress: { stage: 'loading', fraction, sentences: 0, entities: 0 } }),
  );
}

async function analyze(message: Extract<Call, { kind: 'analyze' }>, signal: AbortSignal) {
  const { call, input } = message;
  const tell = (stage: string, done: number, total: number, sentences = 0, entities = 0): void => {
    const fraction = total === 0 ? 0 : done / total;
    say({ kind: 'progress', call, progress: { stage, fraction, sentences, entities } });
  };
  const tagger = await load(message);
  signal.throwIfAborted();
  tell('reading', 0, 1);
  const document = await readInput(input, signal, (done, total) => tell('reading', done, total));
  let entities = 0;
  const counting: Tagger = {
    ...tagger,
    async tag(sentences) {
      const found = await tagger.tag(sentences);
      for (const { length } of found) entities += length;
      return found;
    },
  };
  return analyzeDocument(document, counting, {
    signal,
    onProgress: (done, total) => tell('tagging', done, total, done, entities),
  });
}

/** A file as its bytes and name say; a text as its name says, or else as plain text. */
async function readInput(
  input: EngineInput,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Document> {
  if ('bytes' in input) return documentFromBytes(input.name, input.bytes, { signal, onProgress });
  const { name, text } = input;
  checkLimit(name, 'characters of text', text.length, defaultLimits.characters);
  const format = documentFormat(name);
  const isText = format !== undefined && format !== 'pdf' && format !== 'docx';
  return documentFromString(name, text, isText ? format : 'text');
}

function plain(error: unknown): PlainError {
  if (error instanceof UserError || error instanceof EngineError) {
    const { code, message, hint } = error;
    return { code, message, hint };
  }
  const memory = /memory|allocat/i.test(errorMessage(error));
  return memory
    ? {
        code: 'E_MEMORY',
        message: `the browser has no memory left for this (${errorMessage(error)})`,
        hint: 'close other tabs, or give the document in parts',
      }
    : { code: 'E_ENGINE', message: errorMessage(error) };
}
