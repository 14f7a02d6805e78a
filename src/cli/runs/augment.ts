/** `w2ner augment`, the work. */
import { UserError } from '../../base/errors.ts';
import { createRandom } from '../../base/random.ts';
import { coordinateEntities } from '../../data/coordinate.ts';
import { readExamples } from '../../data/examples.ts';
import { typeKey } from '../../data/labels.ts';
import { readTerms, type TermFile } from '../../data/read-glossary.ts';
import { replaceTerms } from '../../data/replace-terms.ts';
import { tabulateTerms } from '../../data/tabulate-terms.ts';
import type { Example } from '../../data/types.ts';
import { jsonExporter } from '../../export/json.ts';
import { chooseFormat } from '../choose-format.ts';
import { exitCodes } from '../command.ts';
import type { CliContext } from '../context.ts';
import { termFile } from '../options.ts';
import { placeName, refuseOverwriting, summaryStream, writeTrainingData } from '../out.ts';
import { formatPlural } from '../text.ts';

/** Options of `w2ner augment`. */
export interface AugmentOptions {
  readonly out: string;
  /** Most sentences with coordinated entities. */
  readonly coordinated: number;
  /** Most sentences with replaced terms, for each list. */
  readonly replaced: number;
  /** Sentences that are tables of terms, for each list. */
  readonly tabulated: number;
  /** Lists, each as `TYPE=FILE`. */
  readonly terms?: readonly string[];
  readonly seed: number;
}

/** Runs the command. @returns the exit code */
export async function runAugment(
  [data]: readonly string[],
  { out, coordinated, replaced, tabulated, terms = [], seed }: AugmentOptions,
  context: CliContext,
): Promise<number> {
  const inputs = [data!, ...terms.map((argument) => termFile(argument).file)];
  refuseOverwriting({ where: '--out', targets: [out], inputs, called: 'inputs' });
  chooseFormat({ json: jsonExporter }, out);
  if (coordinated === 0 && (replaced + tabulated === 0 || terms.length === 0)) {
    const hint = 'give --coordinated 1 or more, or --terms TYPE=FILE';
    throw new UserError({
      code: 'E_OPTION',
      where: '--coordinated 0',
      message: 'asks for no sentences',
      hint,
    });
  }
  const examples = readExamples(data!);
  const random = createRandom(seed);
  const lists = terms.map((argument) => readTermList(argument, examples, data!));
  const copies = coordinateEntities(examples, { sentences: coordinated, random });
  const counts = [`${formatPlural(copies.length, 'sentence')} with coordinated entities`];
  const missing: string[] = [];
  if (copies.length === 0 && coordinated > 0) {
    missing.push('no two entities of a type that begin or end with the same words');
  }
  for (const { type, file, terms: list } of lists) {
    const made = replaceTerms(examples, { type, terms: list, sentences: replaced, random });
    counts.push(`${formatPlural(made.length, 'sentence')} with other terms of ${type}`);
    if (made.length === 0 && replaced > 0) {
      missing.push(`no ${type} that is in ${file} beside another term of its kind`);
    }
    copies.push(...made);
    if (tabulated === 0) continue;
    copies.push(...tabulateTerms(examples, { type, terms: list, sentences: tabulated, random }));
    counts.push(`${formatPlural(tabulated, 'table')} of ${type}`);
  }
  if (copies.length === 0) {
    throw new UserError({ code: 'E_DATA', where: data!, message: `holds ${missing.join(', and ')}` });
  }
  if (missing.length > 0) context.stderr.write(`${data!} holds ${missing.join(', and ')}\n`);
  const records = copies.map(({ words, entities, document }) => ({
    sentence: words,
    ner: entities.map(({ type, words: index }) => ({ type, index })),
    ...(document === undefined ? {} : { document }),
  }));
  await writeTrainingData(records, out, context);
  summaryStream(out, context).write(`${counts.join(', ')} written to ${placeName(out)}\n`);
  return exitCodes.success;
}

/** The terms of a `TYPE=FILE` argument, whose type the data has. */
function readTermList(
  argument: string,
  examples: readonly Example[],
  data: string,
): TermFile & { readonly terms: readonly string[] } {
  const { type, file } = termFile(argument);
  const types = new Set(examples.flatMap(({ entities }) => entities.map((entity) => entity.type)));
  if (![...types].some((known) => typeKey(known) === typeKey(type))) {
    const message = `${data} has no entity of this type`;
    const hint = `its types: ${[...types].sort().join(', ')}`;
    throw new UserError({ code: 'E_OPTION', where: `--terms ${argument}`, message, hint });
  }
  return { type, file, terms: readTerms(file) };
}
