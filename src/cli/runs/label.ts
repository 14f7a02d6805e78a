/** `w2ner label`, the work. */
import { UserError } from '../../base/errors.ts';
import { jsonExporter } from '../../export/json.ts';
import type { Committee } from '../../predict/committee.ts';
import { type Labelled, labelDocuments } from '../../predict/label.ts';
import { loadCommittee } from '../../predict/load-committee.ts';
import { findSources, nothingRead } from '../../predict/sources.ts';
import type { Device } from '../../runtime/devices.ts';
import { chooseFormat } from '../choose-format.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { writeFailures, writeOthers } from '../extract-report.ts';
import { pick } from '../options.ts';
import { placeName, refuseOverwriting, summaryStream, writeTrainingData } from '../out.ts';
import { startProgress } from '../progress.ts';
import { formatCount, formatPlural } from '../text.ts';

/** Options of `w2ner label`. */
export interface LabelOptions {
  readonly model: readonly string[];
  readonly out: string;
  readonly sentences?: number;
  readonly emptyShare?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly device?: Device;
}

/** Runs the command. @returns the exit code */
export async function runLabel(
  paths: readonly string[],
  options: LabelOptions,
  context: CliContext,
): Promise<number> {
  const found = findSources(paths);
  if (found.sources.length === 0) throw nothingRead(found.failures);
  const inputs = found.sources.map(({ path }) => path);
  refuseOverwriting({ where: '--out', targets: [options.out], inputs, called: 'documents' });
  chooseFormat({ json: jsonExporter }, options.out);
  let committee: Committee | undefined;
  const progress = await startProgress(context, 'Labelling');
  try {
    committee = await loadCommittee(options.model, {
      ...pick(options, 'threads', 'device'),
      onNotice: (message) => context.stderr.write(`${message}\n`),
    });
    const labelled = await labelDocuments(found.sources, {
      ...pick(options, 'sentences', 'emptyShare', 'seed'),
      committee,
      signal: context.signal,
      onProgress: (part, what) => progress.update(part, what),
    });
    progress.stop();
    const failures = [...found.failures, ...labelled.failures];
    if (labelled.sentences.length === 0) {
      writeFailures(failures, context); // they may be why
      throw nothingLabelled(labelled, options.out);
    }
    await writeTrainingData(labelled.sentences, options.out, context);
    report(labelled, options.out, context);
    writeOthers(found.others, options.out, context);
    writeFailures(failures, context);
    if (failures.some(({ bug }) => bug !== undefined)) return exitCodes.bug;
    return failures.length > 0 ? exitCodes.badInput : exitCodes.success;
  } finally {
    progress.stop();
    await committee?.release();
  }
}

function nothingLabelled({ drawn, empty }: Labelled, out: string): UserError {
  return new UserError({
    code: 'E_DATA',
    where: placeName(out),
    message: `nothing to write: ${drawn} sentences drawn, ${empty} without entities`,
    hint: 'give more text, of the kind that the models know',
  });
}

function report(labelled: Labelled, out: string, context: CliContext): void {
  const { sentences, distinct, drawn, empty } = labelled;
  const entities = sentences.reduce((sum, { ner }) => sum + ner.length, 0);
  summaryStream(out, context).write(
    `${formatPlural(sentences.length, 'sentence')} with ${formatPlural(entities, 'entity', 'entities')} written to ${placeName(out)}\n` +
      `${formatCount(distinct)} distinct sentences of 4 to 80 words, ${formatCount(drawn)} drawn; left out: ` +
      `${formatCount(empty)} without entities\n`,
  );
}
