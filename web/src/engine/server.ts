/** The service as an engine: jobs, their events, cancellation, and the token when it wants one. */
import type { DocumentResult } from '../../../src/predict/document-result.ts';
import {
  type Engine,
  EngineError,
  type EngineInput,
  type EngineOptions,
  type EngineProgress,
  type ModelInfo,
} from './types.ts';

/** Settings of {@link createServerEngine}. */
export interface ServerEngineOptions {
  /**
   * Asks the user for the token.
   * @param wrong whether one was given and refused
   * @returns undefined when the user does not give one
   */
  askToken(wrong: boolean): Promise<string | undefined>;
}

/** A job as the service tells of it. */
interface JobState {
  readonly id: string;
  readonly state: 'queued' | 'reading' | 'tagging' | 'done' | 'failed' | 'cancelled';
  readonly progress: number;
  readonly sentences: number;
  readonly entities: number;
  readonly error?: ProblemJson;
}

interface ProblemJson {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly hint?: string;
}

type Send = (path: string, init?: RequestInit) => Promise<Response>;

const tokenKey = 'w2ner-token';
const isFinal = ({ state }: JobState): boolean => ['done', 'failed', 'cancelled'].includes(state);

/** Milliseconds before a broken stream of events is opened again, and how often that is tried. */
const retryPause = 1000;
const retries = 5;

/** Makes the engine. Addresses are relative to the page, so that it works behind a path of a proxy. */
export function createServerEngine({ askToken }: ServerEngineOptions): Engine {
  const send = createSender(askToken);
  return {
    models: async () => {
      const response = await checked(send('api/models'));
      return ((await response.json()) as { models: ModelInfo[] }).models;
    },
    analyze: (input, options) => analyze(input, options, send),
  };
}

/** Requests with the token, which is asked for when the service refuses; several refusals at once ask once. */
function createSender(askToken: ServerEngineOptions['askToken']): Send {
  let asking: Promise<string | undefined> | undefined;
  const ask = (wrong: boolean): Promise<string | undefined> => {
    asking ??= askToken(wrong)
      .then((token) => {
        if (token !== undefined) sessionStorage.setItem(tokenKey, token);
        return token;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
  return async (path, init = {}) => {
    for (;;) {
      const token = sessionStorage.getItem(tokenKey);
      const headers = new Headers(init.headers);
      if (token !== null) headers.set('authorization', `Bearer ${token}`);
      const response = await fetch(path, { ...init, headers, cache: 'no-store' }).catch((error: unknown) => {
        if (init.signal?.aborted === true) throw init.signal.reason;
        throw new EngineError('E_NETWORK', error instanceof Error ? error.message : String(error));
      });
      if (response.status !== 401) return response;
      // Another request may have brought the right token meanwhile.
      if (sessionStorage.getItem(tokenKey) !== token) continue;
      if ((await ask(token !== null)) === undefined) return response;
    }
  };
}

async function checked(request: Promise<Response>): Promise<Response> {
  const response = await request;
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as ProblemJson;
  throw problemError(problem, `${response.status} ${response.statusText}`);
}

const problemError = ({ code, detail, title, hint }: ProblemJson, otherwise: string): EngineError =>
  new EngineError(code ?? 'E_SERVICE', detail ?? title ?? otherwise, hint);

async function analyze(input: EngineInput, options: EngineOptions, send: Send): Promise<DocumentResult> {
  const { signal, onProgress } = options;
  const accepted = await checked(send('api/jobs', requestOf(input, options)));
  const { id } = (await accepted.json()) as { id: string };
  const job = `api/jobs/${id}`;
  const cancel = (): void => {
    send(job, { method: 'DELETE', keepalive: true }).catch(() => {});
  };
  try {
    const state = await follow(job, send, signal, onProgress);
    if (state.state === 'failed') throw problemError(state.error ?? {}, 'the work failed');
    if (state.state === 'cancelled') throw new EngineError('E_CANCELLED', 'the work was cancelled');
    const response = await checked(send(`${job}/result`, { signal }));
    const result = (await response.json()) as DocumentResult;
    cancel(); // what is finished is forgotten: the service need not keep it
    return result;
  } catch (error) {
    cancel();
    throw signal.aborted ? signal.reason : error;
  }
}

function requestOf(input: EngineInput, { model, signal }: EngineOptions): RequestInit {
  if ('text' in input) {
    const { text, name } = input;
    return {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, name, ...(model === undefined ? {} : { model }) }),
      signal,
    };
  }
  const form = new FormData();
  if (model !== undefined) form.set('model', model);
  form.set('file', new Blob([input.bytes as Uint8Array<ArrayBuffer>]), input.name);
  return { method: 'POST', body: form, signal };
}

/** Hears of a job until it ends. */
async function follow(
  job: string,
  send: Send,
  signal: AbortSignal,
  onProgress: (progress: EngineProgress) => void,
): Promise<JobState> {
  for (let attempt = 0; ; attempt++) {
    let problem = new EngineError('E_NETWORK', 'the service stopped telling of its work');
    try {
      const response = await checked(send(`${job}/events`, { signal }));
      for await (const state of readEvents(response.body!)) {
        const { state: stage, progress: fraction, sentences, entities } = state;
        if (isFinal(state)) return state;
        onProgress({ stage, fraction, sentences, entities });
      }
    } catch (error) {
      if (error instanceof EngineError && error.code !== 'E_NETWORK') throw error;
      if (error instanceof EngineError) problem = error;
    }
    signal.throwIfAborted();
    if (attempt === retries) throw problem;
    await new Promise((resolve) => setTimeout(resolve, retryPause));
  }
}

/** The states in a stream of server-sent events (WHATWG HTML, §9.2): of an event only the data matters here. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<JobState> {
  const reader = stream
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (rest + value).split('\n\n');
      rest = events.pop()!;
      for (const event of events) {
        const data = event
          .split('\n')
          .filter((line) => line.startsWith('data: '))
          .map((line) => line.slice('data: '.length));
        if (data.length > 0) yield JSON.parse(data.join('\n')) as JobState;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
