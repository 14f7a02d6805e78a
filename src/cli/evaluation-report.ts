/** An evaluation as tables: by type beside the lexicon baseline, by shape, with partial credit, relations. */
import type { createColors } from 'picocolors';
import type { EvaluationReport } from '../evaluate/report.ts';
import type { Scores } from '../evaluate/scores.ts';
import { numberColumns, renderTable } from './table.ts';
import { formatCount, formatPlural } from './text.ts';

type Colors = ReturnType<typeof createColors>;

const score = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3));

const threeScores = ({ precision, recall, f1 }: Pick<Scores, 'precision' | 'recall' | 'f1'>): string[] =>
  [precision, recall, f1].map(score);

/** The whole report; every line ends with a line break. */
export function renderEvaluation(report: EvaluationReport, colors: Colors): string {
  return `${typeTable(report, colors)}\n${viewTable(report, colors)}\n${closing(report).join('\n')}\n`;
}

function typeTable(report: EvaluationReport, colors: Colors): string {
  const { lexicon, micro, macro } = report;
  const heads = [
    'Gold',
    'Found',
    'Correct',
    'Precision',
    'Recall',
    'F1',
    ...(lexicon === null ? [] : ['Lexicon F1']),
  ];
  const row = (name: string, scores: Scores, baseline: number | undefined): string[] => [
    name,
    ...[scores.support, scores.predicted, scores.correct].map(formatCount),
    ...threeScores(scores),
    ...(lexicon === null ? [] : [score(baseline)]),
  ];
  const rows = Object.entries(report.per_type).map(([type, scores]) =>
    row(type, scores, lexicon?.per_type[type]?.f1),
  );
  const macroRow = [
    'Macro',
    '',
    '',
    '',
    ...threeScores(macro),
    ...(lexicon === null ? [] : [score(lexicon.macro.f1)]),
  ];
  const totals = [row('Micro', micro, lexicon?.micro.f1), macroRow];
  return renderTable(numberColumns('Type', ...heads), rows, { colors, totals });
}

function viewTable(report: EvaluationReport, colors: Colors): string {
  const { partial, relations } = report;
  const views: readonly (readonly [name: string, scores: Scores])[] = [
    ['Flat entities', report.flat],
    ['Nested entities', report.nested],
    ['Discontinuous entities', report.discontinuous],
    ['Boundaries alone (any type)', partial.untyped],
    ['Overlapping counts as right', partial.overlap],
    ['Overlapping counts half', partial.weighted],
    ['Single words', partial.words],
    ['Relation NNW', relations.nnw],
    ['Relation THW', relations.thw],
  ];
  const rows = views.map(([name, scores]) => [
    name,
    formatCount(scores.support),
    formatCount(scores.predicted),
    ...threeScores(scores),
  ]);
  return renderTable(numberColumns('Seen otherwise', 'Gold', 'Found', 'Precision', 'Recall', 'F1'), rows, {
    colors,
  });
}

function closing(report: EvaluationReport): string[] {
  const {
    micro,
    confidence_interval: interval,
    calibration,
    lexicon,
    unholdable,
    sentences_per_second: rate,
  } = report;
  const [low, high] = interval.f1;
  const level = `${Math.round(interval.level * 100)} %`;
  const range = `${level} interval ${score(low)} to ${score(high)} (bootstrap, ${formatPlural(interval.resamples, 'resample')})`;
  const lines = [`Micro F1 ${score(micro.f1)}${interval.resamples > 0 ? `, ${range}` : ''}`];
  if (lexicon !== null) {
    const gain = (micro.f1 - lexicon.micro.f1) * 100;
    lines.push(
      `The lexicon baseline (${formatPlural(lexicon.phrases, 'phrase')} of the training data) has F1 ${score(lexicon.micro.f1)}: ` +
        `the model is ${Math.abs(gain).toFixed(1)} points ${gain < 0 ? 'below' : 'above'} it`,
    );
  }
  if (calibration !== null)
    lines.push(`Scores differ from precision by ${score(calibration.ece)} on average (0 is best)`);
  if (unholdable.lost > 0) {
    lines.push(
      `${formatPlural(unholdable.lost, 'gold entity', 'gold entities')} cannot be held by one grid: the same head and tail as another`,
    );
  }
  const size = `${formatPlural(report.sentences, 'sentence')}, ${formatPlural(report.words, 'word')}`;
  lines.push(rate === null ? size : `${size}: ${formatCount(Math.round(rate))} sentences/s`);
  return lines;
}
