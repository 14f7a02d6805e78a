/** Service marks: read as what they mean, in text and among words, and never glued to a word. */
import { describe, expect, it, test } from 'vitest';
import { documentFromString } from '../document/from-string.ts';
import { segment } from './segment.ts';
import { findServiceMarks, serviceMarkWords, withoutServiceMarks } from './service-marks.ts';

const short = (text: string): string =>
  findServiceMarks(text)
    .map(({ mark, word }) => `${mark} ${word}`)
    .join(', ');

describe('findServiceMarks', () => {
  test.each([
    ['Назначают метформин** внутрь.', 'vital метформин'],
    ['Назначают #ритуксимаб** в/в.', 'off-label ритуксимаб, vital ритуксимаб'],
    ['#Преднизолон и азатиоприн**, далее', 'off-label Преднизолон, vital азатиоприн'],
    ['(L01XC02 ритуксимаб**)', 'vital ритуксимаб'],
    ['инсулин гларгин** (А10АЕ04)', 'vital гларгин'],
    ['амоксициллин+[клавулановая кислота]**', 'vital кислота'],
    ['железа (III) гидроксид полимальтозат **, курс', 'vital полимальтозат'],
    ['дилтиазем* под контролем ЭКГ', 'footnote дилтиазем'],
    ['имплантация стимулятора*** показана', 'footnote стимулятора'],
    ['тромбоциты 5*10 в 9 степени', ''],
    ['вес 2**3 и # 5', ''],
    ['эпоэтин-бета** подкожно', 'vital эпоэтин-бета'],
  ])('%s', (text, expected) => {
    expect(short(text)).toBe(expected);
  });

  it('says where mark and word stand', () => {
    const text = 'Показан #циклоспорин** длительно';
    expect(
      findServiceMarks(text).map(({ start, end, wordStart, word }) => [
        text.slice(start, end),
        text.slice(wordStart, wordStart + word.length),
      ]),
    ).toEqual([
      ['#', 'циклоспорин'],
      ['**', 'циклоспорин'],
    ]);
  });

  it('leaves the text without them', () => {
    expect(withoutServiceMarks('#циклоспорин** и таклеролимус**, 5*10, шаг***')).toBe(
      'циклоспорин и таклеролимус, 5*10, шаг',
    );
  });
});

describe('words of a document', () => {
  const cases: [string, 'markdown' | 'text'][] = [
    ['Рекомендуется метформин** (1000 мг) и #лираглутид**, при неэффективности – инсулин гларгин**.', 'text'],
    [
      'Рекомендуется метформин** (1000 мг) и #лираглутид**, при неэффективности – инсулин гларгин**.',
      'markdown',
    ],
    ['**Рекомендуется** метформин**и #лираглутид** или эмпаглифлозин**.', 'markdown'],
    ['- метформин**\n- #лираглутид**\n- инсулин гларгин**', 'markdown'],
    ['| препарат | доза |\n|---|---|\n| метформин** | 1 г |\n| #лираглутид** | 1,2 мг |', 'markdown'],
    ['<p>метформин** и #лираглутид**</p>', 'markdown'],
  ];
  test.each(cases)('%s (%s)', (text, format) => {
    const document = documentFromString('проба', text, format);
    const words = [...segment(document)].flatMap((sentence) => {
      const marks = serviceMarkWords(sentence.words);
      return sentence.words.filter((_, k) => !marks.has(k)).map((word) => word.text);
    });
    expect(words).toContain('метформин');
    expect(words).toContain('лираглутид');
    expect(words.filter((word) => /[*#]/.test(word))).toEqual([]);
  });
});
