/** One step of our trainer on sentences with grids. */

import { createRandom } from '../../src/base/random.ts';
import type { Config } from '../../src/config/schema.ts';
import { type BatchItem, labelFeed } from '../../src/data/batches.ts';
import type { LabelSet } from '../../src/data/labels.ts';
import type { StepResult, Trainer } from '../../src/train/training-step.ts';
import type { W2nerTrainerOptions } from '../../src/train/w2ner-trainer.ts';

/** A whole step, as training takes it: features, masks and labels made, gradients, optimizer. */
export function trainOn(trainer: Trainer, items: readonly BatchItem[]): Promise<StepResult> {
  return trainer.step([items], (batch) => ({ labels: labelFeed(batch) }), 1);
}

/** A compact model's training from the seed's starting values. */
export function freshTraining(config: Config, labels: LabelSet, threads: number): W2nerTrainerOptions {
  return {
    config,
    start: { labels, encoder: undefined, tensors: new Map() },
    random: createRandom(config.seed),
    threads,
  };
}
