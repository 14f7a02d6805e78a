/** The training log: rows as they come, and no row twice after a resumed run. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { TrainEvent } from './events.ts';
import { openTrainLog } from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

const step = (number: number): TrainEvent => ({
  kind: 'step',
  epoch: 1,
  step: number,
  steps: 9,
  loss: 1,
  gradientNorm: 1,
  learningRate: 1,
  sentencesPerSecond: 1,
  secondsLeft: 1,
});
const epoch: TrainEvent = {
  kind: 'epoch',
  epoch: 1,
  epochs: 3,
  loss: 1,
  seconds: 1,
  dev: { precision: 0, recall: 0, f1: 0 },
  best: true,
};

test('a resumed run continues behind its checkpoint', () => {
  const path = join(folder, 'run', 'train-log.jsonl');
  const rows = (): string[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
      .map((row) => (row.kind === 'step' ? `step ${row.step}` : row.kind));
  const log = openTrainLog(path, 0);
  for (const event of [step(1), step(2)]) log.write(event);
  log.write({ kind: 'checkpoint', folder, step: 2 });
  for (const event of [step(3), epoch]) log.write(event);
  log.flush();
  expect(rows()).toEqual(['step 1', 'step 2', 'checkpoint', 'step 3', 'epoch']);

  appendFileSync(path, '{"kind": "st'); // killed while writing
  const resumed = openTrainLog(path, 2);
  for (const event of [step(3), epoch, step(4)]) resumed.write(event);
  resumed.flush();
  expect(rows()).toEqual(['step 1', 'step 2', 'checkpoint', 'step 3', 'epoch', 'step 4']);

  openTrainLog(path, 0);
  expect(rows()).toEqual([]);
});

test('a folder that cannot be made is an error of the user', () => {
  writeFileSync(join(folder, 'file'), '');
  const path = join(folder, 'file', 'run', 'train-log.jsonl');
  expect(() => openTrainLog(path, 0)).toThrow(expect.objectContaining({ code: 'E_WRITE' }));
});
