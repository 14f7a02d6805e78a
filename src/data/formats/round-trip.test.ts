/** Nothing that the target can hold is lost on the way there and back, and what is lost is listed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkExamples } from '../examples.ts';
import type { Example } from '../types.ts';
import { chooseFlat } from './bio.ts';
import { convertData } from './convert-data.ts';
import type { DataFormat } from './names.ts';
import { isLost } from './types.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'w2ner-round-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const endings: Readonly<Record<DataFormat, string>> = {
  json: '.json',
  jsonl: '.jsonl',
  brat: '',
  'label-studio': '.json',
  conll: '.conll',
  'bio-jsonl': '.jsonl',
};

let count = 0;
/** Writes a conversion's files. @returns the path of the main one */
function write(files: ReturnType<typeof convertData>['files'], to: DataFormat): string {
  const path = join(folder, `${++count}${endings[to]}`);
  if (to === 'brat') mkdirSync(path);
  for (const { name, data } of files) {
    if (to === 'brat') writeFileSync(join(path, name), data);
    else if (name === '') writeFileSync(path, data);
  }
  return path;
}

function writeExamples(examples: readonly Example[]): string {
  const path = join(folder, `${++count}.json`);
  const records = examples.map(({ words, entities, document }) => ({
    sentence: words,
    ner: entities.map((entity) => ({ type: entity.type, index: entity.words })),
    document,
  }));
  writeFileSync(path, JSON.stringify(records));
  return path;
}

/** There and back; documents keep their order only where their names sort, so one is used. */
function roundTrip(examples: readonly Example[], to: DataFormat) {
  const there = convertData(writeExamples(examples), to);
  const back = convertData(write(there.files, to), 'json');
  const read = checkExamples(write(back.files, 'json'));
  return { there, back, examples: read.examples.map(({ words, entities }) => ({ words, entities })) };
}

const pieces = [
  'а',
  'Боль',
  'мг/м2',
  '5',
  '2,5',
  '#',
  '-',
  'O',
  '💊',
  'e\u0301',
  '"x"',
  '<b>',
  '\u00A0я',
  ';',
  '|',
];
const word = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 2 })
  .map((parts) => parts.join(''));
const type = fc.constantFrom(
  'DRUG',
  'ACTION / INTERVENTION',
  'SEVERITY/STAGE',
  'Препарат',
  'препарат|x',
  'A_B',
  'A B',
  'I-x',
);

const sentence: fc.Arbitrary<Example> = fc.array(word, { minLength: 1, maxLength: 8 }).chain((words) =>
  fc
    .uniqueArray(
      fc.record({
        type,
        words: fc.subarray([...words.keys()], { minLength: 1 }),
      }),
      { maxLength: 4, selector: (entity) => `${entity.type.toLowerCase()} ${entity.words.join()}` },
    )
    .map((entities) => ({ words, entities })),
);
const data = fc.array(sentence, { minLength: 1, maxLength: 6 });

describe('texts hold everything', () => {
  test.each(['brat', 'label-studio'] as const)('json → %s → json', (to) => {
    fc.assert(
      fc.property(data, (examples) => {
        const { there, back, examples: again } = roundTrip(examples, to);
        expect(again).toEqual(examples);
        expect([...there.problems, ...back.problems]).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('brat ↔ label-studio: also boundaries inside words and mentions over sentences', () => {
    const source = join(folder, 'source');
    mkdirSync(source);
    const text = 'Боль 💊 утром.\r\nПриём пищи. Затем сон.\n';
    writeFileSync(join(source, 'a.txt'), text);
    writeFileSync(join(source, 'a.ann'), 'T1\tX 1 4;7 12\tоль утром\nT2\tY 8 19\tтром. Приё\n');
    const there = convertData(source, 'label-studio');
    expect([there.mentions, there.written]).toEqual([2, 2]);
    const back = convertData(write(there.files, 'label-studio'), 'brat');
    expect(back.files.find(({ name }) => name === 'a.txt')?.data).toBe(text);
    expect(back.files.find(({ name }) => name === 'a.ann')?.data).toBe(
      'T1\tX 1 4;7 12\tоль утром\nT2\tY 8 13;15 19\tтром. Приё\n',
    );
  });
});

describe('tags hold flat entities', () => {
  test.each(['conll', 'bio-jsonl'] as const)('json → %s → json, the rest is listed', (to) => {
    fc.assert(
      fc.property(data, (examples) => {
        const { there, examples: again } = roundTrip(examples, to);
        const flat = examples.map(({ words, entities }) => ({ words, entities: chooseFlat(entities).kept }));
        const sorted = flat.map(({ words, entities }) => ({
          words,
          entities: [...entities].sort((a, b) => a.words[0]! - b.words[0]!),
        }));
        expect(again).toEqual(sorted);
        const total = examples.reduce((sum, { entities }) => sum + entities.length, 0);
        expect(there.mentions).toBe(total);
        expect(there.written + there.problems.filter(isLost).length).toBe(total);
        expect(there.written).toBe(sorted.reduce((sum, { entities }) => sum + entities.length, 0));
      }),
      { numRuns: 60 },
    );
  });
});

test('the training format keeps its documents', () => {
  const examples: Example[] = [
    { words: ['а'], entities: [], document: 'x' },
    { words: ['б'], entities: [{ type: 'T', words: [0] }], document: 'y' },
  ];
  for (const to of ['brat', 'label-studio', 'conll', 'bio-jsonl', 'jsonl'] as const) {
    const there = convertData(writeExamples(examples), to);
    const back = convertData(write(there.files, to), 'json');
    expect(checkExamples(write(back.files, 'json')).examples).toEqual(examples);
  }
});

test('a space inside a word is told', () => {
  const examples = [{ words: ['10 000', 'мг'], entities: [{ type: 'T', words: [0] }] }];
  const { there, examples: again } = roundTrip(examples, 'brat');
  expect(again).toEqual([{ words: ['10\u00A0000', 'мг'], entities: [{ type: 'T', words: [0] }] }]);
  expect(there.problems).toMatchObject([{ kind: 'changed word', charStart: 0, charEnd: 6 }]);
  expect(roundTrip(examples, 'conll').examples).toEqual(examples);
});
