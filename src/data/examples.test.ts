/** Reading of the training format: what passes, and that every bad row is found and named. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../base/errors.ts';
import { checkExamples, DataError, readExampleFiles, readExamples } from './examples.ts';

const folder = mkdtempSync(join(tmpdir(), 'w2ner-data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function write(content: string | Uint8Array, ending = 'json'): string {
  const path = join(folder, `file${files++}.${ending}`);
  writeFileSync(path, content);
  return path;
}

const writeRecords = (...records: unknown[]): string => write(JSON.stringify(records));

function thrown(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Problems of one record without the file name. */
function problemsOf(record: unknown, options = {}): string[] {
  const path = writeRecords(record);
  return checkExamples(path, options).problems.map(
    ({ where, reason }) => `${where.replace(`${path} record 1`, '').trimStart()}: ${reason}`,
  );
}

const sentence = ['Назначить', 'цитарабин', '100', 'мг'];

describe('good files', () => {
  const record = { sentence, ner: [{ type: 'DRUG', index: [1] }], meta: { source_file: 'a.md' } };
  const example = { words: sentence, entities: [{ type: 'DRUG', words: [1] }] };

  test('an array, with other keys', () => {
    expect(readExamples(writeRecords(record, record))).toEqual([example, example]);
  });

  test('other keys are kept where they are asked for', () => {
    const { examples } = checkExamples(writeRecords(record), { extra: true });
    expect(examples).toEqual([{ ...example, extra: { meta: record.meta } }]);
  });

  test('JSON lines, blank ones skipped, with a byte order mark and Windows line ends', () => {
    const path = write(`\uFEFF${JSON.stringify(record)}\r\n\r\n${JSON.stringify(record)}\r\n`, 'jsonl');
    expect(readExamples(path)).toEqual([example, example]);
    expect(checkExamples(path)).toMatchObject({ format: 'jsonl', records: 2, problems: [] });
  });

  test('entities may be absent when they are not needed', () => {
    const path = writeRecords({ sentence }, { sentence, ner: null });
    const bare = { words: sentence, entities: [] };
    expect(readExamples(path, { nerRequired: false })).toEqual([bare, bare]);
    expect(checkExamples(path).problems).toHaveLength(2);
  });

  test('an entity annotated twice is kept once, with a warning', () => {
    const twice = { sentence, ner: [record.ner[0], { type: 'drug', index: [1] }] };
    const path = writeRecords(twice);
    const warnings: string[] = [];
    expect(readExamples(path, { onWarning: ({ reason }) => warnings.push(reason) })).toEqual([example]);
    expect(warnings).toEqual(['drug [1] is annotated twice, kept once']);
  });

  test('a replacement character that really is in the file', () => {
    const path = writeRecords({ sentence: ['\uFFFD'], ner: [] });
    expect(readExamples(path)).toEqual([{ words: ['\uFFFD'], entities: [] }]);
  });
});

describe('cells', () => {
  const cells = [
    [1, 1, 'DRUG', 0.625],
    [3, 2, 'dosage', 0.7],
    [3, 2, 'DRUG', 0.301],
    [2, 3, '<suc>', 0.5],
  ];
  const record = { sentence, ner: [{ type: 'DRUG', index: [1] }], cells, source_file: 'a.md' };

  test('are read as what is likely at each pair; a sentence without them is certain', () => {
    const sure = { sentence, ner: [] };
    const [soft, hard] = readExamples(writeRecords(record, sure));
    expect(soft).toEqual({
      words: sentence,
      entities: [{ type: 'DRUG', words: [1] }],
      chances: cells,
      document: 'a.md',
    });
    expect(hard).toEqual({ words: sentence, entities: [] });
    expect(readExamples(writeRecords({ ...sure, cells: [] }))[0]!.chances).toEqual([]);
    expect(problemsOf(record, { knownTypes: ['drug', 'DOSAGE'] })).toEqual([]);
  });

  const shape = 'expected [row, column, label, probability] of words and types of this sentence, got';
  test.each<[string, unknown, string]>([
    ['no array', { 0: cells[0] }, ': must be an array, got an object'],
    ['null', null, ': must be an array, got null'],
    ['no list', [cells[0], 'DRUG'], `[1]: ${shape} "DRUG"`],
    ['an object', [{ row: 1 }], `[0]: ${shape} {"row":1}`],
    ['too few values', [[1, 1, 'DRUG']], `[0]: ${shape} [1,1,"DRUG"]`],
    ['too many values', [[1, 1, 'DRUG', 0.5, 0]], `[0]: ${shape} [1,1,"DRUG",0.5,0]`],
    ['a row outside', [cells[0], [4, 1, 'DRUG', 1]], `[1]: ${shape} [4,1,"DRUG",1]`],
    ['a column outside', [[1, 4, 'DRUG', 1]], `[0]: ${shape} [1,4,"DRUG",1]`],
    ['a negative row', [[-1, 1, 'DRUG', 1]], `[0]: ${shape} [-1,1,"DRUG",1]`],
    ['half a word', [[1, 0.5, 'DRUG', 1]], `[0]: ${shape} [1,0.5,"DRUG",1]`],
    ['a word as text', [['1', 1, 'DRUG', 1]], `[0]: ${shape} ["1",1,"DRUG",1]`],
    ['a label by number', [[1, 1, 2, 1]], `[0]: ${shape} [1,1,2,1]`],
    ['an empty label', [[1, 1, ' ', 1]], `[0]: ${shape} [1,1," ",1]`],
    ['"no relation"', [[1, 1, '<pad>', 0.5]], `[0]: ${shape} [1,1,"<pad>",0.5]`],
    ['a link in capitals', [[1, 2, '<SUC>', 0.5]], `[0]: ${shape} [1,2,"<SUC>",0.5]`],
    ['a probability above 1', [[1, 1, 'DRUG', 1.001]], `[0]: ${shape} [1,1,"DRUG",1.001]`],
    ['a negative probability', [[1, 1, 'DRUG', -0.1]], `[0]: ${shape} [1,1,"DRUG",-0.1]`],
    ['a probability as text', [[1, 1, 'DRUG', '0.5']], `[0]: ${shape} [1,1,"DRUG","0.5"]`],
    [
      'a label twice',
      [
        [1, 1, 'DRUG', 0.5],
        [2, 2, 'DRUG', 0.5],
        [1, 1, 'drug', 0.1],
      ],
      '[2]: label "drug" of words 1, 1 is given twice',
    ],
    [
      'more than 1',
      [...cells.slice(1), [3, 2, 'OTHER', 0.1]],
      '[3]: probabilities of words 3, 2 sum to 1.101, expected at most 1',
    ],
  ])('%s', (_, given, expected) => {
    expect(problemsOf({ ...record, cells: given })).toEqual([`.cells${expected}`]);
  });

  test('of labels that are not known', () => {
    expect(problemsOf(record, { knownTypes: ['DRUG'] })).toEqual([`.cells[1]: ${shape} [3,2,"dosage",0.7]`]);
  });

  test('are all checked, and keep a record out', () => {
    const path = writeRecords({ ...record, cells: [[9, 9, 'DRUG', 1], cells[0], 7] }, record);
    const { examples, problems } = checkExamples(path);
    expect(problems.map(({ where }) => where)).toEqual([
      `${path} record 1 .cells[0]`,
      `${path} record 1 .cells[2]`,
    ]);
    expect(examples).toHaveLength(1);
    expect(thrown(() => readExamples(path)).message).toContain(`${path} record 1 .cells[2]: ${shape} 7`);
  });
});

describe('bad rows', () => {
  const ner = (...index: unknown[]): unknown => ({ sentence, ner: [{ type: 'DRUG', index }] });
  test.each<[string, unknown, string[]]>([
    ['a number', 7, [': a record must be an object, got a number']],
    ['null', null, [': a record must be an object, got null']],
    ['no sentence', { ner: [] }, ['.sentence: must be an array of words, got nothing']],
    ['a string', { sentence: 'а б', ner: [] }, ['.sentence: must be an array of words, got a string']],
    ['no words', { sentence: [], ner: [] }, ['.sentence: the sentence is empty']],
    [
      'bad words',
      { sentence: ['а', '', 3, ' '], ner: [] },
      [
        '.sentence[1]: the word is empty',
        '.sentence[2]: a word must be a string, got a number',
        '.sentence[3]: the word is empty',
      ],
    ],
    ['ner no array', { sentence, ner: {} }, ['.ner: must be an array, got an object']],
    ['no entity', { sentence, ner: ['DRUG'] }, ['.ner[0]: an entity must be an object, got a string']],
    ['no type', { sentence, ner: [{ index: [0] }] }, ['.ner[0].type: must be a string, got nothing']],
    ['empty type', { sentence, ner: [{ type: ' ', index: [0] }] }, ['.ner[0].type: the type is empty']],
    [
      'no index',
      { sentence, ner: [{ type: 'A' }] },
      ['.ner[0].index: must be an array of word indices, got nothing'],
    ],
    ['empty index', ner(), ['.ner[0].index: the entity has no words']],
    ['too large', ner(1, 4), ['.ner[0]: word index 4 is outside the sentence (4 words)']],
    ['negative', ner(-1, 0), ['.ner[0]: word index -1 is negative']],
    ['a fraction', ner(0.5), ['.ner[0]: word index 0.5 is not a whole number']],
    ['a string', ner('1'), ['.ner[0]: word index "1" is not a whole number']],
    ['unsorted', ner(2, 1), ['.ner[0]: word indices are not in ascending order (1 after 2)']],
    ['repeated', ner(1, 1), ['.ner[0]: word index 1 is repeated']],
  ])('%s', (_, record, expected) => {
    expect(problemsOf(record)).toEqual(expected);
  });

  test('types that are not known, in any case', () => {
    const record = {
      sentence,
      ner: [
        { type: 'Drug', index: [0] },
        { type: 'DOSE', index: [1] },
      ],
    };
    expect(problemsOf(record, { knownTypes: ['DRUG', 'DOSAGE'] })).toEqual([
      '.ner[1].type: type "DOSE" is unknown, expected one of DRUG, DOSAGE',
    ]);
  });

  test('every one is listed, good records are kept', () => {
    const path = writeRecords({ sentence, ner: [] }, 1, ner(9), {
      sentence: [],
      ner: [{ type: '', index: [-1] }],
    });
    const { examples, problems, records } = checkExamples(path);
    expect(examples).toEqual([{ words: sentence, entities: [] }]);
    expect(records).toBe(4);
    expect(problems.map(({ record }) => record)).toEqual([1, 2, 3, 3, 3]);
    const error = thrown(() => readExamples(path));
    expect(error).toBeInstanceOf(DataError);
    expect(error.code).toBe('E_DATA');
    expect(error.message.split('\n')).toHaveLength(6);
    expect(error.message).toContain(
      `${path} record 3 .ner[0]: word index 9 is outside the sentence (4 words)`,
    );
  });

  test('a broken line does not hide the others', () => {
    const path = write(`${JSON.stringify({ sentence, ner: [] })}\n{"sentence": ["а", ]}\n`, 'jsonl');
    const { examples, problems } = checkExamples(path);
    expect(examples).toHaveLength(1);
    expect(problems).toMatchObject([
      { record: 1, reason: 'is not JSON at line 2, column 20: got "]}", expected a value' },
    ]);
  });

  test('several files fail together', () => {
    const paths = [writeRecords(1), join(folder, 'missing.json'), writeRecords({ sentence, ner: [] })];
    const { message } = thrown(() => readExampleFiles(paths));
    expect(message).toContain(`${paths[0]} record 1: a record must be an object`);
    expect(message).toContain(`${paths[1]}: there is no such file`);
    expect(readExampleFiles(paths.slice(2))).toHaveLength(1);
    expect(thrown(() => readExampleFiles(paths.slice(0, 1)))).toBeInstanceOf(DataError);
    expect(thrown(() => readExampleFiles(paths.slice(1))).code).toBe('E_READ');
  });
});

describe('bad files', () => {
  const failure = (path: string): string => {
    const { code, message } = thrown(() => readExamples(path));
    return `${code} ${message.replace(`${path}: `, '')}`;
  };

  test('missing, a folder, empty, without records', () => {
    expect(failure(join(folder, 'none.json'))).toBe('E_READ there is no such file');
    expect(failure(folder)).toBe(
      'E_READ this is a folder without .ann files, expected a file or a BRAT folder',
    );
    expect(failure(write(' \n'))).toBe('E_DATA_EMPTY the file is empty');
    expect(failure(write('[]'))).toBe('E_DATA_EMPTY there are no records in the file');
  });

  test('not UTF-8, with the byte', () => {
    const bytes = Buffer.concat([Buffer.from('[{"sentence":["ж'), Buffer.of(0xe9, 0x22)]);
    expect(failure(write(bytes))).toBe('E_DATA_ENCODING byte 17 (0xe9) is not UTF-8');
    expect(failure(write(Buffer.from('[{"sentence":["ж').subarray(0, -1)))).toBe(
      'E_DATA_ENCODING byte 15 (0xd0) is not UTF-8',
    );
  });

  test('broken JSON, with line, column and byte', () => {
    expect(failure(write('[\n  {"sentence": ["ж", "б"], "ner" []}\n]'))).toBe(
      'E_DATA_JSON is not JSON at line 2, column 34, byte 37: got "[]}\\n]", expected ":"',
    );
    expect(failure(write('[{"sentence": ["ж"]'))).toBe(
      'E_DATA_JSON is not JSON at line 1, column 20, byte 20: got the end, expected "," or "}"',
    );
    expect(failure(write('{"sentence": ["ж"],\n "ner": [}'))).toMatch(/^E_DATA_JSON .* line 2, column 10/u);
  });

  test('JSON of another kind', () => {
    expect(failure(write('"records"'))).toBe('E_DATA_FORMAT the file holds a string, not records');
    expect(failure(write('{\n"sentence": ["ж"],\n"ner": []\n}'))).toBe(
      'E_DATA_FORMAT the file holds one object, not records',
    );
  });
});

const real = '../shared/data/guidelines/dev.json';
test.runIf(existsSync(real))('annotated guidelines have no bad row', () => {
  expect(readExamples(real)).toHaveLength(296);
});
