/** A job's states as server-sent events. */
import type { JobState, Jobs } from './jobs.ts';
import { isFinal } from './jobs.ts';

/** Milliseconds between comments that keep proxies from closing a silent stream. */
const heartbeat = 15_000;

const eventOf = (state: JobState): string => (isFinal(state) ? state.state : 'progress');

/**
 * The events of a job: the present state at once, each change, the end.
 * @throws Problem `E_JOB`
 */
export function jobEvents(jobs: Jobs, id: string): Response {
  jobs.state(id);
  const encoder = new TextEncoder();
  let close: () => void = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const timer = setInterval(() => controller.enqueue(encoder.encode(': still here\n\n')), heartbeat);
      let stop: () => void = () => {};
      close = () => {
        clearInterval(timer);
        stop();
      };
      stop = jobs.watch(id, (state) => {
        controller.enqueue(encoder.encode(`event: ${eventOf(state)}\ndata: ${JSON.stringify(state)}\n\n`));
        if (!isFinal(state)) return;
        close();
        controller.close();
      });
    },
    cancel: () => close(),
  });
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no', // nginx would hold events back
    },
  });
}
