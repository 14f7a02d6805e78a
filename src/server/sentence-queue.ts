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

/** Bounds of a batch, in average sentences: see {@link costOf}. */
export interface SentenceQueueLimits {
  /** Most work in a batch, unless a single sentence is more. */
  readonly batch: number;
  /** Calls up to this size are short: they go first. */
  readonly short: number;
  /** Most work for long calls in a batch while more short calls are expected, so that those wait briefly. */
  readonly longShare: number;
  /** What a long call gets at a turn; one turn is all that long calls get beside short ones. */
  readonly turn: number;
}

export const defaultQueueLimits: SentenceQueueLimits = { batch: 256, short: 16, longShare: 16, turn: 8 };

/** Packed characters of an average sentence of some 30 words, which a free processor does in about a millisecond. */
const averageLength = 250;

/** The work of a sentence, in average ones, as measured: words cost something, cells of the grid, a pair of words each, more. */
export function costOf(sentence: string): number {
  const size = sentence.length / averageLength;
  return 0.1 + 0.3 * size + 0.6 * size ** 2;
}

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
    const share = short.length > 0 ? limits.turn : expected ? limits.longShare : limits.batch;
    // One turn of a long call is always in it, so that a flood of short calls cannot starve it.
    const first = long.shift();
    let turnCost = 0;
    if (first !== undefined) {
      turnCost = batch.add(first, limits.turn);
      long.push(first);
    }
    for (const waiting of short) batch.add(waiting, limits.short);
    let room = share - turnCost;
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
      const { length } = call.sentences;
      if (length === 0) return;
      const cost = call.sentences.reduce((sum, sentence) => sum + costOf(sentence), 0);
      (cost <= limits.short ? short : long).push({ call, next: 0, end: length });
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
  let total = 0;
  return {
    /** Takes sentences until their work is `most`, or the batch is full; the first in a batch fits always. @returns the work taken */
    add: (waiting: Waiting<Call>, most: number): number => {
      const start = waiting.next;
      let cost = 0;
      while (waiting.next < waiting.end && cost < most) {
        const more = costOf(waiting.call.sentences[waiting.next]!);
        if (total > 0 && total + more > limits.batch) break;
        cost += more;
        total += more;
        waiting.next++;
      }
      if (cost > 0) {
        const before = taken.get(waiting.call);
        taken.set(waiting.call, { call: waiting.call, start: before?.start ?? start, end: waiting.next });
      }
      return cost;
    },
    portions: () => [...taken.values()],
  };
}
