/** Documents that are worked on while nobody waits: their states, results kept for a while, cancellation. */
import { randomUUID } from 'node:crypto';
import type { Analyst, Answer, WorkProgress } from './analyst.ts';
import type { Intake } from './intake.ts';
import { megabytes, type ServiceLimits } from './limits.ts';
import { Problem, type ProblemJson, problemJson } from './problems.ts';

/** What is told of a job. */
export interface JobState {
  readonly id: string;
  readonly state: WorkProgress['state'] | 'done' | 'failed' | 'cancelled';
  /** Done, in [0, 1]. */
  readonly progress: number;
  readonly sentences: number;
  readonly entities: number;
  readonly error?: ProblemJson;
}

/** Settings of {@link createJobs}. */
export interface JobsOptions {
  readonly analyst: Analyst;
  readonly limits: Pick<ServiceLimits, 'jobs' | 'resultBytes' | 'resultSeconds'>;
  /** Hears of results. */
  readonly onDone: (answer: Answer) => void;
  /** Hears of errors that are nobody's input. */
  readonly onBug: (error: unknown, id: string) => void;
}

/** All jobs. */
export interface Jobs {
  /** Jobs that are waiting or worked on. */
  readonly unfinished: number;
  /** Jobs that ended well and whose results nobody has fetched. */
  readonly unfetched: number;
  /** @throws Problem `E_BUSY` */
  start(intake: Intake): JobState;
  /** @throws Problem `E_JOB` */
  state(id: string): JobState;
  /** @throws Problem `E_JOB`, `E_JOB_STATE`, and the problem of a job that failed */
  result(id: string): Answer;
  /** Cancels what is unfinished and forgets what is finished. @throws Problem `E_JOB` */
  remove(id: string): JobState;
  /** Hears of changes until the job ends. @returns what stops it @throws Problem `E_JOB` */
  watch(id: string, listener: (state: JobState) => void): () => void;
  close(): void;
}

interface Job {
  state: JobState;
  readonly stop: AbortController;
  readonly listeners: Set<(state: JobState) => void>;
  answer?: Answer;
  failure?: unknown;
  fetched: boolean;
  /** When it ended or was last asked for, milliseconds. */
  touched: number;
}

/** Whether nothing more will happen to a job. */
export const isFinal = ({ state }: JobState): boolean => ['done', 'failed', 'cancelled'].includes(state);

/** Makes an empty store. */
export function createJobs({ analyst, limits, onDone, onBug }: JobsOptions): Jobs {
  const jobs = new Map<string, Job>();
  const sweeper = setInterval(() => forgetOld(), 10_000);
  sweeper.unref();

  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw unknownJob(limits.resultSeconds);
    job.touched = performance.now();
    return job;
  };

  const update = (job: Job, change: Partial<JobState>): void => {
    if (isFinal(job.state)) return;
    job.state = { ...job.state, ...change };
    job.touched = performance.now();
    for (const listener of [...job.listeners]) listener(job.state);
    if (isFinal(job.state)) job.listeners.clear();
  };

  const finish = (job: Job, answer: Answer): void => {
    if (isFinal(job.state)) return;
    if (answer.body.length > limits.resultBytes) {
      throw new Problem(
        'E_RESULT_SIZE',
        `the result has ${megabytes(answer.body.length)}, at most ${megabytes(limits.resultBytes)} are kept`,
        { hint: 'POST /api/extract answers without keeping it' },
      );
    }
    job.answer = answer;
    update(job, { state: 'done', progress: 1, sentences: answer.sentences, entities: answer.entities });
    onDone(answer);
    makeRoom(job);
  };

  const fail = (job: Job, error: unknown): void => {
    if (isFinal(job.state)) return;
    const id = randomUUID();
    const problem = problemJson(error, id);
    if (problem.status === 500) onBug(error, id);
    job.failure = error;
    update(job, { state: 'failed', error: problem });
  };

  /** Finished jobs, those first that were asked for longest ago. */
  const finished = (): [string, Job][] =>
    [...jobs].filter(([, job]) => isFinal(job.state)).sort(([, a], [, b]) => a.touched - b.touched);

  const makeRoom = (keep: Job): void => {
    const all = finished();
    let bytes = all.reduce((sum, [, { answer }]) => sum + (answer?.body.length ?? 0), 0);
    let count = all.length;
    for (const [id, job] of all) {
      if (bytes <= limits.resultBytes && count <= limits.jobs) return;
      if (job === keep) continue;
      jobs.delete(id);
      bytes -= job.answer?.body.length ?? 0;
      count--;
    }
  };

  const forgetOld = (): void => {
    const oldest = performance.now() - limits.resultSeconds * 1000;
    for (const [id, { touched }] of finished()) if (touched < oldest) jobs.delete(id);
  };

  return {
    get unfinished() {
      return [...jobs.values()].filter(({ state }) => !isFinal(state)).length;
    },
    get unfetched() {
      return [...jobs.values()].filter(({ state, fetched }) => state.state === 'done' && !fetched).length;
    },
    start: ({ order, release }) => {
      const id = randomUUID();
      const job: Job = {
        state: { id, state: 'queued', progress: 0, sentences: 0, entities: 0 },
        stop: new AbortController(),
        listeners: new Set(),
        fetched: false,
        touched: performance.now(),
      };
      const work = analyst.analyze(order, {
        signal: job.stop.signal,
        onProgress: (progress) => update(job, progress),
      });
      jobs.set(id, job);
      work
        .then((answer) => finish(job, answer))
        .catch((error: unknown) => fail(job, error))
        .finally(release);
      return job.state;
    },
    state: (id) => find(id).state,
    result: (id) => {
      const job = find(id);
      if (job.answer !== undefined) {
        job.fetched = true;
        return job.answer;
      }
      if (job.failure !== undefined) throw job.failure;
      throw new Problem('E_JOB_STATE', `the job is ${job.state.state}`, {
        hint: isFinal(job.state) ? 'start it again' : 'its events tell when it is done',
      });
    },
    remove: (id) => {
      const job = find(id);
      if (isFinal(job.state)) jobs.delete(id);
      else {
        update(job, { state: 'cancelled' });
        job.stop.abort(new Error('cancelled'));
      }
      return job.state;
    },
    watch: (id, listener) => {
      const { listeners, state } = find(id);
      listener(state);
      if (isFinal(state)) return () => {};
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => clearInterval(sweeper),
  };
}

const unknownJob = (seconds: number): Problem =>
  new Problem('E_JOB', 'there is no such job', {
    hint: `results are kept for ${Math.round(seconds / 60)} minutes after they were last asked for, and fewer when there are many`,
  });
