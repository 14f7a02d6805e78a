/** What the routes work with. */
import type { Analyst } from './analyst.ts';
import type { HeldBytes } from './held-bytes.ts';
import type { IntakeOptions } from './intake.ts';
import type { Jobs } from './jobs.ts';
import type { ServiceLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';

/** Everything behind the routes. */
export interface Services {
  readonly analyst: Analyst;
  readonly jobs: Jobs;
  readonly metrics: Metrics;
  readonly held: HeldBytes;
  readonly limits: ServiceLimits;
  readonly intake: IntakeOptions;
  readonly version: string;
  /** Whether no new work is accepted any more. */
  readonly stopping: () => boolean;
}
