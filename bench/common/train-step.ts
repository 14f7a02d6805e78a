/** One step of our trainer on sentences with grids. */
import { type BatchItem, labelFeed } from '../../src/data/batches.ts';
import type { StepResult, Trainer } from '../../src/train/training-step.ts';

/** A whole step, as training takes it: features, masks and labels made, gradients, optimizer. */
export function trainOn(trainer: Trainer, items: readonly BatchItem[]): Promise<StepResult> {
  return trainer.step(items, { labels: labelFeed(items) }, 1);
}
