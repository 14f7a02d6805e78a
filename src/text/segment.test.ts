/** Words and sentences of whole documents: every word slices back, nothing is lost, nothing overlaps. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentFormat, type TextFormat } from '../document/format.ts';
import { documentFromString } from '../document/from-string.ts';
import type { Document } from '../document/types.ts';
import { segment } from './segment.ts';
import { sliceSpans, splitPlain, splitWords } from './words.ts';

/** Source slices that other characters stand for: a character reference, a decomposed letter. */
const isStandIn = (slice: string, text: string): boolean =>
  /&#?\w+;/.test(slice) || slice.normalize('NFC') === text;

const withoutSpace = (text: string): string => text.replace(/\s/g, '');

function check(document: Document): void {
  const { source } = document;
  const blocks = [...document.blocks()];
  const found = blocks.map(() => '');
  let end = 0;
  for (const sentence of segment(document)) {
    expect(sentence.charStart).toBeGreaterThanOrEqual(end);
    end = sentence.charEnd;
    expect(end).toBeLessThanOrEqual(source.length);
    let last = sentence.charStart;
    for (const word of sentence.words) {
      const slice = sliceSpans(word.spans, source);
      if (slice !== word.text && !isStandIn(slice, word.text)) expect(slice).toBe(word.text);
      for (const { charStart, charEnd } of word.spans) {
        if (charStart < last || charEnd <= charStart) expect([charStart, charEnd]).toBe(last);
        last = charEnd;
      }
    }
    expect(last).toBe(end);
    found[sentence.blockIndex] += sentence.words.map((word) => word.text).join('');
  }
  expect(found).toEqual(blocks.map((block) => withoutSpace(block.text)));
}

const markdownPart = fc.constantFrom(
  ...[
    '# ',
    '- ',
    '1. ',
    '| а | б |\n|---|---|\n| 1 | 2 |',
    '\n',
    '\n\n',
    '\n    ',
    ' ',
    '**',
    '*',
    '_',
    '`',
    '```\n',
    '~~',
    '> ',
    '<b>',
    '<br>',
    '<div>',
  ],
  ...[
    '<!--',
    '-->',
    '&gt;',
    '&amp;',
    '&nbsp;',
    '&#769;',
    '\\*',
    '\\\\',
    '[',
    '](a)',
    '[1]',
    '](',
    '!',
    '|',
    '\r\n',
    '\r',
    '\t',
    '---',
    '===',
    '\f',
  ],
);
const textPart = fc.constantFrom(
  ...[
    'слово',
    'Рекомендуется',
    ' доза ',
    '5,5',
    ' мг/м2',
    '> 18',
    'т. е. ',
    'г. ',
    '. ',
    '.',
    '; ',
    '? ',
    '(см. ',
    ')',
    '«',
    '»',
    'диагно-\nстика',
  ],
  ...[
    'и\u0306',
    'за\u0301мок',
    'мяг\u00ADкий',
    '\u00A0',
    '\u2009',
    '\u200B',
    '😀',
    'x̄',
    '10×5',
    '°',
    '• ',
    '– ',
    'И. И. Иванов ',
    'L01XC02',
    '𝛼',
    '\uD800',
  ],
);
const generated = fc
  .array(fc.oneof(textPart, markdownPart, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 40 })
  .map((parts) => parts.join(''));

describe('segment', () => {
  it.each<TextFormat>(['markdown', 'text'])('keeps every word and place of generated %s', (format) => {
    fc.assert(
      fc.property(generated, (text) => check(documentFromString('проба', text, format))),
      { numRuns: 1500 },
    );
  });

  it('keeps every character of plain text but list marks and rulers', () => {
    const word = fc.constantFrom(
      'доза',
      'Курс',
      '5,5',
      'мг/м2',
      '>',
      '<',
      '*',
      '±',
      '(',
      ')',
      '«',
      '°C',
      'х',
      '~',
      '…',
      '.',
    );
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(' ', '\n', '\u00A0'),
        (words, gap) => {
          const text = `Текст ${words.join(gap)}`;
          const document = documentFromString('проба', text, 'text');
          const joined = [...segment(document)]
            .flatMap((sentence) => sentence.words.map((w) => w.text))
            .join('');
          expect(joined.replace(/\*/g, '')).toBe(withoutSpace(text).replace(/\*/g, ''));
        },
      ),
    );
  });

  it('reads a line of a megabyte as one sentence', () => {
    const text = 'назначение препарата в дозе 5 мг '.repeat(32_000);
    for (const format of ['markdown', 'text'] as const) {
      const sentences = [...segment(documentFromString('проба', text, format))];
      expect(sentences).toHaveLength(1);
      expect(sentences[0]!.words).toHaveLength(32_000 * 6);
    }
  });

  it('stays linear on markup that means nothing', () => {
    const texts = [
      '>'.repeat(10_000),
      '*'.repeat(100_000),
      'а* '.repeat(50_000),
      '['.repeat(50_000),
      '<!-- '.repeat(50_000),
    ];
    const nested = Array.from({ length: 600 }, (_, i) => `${' '.repeat(i * 2)}- а`).join('\n');
    for (const text of [
      ...texts,
      nested,
      'а\n---\n'.repeat(3000),
      'А. '.repeat(50_000),
      '('.repeat(100_000),
    ]) {
      check(documentFromString('проба', text, 'markdown'));
    }
  });

  const folder = process.env.W2NER_DOCUMENTS ?? '../shared/data/documents';
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => ['markdown', 'text'].includes(documentFormat(name) ?? ''))
    : [];
  it.skipIf(files.length === 0)('keeps every word and place of real documents', () => {
    for (const name of files) {
      const text = readFileSync(`${folder}/${name}`, 'utf8');
      for (const format of ['markdown', 'text'] as const) check(documentFromString(name, text, format));
    }
  });
});

describe('words', () => {
  it('are those of the training data', () => {
    expect(splitPlain('Доза 0,75 мг/м2 (38.5 °C), 10×5 x3 Ki-67>30% а́ёЁ😀')).toEqual(
      'Доза|0,75|мг|/|м|2|(|38.5|°|C|)|,|10|×|5|x|3|Ki|-|67|>|30|%|а|\u0301|ёЁ|😀'.split('|'),
    );
  });

  it('have several spans where markup or a hyphen stands inside', () => {
    const document = documentFromString('проба', 'гемо**гло**бин &gt; диагно-\nстика', 'markdown');
    const [block] = [...document.blocks()];
    const words = splitWords(block!, document.source);
    expect(
      words.map(({ text, spans }) => [text, spans.map((s) => document.source.slice(s.charStart, s.charEnd))]),
    ).toEqual([
      ['гемоглобин', ['гемо', 'гло', 'бин']],
      ['>', ['&gt;']],
      ['диагностика', ['диагно', 'стика']],
    ]);
  });
});
