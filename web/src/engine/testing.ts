/** The page that tests and benchmarks load: the engine of the page that works alone, without anything to look at. */
import type { Harness } from '../../../test/web/harness-calls.ts';
import { createBrowserEngine } from './browser.ts';
import { EngineError, type EngineInput, type EngineProgress } from './types.ts';

/** `?threads=2` in the address: threads inside an operator. */
const threads = Number(new URLSearchParams(location.search).get('threads') ?? 1);
const engine = createBrowserEngine({ threads });
const ready = engine.ready().then((loaded) => ({ ...loaded, milliseconds: performance.now() }));
ready.catch(() => {}); // told to whoever asks

const harness: Harness = {
  models: () => engine.models(),
  ready: () => ready,
  async analyze(name, content, model) {
    const input: EngineInput =
      typeof content === 'string' ? { name, text: content } : { name, bytes: Uint8Array.from(content) };
    const stages: string[] = [];
    const onProgress = ({ stage }: EngineProgress): void => {
      if (stages.at(-1) !== stage) stages.push(stage);
    };
    const options = { signal: new AbortController().signal, onProgress };
    const started = performance.now();
    try {
      const result = await engine.analyze(input, model === undefined ? options : { ...options, model });
      return { result, stages, milliseconds: performance.now() - started };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const { code, message, hint } = error;
      return { error: { code, message, hint }, stages, milliseconds: performance.now() - started };
    }
  },
  async cancel(name, text) {
    const controller = new AbortController();
    let aborted = 0;
    const onProgress = ({ stage }: EngineProgress): void => {
      if (stage !== 'tagging' || aborted > 0) return;
      aborted = performance.now();
      controller.abort();
    };
    try {
      await engine.analyze({ name, text }, { signal: controller.signal, onProgress });
      return { threw: 'nothing', milliseconds: 0 };
    } catch (error) {
      return { threw: (error as Error).name, milliseconds: performance.now() - aborted };
    }
  },
};

Object.assign(globalThis, { harness });
