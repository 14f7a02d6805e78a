/** A report for people in one file: the documents with their entities drawn in, a filter, statistics; no script, no network. */
import { REPORT_MARK } from '../document/format.ts';
import { type Bar, barChart } from './html/charts.ts';
import { drawDocument, type Line, type Looks } from './html/draw-text.ts';
import { escapeHtml } from './html/escape.ts';
import { baseStyle, linesStyle, typeStyle } from './html/style.ts';
import { type ReportWords, reportWords } from './html/words.ts';
import type { ExportDocument, Exporter, PlacedRecord } from './types.ts';

/** Documents that get a bar or a link of their own. */
const mostBars = 30;
const mostLinks = 300;
/** Texts told of each type, and different ones counted. */
const mostTexts = 8;
const mostCounted = 20_000;

/** Counts of a type. */
interface TypeCount {
  entities: number;
  scores: number;
  /** By the text in small letters: how often, and as it was first spelled. */
  readonly texts: Map<string, { count: number; readonly text: string }>;
}

/** What is remembered of the documents written. */
interface Report {
  readonly types: string[];
  readonly counts: TypeCount[];
  readonly documents: {
    readonly name: string;
    readonly byType: readonly number[];
    readonly entities: number;
  }[];
  readonly looks: Looks;
  /** Rules for the looks met, to be written at the end. */
  readonly rules: string[];
  sentences: number;
}

/**
 * Writes documents as they end; what needs all of them – statistics, filter – comes last and is put first by the style
 * sheet. A content security policy forbids scripts and requests, whatever stands in the documents.
 */
export const htmlExporter: Exporter = {
  extension: 'html',
  mediaType: 'text/html; charset=utf-8',
  description: 'a report to look at and print: text with entities, filter, charts',
  needsDocuments: true,
  open: ({ types = [], model, language = 'en' } = {}) => {
    const words = reportWords[language];
    const report = createReport(types);
    let document: ExportDocument | undefined;
    let records: PlacedRecord[] = [];
    return {
      begin: () => head(words, language),
      beginDocument: (next) => {
        document = next;
        records = [];
        return '';
      },
      record: (record) => {
        records.push(record);
        return '';
      },
      endDocument: () => writeDocument(document!, records, report, words),
      end: () => tail(report, words, model),
    };
  },
};

function createReport(known: readonly string[]): Report {
  const types: string[] = [];
  const numbers = new Map<string, number>();
  const counts: TypeCount[] = [];
  const classes = new Map<string, string>();
  const rules: string[] = [];
  const numberOf = (type: string): number => {
    const number = numbers.get(type) ?? types.length;
    if (number === types.length) {
      types.push(type);
      numbers.set(type, number);
      counts.push({ entities: 0, scores: 0, texts: new Map() });
    }
    return number;
  };
  const classOf = (lines: readonly Line[]): string => {
    const key = lines.map(({ type, kind }) => `${kind}${type}`).join();
    const known = classes.get(key);
    if (known !== undefined) return known;
    const name = `x${classes.size}`;
    classes.set(key, name);
    rules.push(linesStyle(name, lines));
    return name;
  };
  for (const type of known) numberOf(type);
  return { types, counts, documents: [], looks: { numberOf, classOf }, rules, sentences: 0 };
}

const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const head = (words: ReportWords, language: string): string =>
  `<!doctype html>\n<html lang="${language}">\n<head>\n<meta charset="utf-8">\n${REPORT_MARK}\n` +
  `<meta http-equiv="Content-Security-Policy" content="${policy}">\n` +
  `<meta name="viewport" content="width=device-width, initial-scale=1">\n` +
  `<title>${words.title}</title>\n<style>${baseStyle}</style>\n</head>\n<body>\n<main>\n`;

/** Counts a document's records and draws it. */
function writeDocument(
  { name, text, blocks }: ExportDocument,
  records: readonly PlacedRecord[],
  report: Report,
  words: ReportWords,
): string {
  const byType: number[] = [];
  let entities = 0;
  for (const record of records) {
    if (record.entities.length > 0) report.sentences++;
    for (const entity of record.entities) {
      const number = report.looks.numberOf(entity.type);
      const count = report.counts[number]!;
      count.entities++;
      count.scores += entity.score;
      byType[number] = (byType[number] ?? 0) + 1;
      entities++;
      countText(count.texts, entity.text);
    }
  }
  const number = report.documents.push({ name, byType, entities });
  const note = entities === 0 ? `<p class="hint">${words.none}</p>\n` : '';
  const drawn = drawDocument(text, blocks(), records, report.looks);
  return (
    `<article class="card" id="d${number}">\n<h2>${escapeHtml(name)}<span class="n">${words.number(entities)}</span></h2>\n` +
    `${note}<div class="text" lang="ru">${drawn}</div>\n</article>\n`
  );
}

function countText(texts: TypeCount['texts'], text: string): void {
  const key = text.toLowerCase();
  const known = texts.get(key);
  if (known !== undefined) known.count++;
  else if (texts.size < mostCounted) texts.set(key, { count: 1, text });
}

/** Filter, statistics and the styles of what was met. */
function tail(report: Report, words: ReportWords, model: string | undefined): string {
  const { types, counts, rules } = report;
  const order = [...types.keys()]
    .filter((i) => counts[i]!.entities > 0)
    .sort((a, b) => counts[b]!.entities - counts[a]!.entities);
  return (
    `</main>\n<header>\n<h1>${words.title}</h1>\n${facts(report, order.length, words, model)}</header>\n` +
    `<section class="stats card">\n${statistics(report, order, words)}</section>\n` +
    `<aside class="card">\n${filter(report, order, words)}</aside>\n` +
    `<style>\n${typeStyle(types)}${rules.join('\n')}\n</style>\n</body>\n</html>\n`
  );
}

function facts(
  { documents, sentences }: Report,
  types: number,
  words: ReportWords,
  model: string | undefined,
): string {
  const entities = documents.reduce((sum, document) => sum + document.entities, 0);
  const pairs = [
    [words.documents, words.number(documents.length)],
    [words.entities, words.number(entities)],
    [words.types, words.number(types)],
    [words.sentences, words.number(sentences)],
    ...(model === undefined ? [] : [[words.model, model]]),
  ];
  const items = pairs.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value!)}</dd></div>`);
  return `<dl>${items.join('')}</dl>\n`;
}

function filter({ types, counts, documents }: Report, order: readonly number[], words: ReportWords): string {
  const boxes = order.map(
    (i) =>
      `<label><input type="checkbox" id="f${i}" checked><span class="dot f${i}"></span>${escapeHtml(types[i]!)}` +
      `<span class="n">${words.number(counts[i]!.entities)}</span></label>`,
  );
  const links = documents
    .slice(0, mostLinks)
    .map(
      ({ name, entities }, i) =>
        `<a href="#d${i + 1}">${escapeHtml(name)}<span class="n">${words.number(entities)}</span></a>`,
    );
  const rest = documents.length - links.length;
  const more = rest > 0 ? `<p class="hint">${words.more(rest)}</p>` : '';
  return (
    `<h2>${words.filter}</h2>\n<div class="types">${boxes.join('\n')}</div>\n` +
    `<div class="all"><label><input type="checkbox" id="names" checked>${words.showNames}</label></div>\n` +
    (documents.length > 1 ? `<nav>${links.join('\n')}${more}</nav>\n` : '')
  );
}

function statistics(report: Report, order: readonly number[], words: ReportWords): string {
  const { types, counts } = report;
  const byType = order.map((i): Bar => {
    const { entities, scores } = counts[i]!;
    const note = `${words.number(entities)} · ${(scores / entities).toFixed(2)}`;
    return { label: types[i]!, parts: [{ type: i, value: entities }], note };
  });
  const charts = [
    ...(byType.length === 0 ? [] : [barChart(`${words.byType} · ${words.score}`, byType, words.number)]),
    ...(report.documents.length < 2
      ? []
      : [barChart(words.byFile, fileBars(report, order, words), words.number)]),
  ];
  const rows = order.map((i) => {
    const most = [...counts[i]!.texts.values()].sort((a, b) => b.count - a.count).slice(0, mostTexts);
    const cell = most.map(
      ({ text, count }) => escapeHtml(text) + (count === 1 ? '' : ` ×${words.number(count)}`),
    );
    return `<tr><td><span class="dot f${i}" style="display:inline-block"></span> ${escapeHtml(types[i]!)}</td><td>${cell.join('; ')}</td></tr>`;
  });
  return (
    `<div class="charts">${charts.join('\n')}</div>\n<p class="hint">${words.reading}</p>\n` +
    `<details><summary>${words.frequent}</summary><table>${rows.join('\n')}</table></details>\n`
  );
}

/** A bar for each document in order, the rest in one. */
function fileBars({ documents }: Report, order: readonly number[], words: ReportWords): Bar[] {
  const bar = (label: string, sets: readonly (readonly number[])[]): Bar => ({
    label,
    parts: order
      .map((type) => ({ type, value: sets.reduce((sum, byType) => sum + (byType[type] ?? 0), 0) }))
      .filter(({ value }) => value > 0),
  });
  const shown = [...documents].sort((a, b) => b.entities - a.entities).slice(0, mostBars);
  const rest = documents.filter((document) => !shown.includes(document));
  const own = documents
    .filter((document) => shown.includes(document))
    .map(({ name, byType }) => bar(name, [byType]));
  return rest.length === 0
    ? own
    : [
        ...own,
        bar(
          words.more(rest.length),
          rest.map(({ byType }) => byType),
        ),
      ];
}
