/** Progress on standard error: a bar on a terminal, a line now and then elsewhere. */
import { type CliContext, type TerminalStream, textWidth } from './context.ts';
import { formatSeconds } from './text.ts';

/** Shows how far a job is. */
export interface ProgressReporter {
  /**
   * @param fraction done, in [0, 1]
   * @param detail short words beside the bar
   */
  update(fraction: number, detail: string): void;
  /** Writes a line that stays, above the bar. */
  note(line: string, stream?: TerminalStream): void;
  /** Removes the bar; harmless when called again. */
  stop(): void;
}

const secondsBetweenLines = 10;

/** Starts a reporter. @param label what is being done, for example `Extracting` */
export async function startProgress(context: CliContext, label: string): Promise<ProgressReporter> {
  return context.stderr.isTTY === true && context.env.TERM !== 'dumb'
    ? startBar(context, label)
    : startLines(context, label);
}

async function startBar(context: CliContext, label: string): Promise<ProgressReporter> {
  const { default: progress } = await import('cli-progress');
  const started = performance.now();
  const bar = new progress.SingleBar({
    stream: context.stderr,
    clearOnComplete: true,
    hideCursor: true,
    format: (_options, { progress: fraction }, payload: { detail: string }) => {
      const seconds = (performance.now() - started) / 1000;
      return barLine(label, fraction, payload.detail, seconds, textWidth(context.stderr) - 1);
    },
  });
  let now = { fraction: 0, detail: '' };
  let running = true;
  bar.start(1, 0, { detail: '' });
  return {
    update: (fraction, detail) => {
      now = { fraction, detail };
      bar.update(fraction, { detail });
    },
    note: (line, stream = context.stderr) => {
      if (running) bar.stop();
      stream.write(`${line}\n`);
      if (running) bar.start(1, now.fraction, { detail: now.detail });
    },
    stop: () => {
      if (running) bar.stop();
      running = false;
    },
  };
}

/** One line of at most `width` columns, for example `Extracting  ██████░░░░   60 %  812/s  3.0 s left`. */
export function barLine(
  label: string,
  fraction: number,
  detail: string,
  seconds: number,
  width: number,
): string {
  const size = width < 80 ? 12 : 24;
  const full = Math.round(fraction * size);
  const bar = '█'.repeat(full) + '░'.repeat(size - full);
  const percent = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
  const left =
    fraction > 0.01 && fraction < 1 ? `${formatSeconds((seconds * (1 - fraction)) / fraction)} left` : '';
  return [label, bar, percent, detail, left]
    .filter((part) => part !== '')
    .join('  ')
    .slice(0, width);
}

function startLines(context: CliContext, label: string): ProgressReporter {
  const started = performance.now();
  let lastLine = started;
  return {
    update: (fraction, detail) => {
      const now = performance.now();
      if (now - lastLine < secondsBetweenLines * 1000 || fraction >= 1) return;
      lastLine = now;
      const time = formatSeconds((now - started) / 1000);
      context.stderr.write(`${label}: ${Math.floor(fraction * 100)} % after ${time}, ${detail}\n`);
    },
    note: (line, stream = context.stderr) => stream.write(`${line}\n`),
    stop: () => {},
  };
}
