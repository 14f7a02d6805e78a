/** `w2ner info`, the work: what a model knows, how good it is, where it comes from. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createColors } from 'picocolors';
import { UserError } from '../../base/errors.ts';
import type { Config } from '../../config/schema.ts';
import type { EvaluationReport } from '../../evaluate/report.ts';
import { elementCount } from '../../onnx/dtype.ts';
import { findModel, shippedModels } from '../../predict/load.ts';
import type { EncoderFolder } from '../../weights/encoder-folder.ts';
import { modelFiles } from '../../weights/model-description.ts';
import { readModelFolder } from '../../weights/model-folder.ts';
import { safetensorsPlaces } from '../../weights/safetensors.ts';
import { exitCodes } from '../command.ts';
import { type CliContext, textWidth, wantsColor } from '../context.ts';
import { renderEvaluation } from '../evaluation-report.ts';
import { countGlossary, type GlossaryCounts, glossaryLine } from '../glossary-line.ts';
import { numberColumns, renderTable } from '../table.ts';
import { formatCount, formatMegabytes, formatSeconds, wrapList } from '../text.ts';

/** Options of `w2ner info`. */
export interface InfoOptions {
  readonly model?: string;
  readonly json?: boolean;
}

/** What `metrics.json` of a model folder holds, all of it optional: a model may come from elsewhere. */
interface Metrics {
  readonly training?: Readonly<Record<string, number>>;
  readonly dev?: EvaluationReport;
  readonly test?: EvaluationReport;
}

/** What is told of a BERT encoder. */
interface BertInfo {
  readonly name: string;
  readonly layers: number;
  readonly width: number;
  /** Pieces of its vocabulary. */
  readonly vocabulary: number;
}

/** What is told of a model. */
interface ModelInfo {
  readonly name: string;
  readonly folder: string;
  readonly encoder: string;
  /** Of a BERT encoder. */
  readonly bert?: BertInfo;
  readonly parameters: number;
  readonly bytes: number;
  readonly types: readonly string[];
  /** How much it was taught of what words stand for. */
  readonly glossary?: GlossaryCounts;
  readonly metrics: Metrics;
  /** First paragraph of the model card. */
  readonly about: string;
  readonly card: string | undefined;
}

/** Runs the command. @returns the exit code */
export async function runInfo(
  [argument]: readonly string[],
  options: InfoOptions,
  context: CliContext,
): Promise<number> {
  const model = argument ?? options.model;
  if (options.model !== undefined && options.model !== model) {
    const message = `got the models "${model}" and "${options.model}", expected one`;
    throw new UserError({
      code: 'E_OPTION',
      where: '--model',
      message,
      hint: 'w2ner info lists all of them',
    });
  }
  const names = model === undefined ? shippedModels() : [model];
  const models = await Promise.all(names.map(describeModel));
  if (options.json === true) {
    context.stdout.write(`${JSON.stringify(model === undefined ? models : models[0], null, 2)}\n`);
  } else {
    context.stdout.write(
      model === undefined ? await listing(models, context) : await details(models[0]!, context),
    );
  }
  return exitCodes.success;
}

async function describeModel(name: string): Promise<ModelInfo> {
  const folder = findModel(name);
  const { config, labels, encoder, glossary, weights } = readModelFolder(folder);
  const card = join(folder, modelFiles.card);
  const metricsPath = join(folder, modelFiles.metrics);
  return {
    name,
    folder,
    encoder: config.encoder,
    ...(encoder === undefined ? {} : { bert: bertInfo(config, encoder) }),
    parameters: [...safetensorsPlaces(weights).values()].reduce(
      (sum, { shape }) => sum + elementCount(shape),
      0,
    ),
    bytes: statSync(join(folder, modelFiles.weights)).size,
    types: labels.types,
    ...(glossary === undefined ? {} : { glossary: countGlossary(glossary) }),
    metrics: existsSync(metricsPath) ? readMetrics(metricsPath) : {},
    about: existsSync(card) ? firstParagraph(readFileSync(card, 'utf8')) : '',
    card: existsSync(card) ? card : undefined,
  };
}

function bertInfo(config: Config, { config: encoder }: EncoderFolder): BertInfo {
  return {
    name: config.bert_name!,
    layers: encoder.num_hidden_layers,
    width: encoder.hidden_size,
    vocabulary: encoder.vocab_size,
  };
}

const bertLine = ({ name, layers, width, vocabulary }: BertInfo): string =>
  `${name}, ${layers} layers × ${formatCount(width)}, vocabulary of ${formatCount(vocabulary)} pieces`;

function readMetrics(path: string): Metrics {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Metrics;
  } catch {
    return {}; // scores are nice to have: a model works without them
  }
}

const firstParagraph = (markdown: string): string =>
  markdown
    .split(/\r?\n\s*\r?\n/)
    .map((part) => part.trim())
    .find((part) => part !== '' && !part.startsWith('#')) ?? '';

/** Where the values of the facts begin. */
const factIndent = 12;

async function listing(models: readonly ModelInfo[], context: CliContext): Promise<string> {
  if (models.length === 0)
    return 'There are no shipped models. w2ner train makes one; --model takes its folder.\n';
  const colors = createColors(wantsColor(context.stdout, context.env));
  const rows = models.map(({ name, types, parameters, bytes, metrics }) => [
    name,
    String(types.length),
    formatCount(parameters),
    formatMegabytes(bytes),
    metrics.dev?.micro.f1.toFixed(3) ?? '–',
    metrics.dev?.lexicon?.micro.f1.toFixed(3) ?? '–',
  ]);
  const columns = numberColumns('Shipped model', 'Types', 'Parameters', 'Size', 'Dev F1', 'Lexicon F1');
  return `${renderTable(columns, rows, { colors })}\nMore about one: w2ner info ${models[0]!.name}\n`;
}

async function details(model: ModelInfo, context: CliContext): Promise<string> {
  const colors = createColors(wantsColor(context.stdout, context.env));
  const { training, dev, test } = model.metrics;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Folder', model.folder],
    ['Encoder', model.encoder],
    ['BERT', model.bert && bertLine(model.bert)],
    ['Size', `${formatCount(model.parameters)} parameters, ${formatMegabytes(model.bytes)}`],
    ['Types', wrapList(model.types, textWidth(context.stdout), factIndent)],
    ['Glossary', model.glossary && glossaryLine(model.glossary)],
    ['Training', training === undefined ? undefined : trainingLine(training)],
    ['Model card', model.card],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(factIndent)}${value}`],
  );
  const scores = Object.entries({ dev, test }).flatMap(([name, report]) =>
    report === undefined ? [] : [`Scores on the ${name} data\n\n${renderEvaluation(report, colors)}`],
  );
  const about = model.about === '' ? [] : [`${model.about}\n`];
  return [`${colors.bold(model.name)}\n`, ...about, `${lines.join('\n')}\n`, ...scores].join('\n');
}

function trainingLine(training: Readonly<Record<string, number>>): string {
  const { sentences, epochs, best_epoch: best, seed, seconds } = training;
  const parts = [
    sentences === undefined ? '' : `${formatCount(sentences)} sentences`,
    best === undefined || epochs === undefined ? '' : `epoch ${best} of ${epochs}`,
    seed === undefined ? '' : `seed ${seed}`,
    seconds === undefined ? '' : formatSeconds(seconds),
  ];
  return parts.filter((part) => part !== '').join(', ');
}
