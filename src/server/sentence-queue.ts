/** Which sentences go into the next batch: those of several requests together, and no request starves another. */

/** Sentences of one request that want an answer together. */
export interface SentenceCall {
  /** Per sentence its words, packed. */
  readonly sentences: readonly string[];
}

/** A half-open range of a call's sentences. */
export interface Portion<Call extends SentenceCall = SentenceCall> {
  readonly call: Call;
  readonly start: number;
  readonly end: number;
}

/** Bounds of a batch. */
export interface SentenceQueueLimits {
  /** Most sentences in a batch. */
  readonly sentences: number;
  /** Most characters in a batch, unless a single sentence has more. */
  readonly characters: number;
  /** Calls up to this size are short: they go first. */
  readonly short: number;
  /** Most sentences of long calls in a batch while more short calls are expected, so that those wait briefly. */
  readonly longShare: number;
  /** Sentences that a long call gets at a turn; one turn is all that long calls get beside short ones. */
  readonly turn: number;
}

export const defaultQueueLimits: SentenceQueueLimits = {
  sentences: 256,
  characters: 100_000,
  short: 16,
  longShare: 32,
  turn: 16,
};

/** Milliseconds for which a short call makes others expected. */
const shortCallsRecent = 1000;

interface Waiting<Call> {
  readonly call: Call;
  next: number;
  readonly end: number;
}

/** Calls that wait. */
export interface SentenceQueue<Call extends SentenceCall> {
  /** Sentences that wait. */
  readonly sentences: number;
  add(call: Call): void;
  /** Forgets what is left of a call. */
  remove(call: Call): void;
  /** Takes back portions of a batch that failed; each then makes a batch of its own, so that one cannot spoil another. */
  giveBack(portions: readonly Portion<Call>[]): void;
  /** The next batch; empty when nothing waits. @param now milliseconds */
  take(now: number): Portion<Call>[];
}

/** Makes an empty queue. */
export function createSentenceQueue<Call extends SentenceCall>(
  limits: SentenceQueueLimits = defaultQueueLimits,
): SentenceQueue<Call> {
  let short: Waiting<Call>[] = [];
  let long: Waiting<Call>[] = [];
  let alone: Portion<Call>[] = [];
  let lastShort = Number.NEGATIVE_INFINITY;

  const take = (now: number): Portion<Call>[] => {
    const single = alone.shift();
    if (single !== undefined) return [single];
    if (short.length > 0) lastShort = now;
    const batch = createBatch<Call>(limits);
    const expected = now - lastShort < shortCallsRecent;
    const share = short.length > 0 ? limits.turn : expected ? limits.longShare : limits.sentences;
    // One turn of a long call is always in it, so that a flood of short calls cannot starve it.
    const first = long.shift();
    if (first !== undefined) {
      batch.add(first, limits.turn);
      long.push(first);
    }
    for (const waiting of short) batch.add(waiting, limits.short);
    let room = share - batch.longSentences(long);
    for (let idle = 0; room > 0 && idle < long.length; ) {
      const waiting = long.shift()!;
      const taken = batch.add(waiting, Math.min(limits.turn, room));
      room -= taken;
      idle = taken === 0 ? idle + 1 : 0;
      long.push(waiting);
    }
    const unfinished = ({ next, end }: Waiting<Call>): boolean => next < end;
    short = short.filter(unfinished);
    long = long.filter(unfinished);
    return batch.portions();
  };

  return {
    get sentences() {
      const waiting = [...short, ...long].reduce((sum, { next, end }) => sum + end - next, 0);
      return waiting + alone.reduce((sum, { start, end }) => sum + end - start, 0);
    },
    add: (call) => {
      const size = call.sentences.length;
      if (size === 0) return;
      (size <= limits.short ? short : long).push({ call, next: 0, end: size });
    },
    remove: (call) => {
      short = short.filter((waiting) => waiting.call !== call);
      long = long.filter((waiting) => waiting.call !== call);
      alone = alone.filter((portion) => portion.call !== call);
    },
    giveBack: (portions) => alone.push(...portions),
    take,
  };
}

/** A batch that fills up. */
function createBatch<Call extends SentenceCall>(limits: SentenceQueueLimits) {
  const taken = new Map<Call, Portion<Call>>();
  let sentences = 0;
  let characters = 0;
  return {
    /** Takes at most `most` sentences, fewer where the batch is full. @returns how many */
    add: (waiting: Waiting<Call>, most: number): number => {
      const start = waiting.next;
      while (waiting.next < waiting.end && waiting.next - start < most && sentences < limits.sentences) {
        const size = waiting.call.sentences[waiting.next]!.length;
        if (sentences > 0 && characters + size > limits.characters) break;
        characters += size;
        sentences++;
        waiting.next++;
      }
      const count = waiting.next - start;
      if (count > 0) {
        const before = taken.get(waiting.call);
        taken.set(waiting.call, {
          call: waiting.call,
          start: before?.start ?? start,
          end: waiting.next,
        });
      }
      return count;
    },
    longSentences: (long: readonly Waiting<Call>[]): number =>
      long.reduce((sum, { call }) => {
        const portion = taken.get(call);
        return sum + (portion === undefined ? 0 : portion.end - portion.start);
      }, 0),
    portions: () => [...taken.values()],
  };
}
