/** Figures for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Analyst, Answer, OnServiceEvent } from './analyst.ts';
import type { HeldBytes } from './held-bytes.ts';
import type { Jobs } from './jobs.ts';

/** Figures of one service. */
export interface Metrics {
  readonly contentType: string;
  readonly onEvent: OnServiceEvent;
  /** Counts an answered request. @param route the pattern, not the address */
  request(route: string, method: string, status: number, seconds: number): void;
  /** Counts a document that was worked on to its end. */
  document(answer: Pick<Answer, 'sentences' | 'entities'>): void;
  /** Tells what is read when it is asked for. */
  observe(sources: { readonly analyst: Analyst; readonly jobs: Jobs; readonly held: HeldBytes }): void;
  text(): Promise<string>;
}

const latencyBuckets = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120];
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Makes figures that are all zero. @param settings.process also figures of the process: memory, processor, event loop */
export function createMetrics(settings: { readonly process: boolean }): Metrics {
  const registers = [new Registry()];
  const [register] = registers as [Registry];
  if (settings.process) collectDefaultMetrics({ register });
  const counter = <T extends string>(name: string, help: string, ...labelNames: T[]) =>
    new Counter({ name: `w2ner_${name}`, help, labelNames, registers });
  const histogram = <T extends string>(name: string, help: string, buckets: number[], ...labelNames: T[]) =>
    new Histogram({ name: `w2ner_${name}`, help, buckets, labelNames, registers });
  const requests = counter('http_requests_total', 'Answered requests.', 'route', 'method', 'status');
  const latency = histogram('http_request_seconds', 'Time until the answer began.', latencyBuckets, 'route');
  const documents = counter('documents_total', 'Documents that were worked on to their end.');
  const sentences = counter('sentences_total', 'Sentences of these documents.');
  const entities = counter('entities_total', 'Entities of these documents.');
  const restarts = counter('worker_restarts_total', 'Processes that were lost and replaced.', 'role');
  const retries = counter('retries_total', 'Pieces of work tried again after a process was lost.', 'role');
  const batchSize = histogram('batch_sentences', 'Sentences in a batch.', batchBuckets, 'model');
  const batchRequests = histogram(
    'batch_requests',
    'Requests whose sentences share a batch.',
    batchBuckets,
    'model',
  );
  const batchSeconds = histogram('batch_seconds', 'Time of a batch.', latencyBuckets, 'model');
  return {
    contentType: register.contentType,
    request: (route, method, status, seconds) => {
      requests.inc({ route, method, status: String(status) });
      latency.observe({ route }, seconds);
    },
    document: (answer) => {
      documents.inc();
      sentences.inc(answer.sentences);
      entities.inc(answer.entities);
    },
    onEvent: (event) => {
      if (event.kind === 'worker-lost') restarts.inc({ role: event.role });
      else if (event.kind === 'retry') retries.inc({ role: event.role }, event.tasks);
      else if (event.kind === 'batch') {
        const { model } = event;
        batchSize.observe({ model }, event.sentences);
        batchRequests.observe({ model }, event.requests);
        batchSeconds.observe({ model }, event.seconds);
      }
    },
    observe: ({ analyst, jobs, held }) => {
      const gauges: readonly (readonly [name: string, help: string, value: () => number])[] = [
        ['queue_documents', 'Documents that wait.', () => analyst.load().queue],
        ['running_documents', 'Documents that are worked on.', () => analyst.load().running],
        ['queue_sentences', 'Sentences that wait for a model.', () => analyst.load().sentences],
        ['workers_alive', 'Processes that are ready.', () => analyst.load().alive],
        ['workers_busy', 'Processes that are at work.', () => analyst.load().busy],
        ['jobs_unfinished', 'Jobs that wait or are worked on.', () => jobs.unfinished],
        ['held_bytes', 'Bytes of request bodies that are held.', () => held.bytes],
      ];
      for (const [name, help, value] of gauges) {
        new Gauge({
          name: `w2ner_${name}`,
          help,
          registers,
          collect() {
            this.set(value());
          },
        });
      }
    },
    text: () => register.metrics(),
  };
}
