/** Batches: requests share them, short ones go first, long ones are never starved, suspects stand alone. */
import { describe, expect, test } from 'vitest';
import { costOf, createSentenceQueue, type Portion, type SentenceCall } from './sentence-queue.ts';

const limits = { batch: 16, short: 4, longShare: 8, turn: 4 };
/** Sentences of one average length, or another. */
const call = (size: number, characters = 250) => ({
  sentences: Array.from({ length: size }, () => 'x'.repeat(characters)),
});
const shape = (portions: readonly Portion[], names: readonly [string, SentenceCall][]): string =>
  portions
    .map(({ call: own, start, end }) => `${names.find(([, other]) => other === own)![0]}${start}-${end}`)
    .sort()
    .join(' ');

describe('a sentence queue', () => {
  test('puts sentences of several requests into one batch', () => {
    const queue = createSentenceQueue(limits);
    const [a, b] = [call(2), call(3)];
    queue.add(a);
    queue.add(b);
    expect(
      shape(queue.take(0), [
        ['a', a],
        ['b', b],
      ]),
    ).toBe('a0-2 b0-3');
    expect(queue.take(0)).toEqual([]);
  });

  test('gives a long request a whole batch when nobody else is there, a share when short ones come', () => {
    const queue = createSentenceQueue(limits);
    const [long, short] = [call(100), call(1)];
    const names: [string, SentenceCall][] = [
      ['l', long],
      ['s', short],
    ];
    queue.add(long);
    expect(shape(queue.take(0), names)).toBe('l0-16');
    queue.add(short);
    expect(shape(queue.take(1), names)).toBe('l16-20 s0-1');
    expect(shape(queue.take(2), names)).toBe('l20-28'); // more short ones may come
    expect(shape(queue.take(5000), names)).toBe('l28-44');
    expect(queue.sentences).toBe(56);
  });

  test('lets long requests take turns, and never starves one under a flood of short ones', () => {
    const queue = createSentenceQueue(limits);
    const [a, b] = [call(20), call(20)];
    queue.add(a);
    queue.add(b);
    const taken = new Map<SentenceCall, number>();
    for (let turn = 0; turn < 6; turn++) {
      for (let i = 0; i < 10; i++) queue.add(call(4));
      const batch = queue.take(turn);
      expect(batch.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(limits.batch);
      for (const { call: own, start, end } of batch) taken.set(own, (taken.get(own) ?? 0) + end - start);
    }
    expect([taken.get(a), taken.get(b)]).toEqual([12, 12]);
  });

  test('every sentence is taken once and in order, whatever the sizes', () => {
    const queue = createSentenceQueue(limits);
    const calls = [call(1), call(7, 100), call(30), call(3, 500), call(2, 2400)];
    for (const own of calls) queue.add(own);
    const next = new Map<SentenceCall, number>(calls.map((own) => [own, 0]));
    for (let batch = queue.take(0); batch.length > 0; batch = queue.take(0)) {
      for (const { call: own, start, end } of batch) {
        expect(start).toBe(next.get(own));
        next.set(own, end);
      }
    }
    expect(calls.map((own) => next.get(own))).toEqual(calls.map(({ sentences }) => sentences.length));
  });

  test('counts work, not sentences: a long sentence is as much as many', () => {
    const queue = createSentenceQueue(limits);
    const [windows, short] = [call(50, 750), call(1)];
    queue.add(windows);
    queue.add(short);
    expect(costOf('x'.repeat(750))).toBeCloseTo(6.4);
    const names: [string, SentenceCall][] = [
      ['w', windows],
      ['s', short],
    ];
    expect(shape(queue.take(0), names)).toBe('s0-1 w0-1');
    expect(shape(queue.take(5000), names)).toBe('w1-3');
    queue.add(call(1, 5000)); // more than a batch holds, and taken all the same
    queue.remove(windows);
    expect(queue.take(5000)).toHaveLength(1);
  });

  test('what failed comes back alone, before anything else, unless it was removed', () => {
    const queue = createSentenceQueue(limits);
    const [a, b, c] = [call(2), call(2), call(2)];
    const names: [string, SentenceCall][] = [
      ['a', a],
      ['b', b],
      ['c', c],
    ];
    queue.add(a);
    queue.add(b);
    queue.giveBack(queue.take(0));
    queue.add(c);
    queue.remove(b);
    expect(shape(queue.take(0), names)).toBe('a0-2');
    expect(shape(queue.take(0), names)).toBe('c0-2');
    expect(queue.sentences).toBe(0);
  });
});
