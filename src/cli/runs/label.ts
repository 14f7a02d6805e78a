/** `w2ner label`, the work. */
import { UserError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { type Labelled, labelDocuments } from '../../predict/label.ts';
import { findSources, nothingRead } from '../../predict/sources.ts';
import type { Tagger } from '../../predict/types.ts';
import type { Device } from '../../runtime/devices.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { writeFailures } from '../extract-report.ts';
import { loadTagger } from '../load-tagger.ts';
import { pick } from '../options.ts';
import { startProgress } from '../progress.ts';
import { formatCount, formatPlural } from '../text.ts';

/** Options of `w2ner label`. */
export interface LabelOptions {
  readonly model: readonly string[];
  readonly out: string;
  readonly sentences?: number;
  readonly minScore?: number;
  readonly doubtFrom?: number;
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
  const taggers: Tagger[] = [];
  const progress = await startProgress(context, 'Labelling');
  try {
    for (const model of options.model)
      taggers.push(await loadTagger({ model, ...pick(options, 'threads', 'device') }, context));
    checkTypes(taggers);
    const labelled = await labelDocuments(found.sources, {
      ...pick(options, 'sentences', 'minScore', 'doubtFrom', 'emptyShare', 'seed'),
      taggers,
      signal: context.signal,
      onProgress: (part, what) => progress.update(part, what),
    });
    progress.stop();
    if (labelled.sentences.length === 0) throw nothingLabelled(labelled, options.out);
    writeFileAtomic(options.out, `[\n${labelled.sentences.map((s) => JSON.stringify(s)).join(',\n')}\n]\n`);
    report(labelled, options.out, context);
    const failures = [...found.failures, ...labelled.failures];
    writeFailures(failures, context);
    if (failures.some(({ bug }) => bug !== undefined)) return exitCodes.bug;
    return failures.length > 0 ? exitCodes.badInput : exitCodes.success;
  } finally {
    progress.stop();
    for (const tagger of taggers) await tagger.dispose();
  }
}

/** Scores of models with different types have no mean. */
function checkTypes([first, ...others]: readonly Tagger[]): void {
  const typesOf = ({ types }: Tagger): string =>
    types
      .map((type) => type.toLowerCase())
      .sort()
      .join(', ');
  const other = others.find((tagger) => typesOf(tagger) !== typesOf(first!));
  if (other === undefined) return;
  throw new UserError({
    code: 'E_LABELS',
    where: other.name,
    message: `has the types ${typesOf(other)}, ${first!.name} has ${typesOf(first!)}`,
    hint: 'give models of one label set',
  });
}

function nothingLabelled({ drawn, doubtful, empty }: Labelled, out: string): UserError {
  return new UserError({
    code: 'E_DATA',
    where: out,
    message: `nothing to write: ${drawn} sentences drawn, ${doubtful} doubtful, ${empty} without entities`,
    hint: 'give more text, or lower --min-score and raise --doubt-from',
  });
}

function report(labelled: Labelled, out: string, { stdout }: CliContext): void {
  const { sentences, distinct, drawn, doubtful, empty } = labelled;
  const entities = sentences.reduce((sum, { ner }) => sum + ner.length, 0);
  stdout.write(
    `${formatPlural(sentences.length, 'sentence')} with ${formatPlural(entities, 'entity', 'entities')} written to ${out}\n` +
      `${formatCount(distinct)} distinct sentences of 4 to 80 words, ${formatCount(drawn)} drawn; left out: ` +
      `${formatCount(doubtful)} doubtful, ${formatCount(empty)} without entities\n`,
  );
}
