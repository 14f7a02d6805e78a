/** Rows of recommendations: the entities of thesis and comment by type, and the formats. */
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeTagger } from '../../test/fake-tagger.ts';
import { documentFromString } from '../document/from-string.ts';
import { analyzeDocument } from '../predict/analyze-document.ts';
import type { DocumentResult } from '../predict/document-result.ts';
import { entityColumns, type RecommendationRow, recommendationRows } from './recommendation-rows.ts';
import { type RecommendationFormat, recommendationExporters } from './recommendations.ts';

const text = `# 3. Лечение

Рекомендуется взрослым #преднизолон** 60 мг/м2 ежедневно в течение 7 дней [3, 5–6].

УУР А, УДД 1

Комментарии: вместо преднизолона вводят дексаметазон; Преднизолон не отменяют сразу.

Не рекомендуется метотрексат** детям.

УУР C, УДД 5
`;
const lexicon = {
  преднизолон: 'DRUG',
  преднизолона: 'DRUG',
  дексаметазон: 'DRUG',
  метотрексат: 'DRUG',
  '60 мг / м 2': 'DOSAGE',
  ежедневно: 'FREQUENCY',
  '7 дней': 'DURATION',
  взрослым: 'AGE_GROUP / POPULATION',
  детям: 'AGE_GROUP / POPULATION',
  лечение: 'Новый тип!',
};

let result: DocumentResult;
let rows: RecommendationRow[];
beforeAll(async () => {
  result = await analyzeDocument(documentFromString('17_1.md', text, 'markdown'), fakeTagger(lexicon));
  rows = recommendationRows(result);
});

const texts = (row: RecommendationRow, column: string): string[] =>
  row.entities[column]!.map((entity) => entity.text);

describe('recommendationRows', () => {
  it('answers what, to whom, with what, how much, how often, how long, how strongly', () => {
    expect(rows).toHaveLength(2);
    const [first, second] = rows as [RecommendationRow, RecommendationRow];
    expect(first).toMatchObject({
      source_file: '17_1.md',
      id: '17_1',
      number: 1,
      section: '3. Лечение',
      page: null,
      advice: 'for',
      strength: 'A',
      evidence: 1,
      grade: 'УУР А, УДД 1',
      vital: ['преднизолон'],
      off_label: ['преднизолон'],
      references: [3, 5, 6],
    });
    expect(texts(first, 'drugs')).toEqual(['преднизолон']);
    expect(texts(first, 'dosages')).toEqual(['60 мг / м 2']);
    expect(texts(first, 'frequencies')).toEqual(['ежедневно']);
    expect(texts(first, 'durations')).toEqual(['7 дней']);
    expect(texts(first, 'populations')).toEqual(['взрослым']);
    expect(first.comment_entities.drugs!.map((entity) => entity.text)).toEqual([
      'преднизолона',
      'дексаметазон',
      'Преднизолон',
    ]);
    expect(second).toMatchObject({ number: 2, advice: 'against', strength: 'C', comment: null });
    expect(texts(second, 'drugs')).toEqual(['метотрексат']);
    for (const row of rows)
      for (const entity of Object.values(row.entities).flat())
        expect(row.start <= entity.start && entity.end <= row.end && entity.score > 0).toBe(true);
  });

  it.each([
    ['При наличии противопоказаний рекомендуется таблетка', 'for'],
    ['Показана таблетка', 'for'],
    ['Детям таблетка противопоказана', 'against'],
    ['Детям не рекомендована таблетка, рекомендован сироп', 'against'],
    ['Не должны даваться рекомендации по отказу от прогулок', 'against'],
  ])('%s: %s', (thesis, advice) => {
    const only = { ...result, recommendations: [{ ...result.recommendations[0]!, text: thesis }] };
    expect(recommendationRows(only)[0]!.advice).toBe(advice);
  });

  it('has a column for each of the model’s types, known ones first', () => {
    expect(Object.keys(rows[0]!.entities)).toEqual([
      'populations',
      'drugs',
      'dosages',
      'frequencies',
      'durations',
      'новый_тип_',
    ]);
    expect(entityColumns(['X', 'DRUG', 'PROCEDURE / TEST'])).toEqual(['procedures', 'drugs', 'x']);
  });
});

describe('formats', () => {
  const written = (format: RecommendationFormat, delimiter?: string, list = rows): string => {
    const settings = { types: result.types, ...(delimiter === undefined ? {} : { delimiter }) };
    const writer = recommendationExporters[format].open(settings);
    return writer.begin() + list.map((row) => writer.record(row)).join('') + writer.end();
  };

  it('CSV opens in a spreadsheet: byte-order mark, a line each, the columns of both', () => {
    const csv = written('csv', ';');
    expect(csv.charCodeAt(0)).toBe(0xfeff);
    const lines: Record<string, string>[] = parse(csv, { bom: true, columns: true, delimiter: ';' });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      strength: 'A',
      drugs: 'преднизолон',
      dosages: '60 мг / м 2',
      references: '3, 5, 6',
      comment_drugs: 'преднизолона; дексаметазон; Преднизолон',
    });
    expect(lines[1]).toMatchObject({ advice: 'against', comment: '', comment_drugs: '' });
  });

  it('CSV of nothing is the same header', () => {
    expect(written('csv', ',', [])).toMatch(/^\uFEFFsource_file,id,.*comment,comment_populations,.*\r\n$/);
    expect(written('csv').startsWith(written('csv', ',', []))).toBe(true);
    const shipped = recommendationExporters.csv.open().begin() as string;
    expect(shipped.split(',')).toHaveLength(45);
  });

  it('CSV never drops a column that was not announced', () => {
    const { record } = recommendationExporters.csv.open();
    expect(() => record(rows[0]!)).toThrow('no column for "новый_тип_"');
  });

  it('CSV keeps cells of several lines in one row', () => {
    const texts = ['одна\nдве', 'одна\rдве', 'одна\r\nдве', 'одна;две'];
    const list = texts.map((cell) => ({ ...rows[0]!, thesis: cell, comment: `${cell}\n\n"три"` }));
    const parsed: Record<string, string>[] = parse(written('csv', ';', list), {
      bom: true,
      columns: true,
      delimiter: ';',
      record_delimiter: ['\r\n', '\n', '\r'],
    });
    expect(parsed.map(({ thesis, comment }) => [thesis, comment])).toEqual(
      list.map(({ thesis, comment }) => [thesis, comment]),
    );
  });

  it('JSON and JSON Lines hold the rows unchanged', () => {
    expect(JSON.parse(written('json'))).toEqual(rows);
    expect(
      written('jsonl')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
  });
});
