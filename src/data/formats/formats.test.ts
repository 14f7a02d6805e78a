/** Variants of the formats as other programs write them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../base/errors.ts';
import { checkExamples } from '../examples.ts';
import { convertData, readData } from './convert-data.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2ner-formats-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string | object): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

/** Sentences with entities in brackets. */
const shown = (path: string): string[] =>
  checkExamples(path).examples.map(({ words, entities }) =>
    [words.join(' '), ...entities.map((entity) => `${entity.type}=${entity.words.join()}`)].join(' | '),
  );

describe('tagged words', () => {
  const words = ['Назначить', 'фолиевую', 'кислоту', '5', 'мг', 'утром'];
  const result = ['Назначить фолиевую кислоту 5 мг утром | DRUG=1,2 | DOSE=3,4 | TIME=5'];
  const file = (tags: string): string => words.map((word, i) => `${word}\t${tags.split(' ')[i]}\n`).join('');

  test.each([
    ['BIO', 'O B-DRUG I-DRUG B-DOSE I-DOSE B-TIME'],
    ['BIOES', 'O B-DRUG E-DRUG B-DOSE E-DOSE S-TIME'],
    ['BILOU', 'O B-DRUG L-DRUG B-DOSE L-DOSE U-TIME'],
    ['BMES', 'O B-DRUG E-DRUG B-DOSE E-DOSE S-TIME'],
    ['IOB1', 'O I-DRUG I-DRUG I-DOSE I-DOSE I-TIME'],
  ])('%s', (_name, tags) => {
    const path = write('a.conll', file(tags));
    expect(shown(path)).toEqual(result);
    expect(checkExamples(path).problems).toEqual([]);
  });

  test('CoNLL-2003 columns, documents, spaces between columns', () => {
    const path = write(
      'a.bio',
      '-DOCSTART- -X- -X- O\n\nАспирин NN B-NP B-DRUG\nутром RB B-ADVP O\n\n-DOCSTART- -X- -X- O\n\nБоль NN B-NP B-SIGN\n',
    );
    expect(shown(path)).toEqual(['Аспирин утром | DRUG=0', 'Боль | SIGN=0']);
  });

  test('numbered words', () => {
    const path = write('a.tsv', '1\tАспирин\tNOUN\tB-DRUG\n2\tутром\tADV\tO\n\n1\tБоль\tNOUN\tO\n');
    expect(shown(path)).toEqual(['Аспирин утром | DRUG=0', 'Боль']);
  });

  test('what is no tag, and what begins inside, is listed with its line', () => {
    const path = write('a.conll', 'а\tB-X\nб\tI-X\n\nв\tO\nг\tI-X\nд\tтег\n');
    const { mentions, written, problems } = convertData(path, 'json');
    expect([mentions, written]).toEqual([3, 2]);
    expect(problems.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'line 6 malformed',
      'line 5 begins inside',
    ]);
    expect(checkExamples(path).problems.map(({ where, severity }) => `${where} ${severity}`)).toEqual([
      `${path} line 6 error`,
      `${path} line 5 warning`,
    ]);
  });

  test('JSON lines with tags; broken ones are listed', () => {
    const lines = [
      { idx: 'a.tsv_0', tokens: ['Боль', 'утром'], ner_tags: ['B-SIGN', 'O'] },
      { idx: 'a.tsv_1', tokens: ['Боль'], ner_tags: ['B-SIGN', 'O'] },
      { idx: 'b.tsv_0', tokens: ['Боль'], ner_tags: [3] },
      { idx: 'b.tsv_1', tokens: ['Сон'], ner_tags: ['O'] },
    ];
    const path = write('a.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(shown(path)).toEqual(['Боль утром | SIGN=0', 'Сон']);
    const { documents, mentions, written, problems } = convertData(path, 'json');
    expect([documents, mentions, written]).toEqual([2, 3, 1]);
    expect(problems.map(({ id, detail }) => `${id}: ${detail}`)).toEqual([
      'record 2: 1 words have 2 tags',
      'record 3: "ner_tags" is no list of tags such as "B-DRUG" (numbers have no names here)',
    ]);
  });
});

describe('Label Studio', () => {
  const text = '💊 КТ и МРТ таза.';
  const region = (id: string, part: string, labels: readonly string[], shift = 0): object => {
    const start = [...text.slice(0, text.indexOf(part))].length + shift;
    const value = { start, end: start + [...part].length, text: part, labels };
    return { id, from_name: 'label', to_name: 'text', type: 'labels', value };
  };

  test('the annotation that counts: ground truth before others, skipped ones never, predictions last', () => {
    const result = (part: string): object[] => [region('r', part, ['TEST'])];
    const annotations = [
      { was_cancelled: true, result: result('таза') },
      { result: result('МРТ') },
      { ground_truth: true, result: result('КТ') },
    ];
    const tasks = [
      { id: 1, data: { text, title: 'а' }, annotations, predictions: [{ result: result('таза') }] },
      { id: 2, data: { review: text }, annotations: [], predictions: [{ result: result('МРТ') }] },
    ];
    const path = write('export.json', tasks);
    expect(shown(path)).toEqual(['💊 КТ и МРТ таза . | TEST=1', '💊 КТ и МРТ таза . | TEST=3']);
    const data = readData(path);
    expect(data.texts?.map(({ name }) => name)).toEqual(['а', 'task-2']);
    expect(data.ignored).toEqual({ 'skipped annotation': 1, 'further annotation of a task': 1 });
  });

  test('several labels, gaps, other results, and what does not fit', () => {
    const result = [
      region('1', 'КТ', ['TEST', 'PLAN']),
      region('2', 'таза', ['TEST']),
      { type: 'relation', from_id: '1', to_id: '2', direction: 'right', labels: ['same entity'] },
      { type: 'relation', from_id: '1', to_id: '3', direction: 'right' },
      region('3', 'МРТ', ['TEST'], 1),
      region('4', 'МРТ', ['TEST'], 100),
      { id: '5', type: 'labels', value: { start: 4, labels: ['TEST'] } },
      { id: '6', type: 'choices', value: { choices: ['да'] } },
    ];
    const path = write('export.json', [{ id: 7, data: { text }, annotations: [{ result }] }]);
    expect(shown(path)).toEqual(['💊 КТ и МРТ таза . | TEST=1,4 | PLAN=1,4']);
    const { mentions, written, problems, ignored } = convertData(path, 'json');
    expect([mentions, written]).toEqual([5, 2]);
    expect(problems.map(({ document, id, kind }) => `${document} ${id} ${kind}`)).toEqual([
      'task-7 5 malformed',
      'task-7 3 text differs',
      'task-7 4 outside',
    ]);
    expect(ignored).toEqual({ relation: 1, choices: 1 });
  });

  test('JSON-MIN, and offsets that count UTF-16', () => {
    const start = text.indexOf('МРТ');
    const rows = [
      {
        id: 1,
        text,
        label: [{ start, end: start + 3, text: 'МРТ', labels: ['TEST'] }],
        annotator: 1,
        created_at: 'x',
      },
    ];
    expect(shown(write('min.json', rows))).toEqual(['💊 КТ и МРТ таза . | TEST=3']);
  });
});

test('a line that is no JSON is listed in any format, and the others are read', () => {
  const tagged = JSON.stringify({ tokens: ['Боль'], ner_tags: ['B-SIGN'] });
  const task = JSON.stringify({ data: { text: 'Боль' }, annotations: [{ result: [] }] });
  for (const line of [tagged, task]) {
    const path = write('broken.jsonl', `${line}\n{"tokens": [}\n${line}\n`);
    const { mentions, written, problems } = convertData(path, 'json');
    expect(problems).toMatchObject([{ document: path, id: 'record 2', kind: 'malformed' }]);
    expect(problems[0]!.detail).toContain('is not JSON at line 2, column 13');
    expect(mentions).toBe(written + 1);
    const checked = checkExamples(path);
    expect(checked.examples).toHaveLength(2);
    expect(checked.problems).toMatchObject([{ where: `${path} record 2`, severity: 'error' }]);
  }
});

describe('data of another format than it was taken for', () => {
  const sentence = ['Назначить', 'цитарабин', ...Array.from({ length: 40 }, (_, i) => `слово${i}`)];
  const training = [{ sentence, ner: [{ type: 'DRUG', index: [1] }], document: 'а.md' }];
  const refused = (path: string, from: 'conll' | 'label-studio' | 'bio-jsonl' | 'brat'): string => {
    try {
      convertData(path, 'json', from);
    } catch (error) {
      if (error instanceof UserError) return error.message.replace(path, 'PATH');
      throw error;
    }
    return 'nothing was refused';
  };

  test('is refused, with a short example', () => {
    const path = write('a.json', training);
    const message = refused(path, 'conll');
    expect(message).toContain('PATH: nothing in it is as conll has it, for example line 1: "[{');
    expect(message.length).toBeLessThan(300);
    // The document's name is a string, but not the text of a task.
    expect(refused(path, 'label-studio')).toBe('PATH: there is nothing to convert');
    expect(refused(path, 'bio-jsonl')).toBe('PATH: there is nothing to convert');
    expect(refused(path, 'brat')).toBe('PATH: this is a file, expected a BRAT folder');
  });

  test('but not when a single tag or annotation is sound', () => {
    const path = write('a.conll', 'Боль\tO\nутром\tтег\n');
    expect(convertData(path, 'json')).toMatchObject({ mentions: 1, written: 0 });
  });
});

describe('keys that only the training format has', () => {
  const record = {
    sentence: ['Боль', 'утром'],
    ner: [{ type: 'SIGN', index: [0], text: 'Боль', score: 0.5 }],
    meta: { id: 1, source: 'а.md' },
    cells: [[0, 0, 'SIGN', 0.9]],
  };

  test('stay in JSON; those of entities are counted', () => {
    const path = write('a.json', [record, { ...record, meta: null }]);
    const { files, ignored } = convertData(path, 'jsonl');
    const again = files[0]!.data
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const bare = { ...record, ner: [{ type: 'SIGN', index: [0] }] };
    expect(again).toEqual([bare, { ...bare, meta: null }]);
    expect(ignored).toEqual({ '"text" of an entity': 2, '"score" of an entity': 2 });
  });

  test('are counted where the target has no place for them', () => {
    const path = write('a.json', [record, { ...record, cells: undefined }]);
    for (const to of ['brat', 'label-studio', 'conll', 'bio-jsonl'] as const) {
      expect(convertData(path, to).ignored).toMatchObject({
        '"meta" of a record': 2,
        '"cells" of a record': 1,
      });
    }
  });
});

test('results of extract are read as data', () => {
  const record = {
    source_file: 'a.md',
    sentence: ['Боль'],
    entities: [{ type: 'SIGN', index: [0], score: 0.5 }],
  };
  const path = write('results.json', [record]);
  expect(checkExamples(path).examples).toEqual([
    { words: ['Боль'], entities: [{ type: 'SIGN', words: [0] }], document: 'a.md' },
  ]);
});

test('Markdown is read as Markdown when the document is named so', () => {
  const task = { data: { name: 'a.md', text: '**Боль** утром' }, annotations: [{ result: [] }] };
  expect(shown(write('tasks.json', [task]))).toEqual(['Боль утром']);
});
