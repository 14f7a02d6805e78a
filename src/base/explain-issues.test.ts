/** Faults of checked values in words. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { explainIssues, shownValue } from './explain-issues.ts';

const schema = z.strictObject({
  count: z.int().positive().optional(),
  share: z.number().min(0).lt(1).optional(),
  even: z
    .int()
    .refine((value) => value % 2 === 0, 'must be even')
    .optional(),
  label: z.string().min(1).max(3).optional(),
  mode: z.enum(['fast', 'exact']).optional(),
  only: z.literal('absolute').optional(),
  either: z.union([z.string(), z.number()]).nullish(),
  list: z
    .array(z.strictObject({ on: z.boolean() }))
    .min(1)
    .optional(),
});

const explain = (value: unknown) =>
  explainIssues(schema.safeParse(value).error!.issues, value, { known: Object.keys(schema.shape) });

describe('a fault says where, what was found and what was expected', () => {
  test.each<[unknown, string]>([
    [null, 'got null, expected an object'],
    [[1, 2], 'got an array of 2, expected an object'],
    [{ count: '5' }, '"count": got "5", expected a number'],
    [{ count: 1.5 }, '"count": got 1.5, expected an integer'],
    [{ count: 0 }, '"count": got 0, expected more than 0'],
    [{ share: 1 }, '"share": got 1, expected less than 1'],
    [{ share: -1 }, '"share": got -1, expected at least 0'],
    [{ even: 3 }, '"even": got 3, must be even'],
    [{ label: '' }, '"label": got "", expected at least 1 character'],
    [{ label: 'long' }, '"label": got "long", expected at most 3 characters'],
    [{ mode: 'slow' }, '"mode": got "slow", expected one of "fast", "exact"'],
    [{ only: 'relative' }, '"only": got "relative", expected "absolute"'],
    [{ either: {} }, '"either": got an object, expected a string or a number'],
    [{ list: [] }, '"list": got [], expected at least 1 item'],
    [{ list: [{}] }, '"list.0.on": is missing, expected true or false'],
    [{ list: [{ on: 1 }] }, '"list.0.on": got 1, expected true or false'],
    [{ list: 1, share: 2 }, '"share": got 2, expected less than 1; "list": got 1, expected an array'],
    [{ cuont: 1 }, '"cuont": is not known'],
  ])('%j', (value, message) => {
    expect(explain(value).message).toBe(message);
  });
});

test('hints: the nearest key or choice, else the keys there are', () => {
  expect(explain({ cuont: 1 }).hint).toBe('did you mean "count"?');
  expect(explain({ mode: 'exakt' }).hint).toBe('did you mean "exact"?');
  expect(explain({ language: 1 }).hint).toMatch(/^known: count, share, /);
  expect(explain({ count: 0 }).hint).toBeUndefined();
});

test('neither long values, long keys nor many faults make a long message', () => {
  expect(shownValue('д'.repeat(5000))).toBe(`"${'д'.repeat(40)}…"`);
  expect(explain({ ['k'.repeat(5000)]: 1 }).message).toBe(`"${'k'.repeat(40)}…": is not known`);
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, 1]));
  expect(explain(many).message).toMatch(/; and 4980 more$/);
});
