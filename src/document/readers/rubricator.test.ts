/** Records of the rubricator: identity, sections, pictures, and JSON that is none. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { documentFromString } from '../from-string.ts';
import { readDocument } from '../read.ts';

const record = {
  id: '12_3',
  name: 'Острый тонзиллит',
  mkb: 'J03.0, J03.9',
  mkbs: ['J03.0'],
  adult: true,
  child: true,
  obj: {
    sections: [
      {
        id: 'doc_title',
        title: 'Титульный лист',
        content: '',
        data: [
          { id: 'title', title: 'Название', content: 'Острый тонзиллит' },
          { id: 'year', title: 'Год', content: '2024 (пересмотр 2026)' },
          { id: 'proff_associations', title: 'Разработчик', content: [{ name: 'Союз врачей' }] },
          { id: 'url', title: 'URL', content: null },
        ],
      },
      { title: '2. Диагностика', content: null },
      {
        title: '2.1 Жалобы',
        content:
          '<h1>2.1. Жалобы</h1><p>Боль в&nbsp;горле.<img src="data:,"></p><h2>Анамнез</h2><p>Ангины.</p>',
      },
    ],
  },
};

const read = (value: unknown) => documentFromString('12_3.json', JSON.stringify(value), 'rubricator');

describe('a record', () => {
  it('gives its identity', () => {
    expect(read(record).metadata).toEqual({
      title: 'Острый тонзиллит',
      id: '12_3',
      icd10: ['J03.0', 'J03.9'],
      ageCategory: 'Взрослые, Дети',
      year: 2024,
      developers: ['Союз врачей'],
    });
  });

  it('gives its sections in order, a repeated title once, pictures counted', () => {
    const document = read(record);
    expect([...document.blocks()].map(({ kind, level, text }) => `${kind}${level ?? ''} ${text}`)).toEqual([
      'heading1 Острый тонзиллит',
      'heading2 Титульный лист',
      'paragraph Острый тонзиллит',
      'paragraph 2024 (пересмотр 2026)',
      'paragraph Союз врачей',
      'heading2 2. Диагностика',
      'heading3 2.1 Жалобы',
      'paragraph Боль в горле.',
      'heading5 Анамнез',
      'paragraph Ангины.',
    ]);
    expect(document.skipped).toEqual({ image: 1 });
  });
});

test.each([
  ['[{"sentence": ["а"]}]', /this JSON is an array, .*expected a record of the rubricator/],
  [
    '{"a": 1}',
    /this JSON is another object, at "obj": is missing, expected an object as in a record of the rubricator/,
  ],
  ['{"obj": {"sections": []}}', /at "obj.sections": got \[\], expected at least 1 item as in a record/],
  [
    '{"obj": {"sections": [{"content": 5}]}}',
    /at "obj.sections.0.content": got 5, expected a string as in a record/,
  ],
  ['{"obj": ', /this is not JSON/],
  ['null', /this JSON is null, expected a record/],
])('%s is refused', (json, message) => {
  expect(() => documentFromString('а.json', json, 'rubricator')).toThrow(message);
});

const real = new URL('../../../../shared/data/documents/773_2.json', import.meta.url).pathname;

test.skipIf(!existsSync(real))('a real record holds every word of its Markdown', () => {
  const words = (text: string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const [word] of text.matchAll(/[\p{L}\d]+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  };
  const own = words(readDocument(real).source);
  let [found, total] = [0, 0];
  for (const [word, count] of words(readFileSync(real.replace('.json', '.md'), 'utf8'))) {
    total += count;
    found += Math.min(count, own.get(word) ?? 0);
  }
  expect(total).toBeGreaterThan(30_000);
  expect(found / total).toBeGreaterThanOrEqual(0.99);
});
