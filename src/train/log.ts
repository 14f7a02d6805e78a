/** The training log: one JSON object a line, continued without repetition when a run is resumed. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { writeFileAtomic } from '../base/files.ts';
import type { TrainEvent } from './events.ts';

/** Appends events to a file. */
export interface TrainLog {
  write(event: TrainEvent): void;
  /** Writes what is still buffered. */
  flush(): void;
}

/**
 * Opens the log; its folder is made.
 * @param fromStep keeps the rows of a resumed run up to this step; 0 starts the log anew
 */
export function openTrainLog(path: string, fromStep: number): TrainLog {
  const kept =
    fromStep > 0 && existsSync(path)
      ? readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : [];
  const later = kept.findIndex((line) => !isUpTo(line, fromStep));
  if (later >= 0) kept.length = later;
  writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''));
  let buffer = '';
  const flush = (): void => {
    if (buffer !== '') appendFileSync(path, buffer);
    buffer = '';
  };
  return {
    write(event) {
      const { kind, ...rest } = event;
      buffer += `${JSON.stringify({ kind, ...rest })}\n`;
      if (kind !== 'step' || buffer.length > 16_384) flush();
    },
    flush,
  };
}

/** What follows the first step after the checkpoint is dropped: the resumed run writes it again. */
function isUpTo(line: string, step: number): boolean {
  try {
    return ((JSON.parse(line) as { step?: number }).step ?? 0) <= step;
  } catch {
    return false; // the last line of a run that was killed while writing
  }
}
