/** `w2ner train`, the work: a model from annotated sentences. */
import { createColors } from 'picocolors';
import { loadConfig } from '../../config/load.ts';
import type { Device } from '../../runtime/devices.ts';
import type { TrainEvent, TrainResult } from '../../train/events.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, wantsColor } from '../context.ts';
import { renderEvaluation } from '../evaluation-report.ts';
import { chosenGlossary, type GlossaryOptions, pick } from '../options.ts';
import type { ProgressReporter } from '../progress.ts';
import { startProgress } from '../progress.ts';
import { formatCount, formatPlural, formatRate, formatSeconds } from '../text.ts';

/** Options of `w2ner train`. */
export interface TrainOptions extends GlossaryOptions {
  readonly config: string;
  readonly train: readonly string[];
  readonly dev: string;
  readonly test?: string;
  readonly out: string;
  readonly set?: readonly string[];
  readonly epochs?: number;
  readonly seed?: number;
  readonly resume?: boolean;
  readonly init?: string;
  readonly download?: boolean;
  readonly threads?: number;
  readonly device?: Device;
}

/** Runs the command. @returns the exit code */
export async function runTrain(
  _args: readonly string[],
  options: TrainOptions,
  context: CliContext,
): Promise<number> {
  const shortcuts = Object.entries(pick(options, 'epochs', 'seed')).map(([key, value]) => `${key}=${value}`);
  const config = loadConfig(options.config, [...(options.set ?? []), ...shortcuts]);
  const glossary = chosenGlossary(options);
  const progress = await startProgress(context, 'Training');
  try {
    const result = await context.trainModel({
      config,
      configPath: options.config,
      ...pick(options, 'test', 'resume', 'init', 'download', 'threads', 'device'),
      ...(glossary === undefined ? {} : { glossary }),
      train: options.train,
      dev: options.dev,
      out: options.out,
      signal: context.signal,
      onEvent: (event) => showEvent(event, progress, context),
    });
    progress.stop();
    return await reportResult(result, options, context);
  } finally {
    progress.stop();
  }
}

/** What tells an event: lines that stay, or the bar. */
type Tellers = {
  readonly [K in TrainEvent['kind']]?: (
    event: Extract<TrainEvent, { kind: K }>,
    progress: ProgressReporter,
    say: (line: string) => void,
  ) => void;
};

/** How each kind of event is told. */
const tellers: Tellers = {
  start: (event, _progress, say) => say(startLine(event)),
  step: (event, progress) => progress.update(event.step / event.steps, stepDetail(event)),
  epoch: (event, _progress, say) => say(epochLine(event)),
  notice: (event, progress) => progress.note(event.message),
  download: ({ file, done, total }, progress) => progress.update(done / total, `fetching ${file}`),
  warning: (event, progress) => progress.note(`warning: ${event.message}`),
  stopped: ({ reason, epoch }, _progress, say) => {
    if (reason === 'patience') say(`No better epoch for a while: stopped early after epoch ${epoch}`);
  },
};

function showEvent<K extends TrainEvent['kind']>(
  event: Extract<TrainEvent, { kind: K }>,
  progress: ProgressReporter,
  context: CliContext,
): void {
  const tell = tellers[event.kind] as Tellers[K];
  tell?.(event, progress, (line) => progress.note(line, context.stdout));
}

function startLine(event: Extract<TrainEvent, { kind: 'start' }>): string {
  const { sentences, devSentences, parameters, trained, labels, epochs, batches, seed, resumedAt } = event;
  const from = resumedAt === 0 ? '' : `, continued from step ${formatCount(resumedAt)}`;
  const part = trained === parameters ? '' : ` (${formatCount(trained)} of them trained)`;
  return (
    `${formatPlural(sentences, 'sentence')} to learn from, ${formatCount(devSentences)} to compare with, ` +
    `${formatPlural(labels.length, 'type')}\n` +
    `${formatPlural(parameters, 'parameter')}${part}, ${formatPlural(epochs, 'epoch')} of ` +
    `${formatPlural(batches, 'step')}, seed ${seed}${from}\n`
  );
}

function stepDetail({ epoch, loss, sentencesPerSecond }: Extract<TrainEvent, { kind: 'step' }>): string {
  return `epoch ${epoch} · loss ${loss.toFixed(4)} · ${formatRate(sentencesPerSecond, 1)} sentences/s`;
}

function epochLine(event: Extract<TrainEvent, { kind: 'epoch' }>): string {
  const { epoch, epochs, loss, seconds, dev, best } = event;
  const width = String(epochs).length;
  const scores = `F1 ${dev.f1.toFixed(4)}  P ${dev.precision.toFixed(4)}  R ${dev.recall.toFixed(4)}`;
  const number = `epoch ${String(epoch).padStart(width)}/${epochs}`;
  return `${number}  loss ${loss.toFixed(4)}  dev ${scores}  ${formatSeconds(seconds).padStart(7)}${best ? '  best' : ''}`;
}

async function reportResult(
  result: TrainResult,
  options: TrainOptions,
  context: CliContext,
): Promise<number> {
  if (result.aborted) {
    const message = `Stopped after step ${formatCount(result.steps)}; the checkpoint is in ${options.out}.`;
    context.stderr.write(`${message}\n  hint: the same command with --resume continues there\n`);
    return exitCodes.interrupted;
  }
  const colors = createColors(wantsColor(context.stdout, context.env));
  const parts = [['dev', options.dev, result.dev] as const, ['test', options.test, result.test] as const].map(
    ([name, file, report]) =>
      report === undefined
        ? ''
        : `\nBest epoch on the ${name} data, ${file}\n\n${renderEvaluation(report, colors)}`,
  );
  context.stdout.write(
    `${parts.join('')}\nThe model of epoch ${result.bestEpoch + 1} is in ${result.folder}\n`,
  );
  return exitCodes.success;
}
