/** The documents that are open: their work, results and corrections. */

import { computed, type Signal, signal } from '@preact/signals';
import { type History, startHistory } from '../correct/history.ts';
import { createPageDocument } from '../document/page-document.ts';
import type { EntityLists, PageDocument } from '../document/types.ts';
import {
  type Engine,
  EngineError,
  type EngineInput,
  type EngineProgress,
  type ModelInfo,
} from '../engine/types.ts';
import { announce } from './announce.ts';
import { words } from './settings.ts';

/** How a document is. */
export type DocumentStatus =
  | { readonly kind: 'working'; readonly progress: EngineProgress }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'done'; readonly document: PageDocument };

/** A document in the list. */
export interface OpenDocument {
  readonly key: string;
  readonly name: string;
  readonly status: Signal<DocumentStatus>;
  /** Its entities with the corrections; empty until the work is done. */
  readonly history: Signal<History>;
  /** Starts the work again. Absent for a document that was restored. */
  readonly input?: EngineInput;
  readonly stop: AbortController;
}

export const documents = signal<readonly OpenDocument[]>([]);
const activeKey = signal('');
export const models = signal<readonly ModelInfo[]>([]);
/** Name of the chosen model; '' for the default one. */
export const chosenModel = signal('');
/** What keeps the models from being listed. */
export const engineProblem = signal<EngineError | undefined>(undefined);

/** The document that is shown. */
export const active = computed(
  () => documents.value.find(({ key }) => key === activeKey.value) ?? documents.value[0],
);
/** Its content, when the work on it is done. */
export const activeDocument = computed((): PageDocument | undefined => {
  const status = active.value?.status.value;
  return status?.kind === 'done' ? status.document : undefined;
});
/** Its entities with the corrections. */
export const activeLists = computed((): EntityLists => active.value?.history.value.lists ?? []);

/** All documents that are done. */
export const finishedDocuments = computed(() =>
  documents.value.flatMap(({ key, status, history }) =>
    status.value.kind === 'done'
      ? [{ key, document: status.value.document, lists: history.value.lists }]
      : [],
  ),
);

/** Documents worked on at a time; the others wait. */
const mostAtOnce = 2;
let engine: Engine | undefined;
let running = 0;
let made = 0;
const waiting: OpenDocument[] = [];

/** Starts with an engine. */
export async function startEngine(own: Engine): Promise<void> {
  engine = own;
  try {
    models.value = await own.models();
    engineProblem.value = undefined;
  } catch (error) {
    engineProblem.value = asEngineError(error);
  }
}

/** Lists the models again after a failure. */
export const retryEngine = (): Promise<void> =>
  engine === undefined ? Promise.resolve() : startEngine(engine);

/** Shows a document. */
export function showDocument(key: string): void {
  activeKey.value = key;
}

const queued: EngineProgress = { stage: 'queued', fraction: 0, sentences: 0, entities: 0 };

/** Opens documents and starts the work on them; the first of them is shown. */
export function openInputs(inputs: readonly EngineInput[]): void {
  const opened = inputs.map(
    (input): OpenDocument => ({
      key: `d${++made}`,
      name: input.name,
      status: signal<DocumentStatus>({ kind: 'working', progress: queued }),
      history: signal(startHistory([])),
      input,
      stop: new AbortController(),
    }),
  );
  if (opened[0] === undefined) return;
  documents.value = [...documents.value, ...opened];
  showDocument(opened[0].key);
  waiting.push(...opened);
  startNext();
}

/** Opens a document whose result is there already. */
export function openResult(document: PageDocument, history: History): void {
  const key = `d${++made}`;
  const opened: OpenDocument = {
    key,
    name: document.result.name,
    status: signal<DocumentStatus>({ kind: 'done', document }),
    history: signal(history),
    stop: new AbortController(),
  };
  documents.value = [...documents.value, opened];
  showDocument(key);
}

function startNext(): void {
  while (running < mostAtOnce && waiting.length > 0) {
    const next = waiting.shift()!;
    if (next.stop.signal.aborted) continue;
    running++;
    work(next).finally(() => {
      running--;
      startNext();
    });
  }
}

async function work({ input, status, history, stop }: OpenDocument): Promise<void> {
  try {
    const result = await engine!.analyze(input!, {
      signal: stop.signal,
      ...(chosenModel.value === '' ? {} : { model: chosenModel.value }),
      onProgress: (progress) => {
        if (status.value.kind === 'working') status.value = { kind: 'working', progress };
      },
    });
    if (stop.signal.aborted) return;
    const document = createPageDocument(result);
    history.value = startHistory(document.found);
    status.value = { kind: 'done', document };
    announce(words.value.done(result.name, result.summary.entities));
  } catch (error) {
    if (stop.signal.aborted) return;
    const { code, message, hint } = asEngineError(error);
    status.value = { kind: 'failed', code, message, hint };
  }
}

const asEngineError = (error: unknown): EngineError =>
  error instanceof EngineError
    ? error
    : new EngineError('E_BUG', error instanceof Error ? error.message : String(error));

/** Stops the work on a document. */
export function cancelDocument({ stop, status }: OpenDocument): void {
  stop.abort(new EngineError('E_CANCELLED', 'cancelled'));
  if (status.value.kind === 'working') status.value = { kind: 'cancelled' };
}

/** Takes a document out of the list. */
export function closeDocument(document: OpenDocument): void {
  cancelDocument(document);
  documents.value = documents.value.filter((other) => other !== document);
}

/** Starts the work again. */
export function retryDocument(document: OpenDocument): void {
  if (document.input === undefined) return;
  const again: OpenDocument = {
    ...document,
    status: signal<DocumentStatus>({ kind: 'working', progress: queued }),
    stop: new AbortController(),
  };
  documents.value = documents.value.map((other) => (other === document ? again : other));
  waiting.push(again);
  startNext();
}
