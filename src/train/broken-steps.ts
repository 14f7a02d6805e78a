/** Steps whose gradient is not finite: one is left out with a warning, too many in a row end the run. */
import { UserError } from '../base/errors.ts';

/** Steps in a row before a run is given up. */
const MOST = 10;

/** Counts broken steps in a row. */
export class BrokenSteps {
  #inARow = 0;

  /**
   * @param step number of the step, for messages
   * @returns a warning when the step was left out
   * @throws UserError `E_DIVERGED` when too many were
   */
  check(step: number, loss: number, gradientNorm: number): string | undefined {
    this.#inARow = Number.isFinite(gradientNorm) ? 0 : this.#inARow + 1;
    if (this.#inARow === 0) return undefined;
    const where = `step ${step}`;
    const message = `the gradient is not finite (loss ${loss})`;
    if (this.#inARow < MOST) return `${where}: ${message}; the step was left out`;
    const hint = 'lower "learning_rate" and "clip_grad_norm"; the last checkpoint is kept';
    throw new UserError({ code: 'E_DIVERGED', where, message: `${message} for ${MOST} steps`, hint });
  }
}
