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
  /** What it began with, after "trained with w2ner". */
  readonly origin: string;
  /** The paragraph on its training. */
  readonly history: string;
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

/** The scores on one data set, as the card shows them. */
export function scoreSummary(name: string, report: EvaluationReport): string {
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
    `A W2NER model (Li et al., AAAI 2022) with the ${config.encoder} encoder, trained with w2ner ${source.origin}.`,
    `## Data\n\nTrained on ${trainingFiles(source)}: ${data.train.length} sentences, ${entities} entities of ${data.labels.types.length} types. Compared and fitted on ${basename(source.dev)}.`,
    `## Training\n\n${source.history}`,
    '## Scores\n\nAn entity counts when its type and all its words are right.',
    scoreSummary('dev', reports.dev),
    ...(reports.test === undefined ? [] : [scoreSummary('test', reports.test)]),
    '## Limits\n\nThe model marks text; it gives no medical advice. It knows the kind of text and the types it was trained on, and nothing else.',
  ];
  return `${parts.join('\n\n')}\n`;
}
