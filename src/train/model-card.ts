/** The model card: what the model is, what it was trained on, how good it is beside the lexicon, what it does not know. */
import { basename } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { EvaluationReport } from '../evaluate/report.ts';
import type { TrainingData } from './training-data.ts';

interface CardSource {
  readonly config: Config;
  readonly out: string;
  readonly train: string | readonly string[];
  readonly dev: string;
  readonly test?: string;
  readonly data: TrainingData;
  readonly init?: string;
  readonly bestEpoch: number;
  readonly seconds: number;
  readonly reports: { readonly dev: EvaluationReport; readonly test?: EvaluationReport };
}

const percent = (value: number): string => (100 * value).toFixed(1);

function scoreTable(report: EvaluationReport): string {
  const lines = ['| type | gold | precision | recall | F1 | lexicon F1 |', '|---|---:|---:|---:|---:|---:|'];
  for (const [type, scores] of Object.entries(report.per_type)) {
    const lexicon = report.lexicon?.per_type[type]?.f1;
    const cells = [percent(scores.precision), percent(scores.recall), percent(scores.f1)];
    lines.push(
      `| ${type} | ${scores.support} | ${cells.join(' | ')} | ${lexicon === undefined ? '–' : percent(lexicon)} |`,
    );
  }
  return lines.join('\n');
}

function summary(name: string, report: EvaluationReport): string {
  const { micro, macro, confidence_interval: interval, lexicon } = report;
  const f1 = interval.f1;
  const range = `95 % interval ${percent(f1[0])}–${percent(f1[1])}`;
  const baseline =
    lexicon === null ? '' : `; a lexicon read off the same training data: ${percent(lexicon.micro.f1)}`;
  const shapes = (['flat', 'nested', 'discontinuous'] as const)
    .map((shape) => `${shape} ${percent(report[shape].f1)}`)
    .join(', ');
  return [
    `### ${name}: ${report.sentences} sentences`,
    `Strict micro F1 **${percent(micro.f1)}** (${range}; precision ${percent(micro.precision)}, recall ${percent(micro.recall)}; macro F1 ${percent(macro.f1)})${baseline}. By shape: ${shapes}.`,
    scoreTable(report),
  ].join('\n\n');
}

/** What the training began with. */
function origin({ config, init }: CardSource): string {
  if (init !== undefined) return `from the weights of ${basename(init)}`;
  return config.encoder === 'bert' ? `from the encoder ${basename(config.bert_name!)}` : 'from scratch';
}

/** Names of the training files, those given several times once. */
function trainingFiles({ train }: CardSource): string {
  return [...new Set([train].flat().map((path) => basename(path)))].join(', ');
}

/** Markdown for the model folder's `README.md`. */
export function modelCard(source: CardSource): string {
  const { config, data, reports } = source;
  const entities = data.train.reduce((sum, example) => sum + example.entities.length, 0);
  const parts = [
    `# ${basename(source.out)}`,
    `A W2NER model (Li et al., AAAI 2022) with the ${config.encoder} encoder, trained with w2ner ${origin(source)}.`,
    `## Data\n\nTrained on ${trainingFiles(source)}: ${data.train.length} sentences, ${entities} entities of ${data.labels.types.length} types. The epoch was chosen on ${basename(source.dev)}.`,
    `## Training\n\nBest of ${config.epochs} epochs: ${source.bestEpoch + 1}; seed ${config.seed}; ${Math.round(source.seconds)} s. All settings are in \`config.json\`, all scores in \`metrics.json\`.`,
    '## Scores\n\nAn entity counts when its type and all its words are right.',
    summary('dev', reports.dev),
    ...(reports.test === undefined ? [] : [summary('test', reports.test)]),
    '## Limits\n\nThe model marks text; it gives no medical advice. It knows the kind of text and the types it was trained on, and nothing else.',
  ];
  return `${parts.join('\n\n')}\n`;
}
