/** Records: the slices of every entity are its words; type names as users write them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentFromString } from '../document/from-string.ts';
import type { Word } from '../document/types.ts';
import { segment } from '../text/segment.ts';
import { buildRecord, entitySpans } from './record.ts';
import { selectTypes } from './select-types.ts';

/** Words from a source in which `|` cuts a word into two of its ranges and `*` is markup. */
const wordsOf = (source: string): Word[] =>
  [...source.matchAll(/[^\s*]+/g)].map((match) => {
    const spans = [...match[0].matchAll(/[^|]+/g)].map((part) => ({
      charStart: match.index + part.index,
      charEnd: match.index + part.index + part[0].length,
    }));
    return { text: match[0].replaceAll('|', ''), spans };
  });

describe('entitySpans', () => {
  const slices = (source: string, index: number[]) =>
    entitySpans(source, wordsOf(source), index).map(([start, end]) => source.slice(start, end));

  it('gives one range for neighbours, several across gaps, markup and hyphens', () => {
    expect(slices('острая почечная\nнедостаточность', [0, 1, 2])).toEqual([
      'острая почечная\nнедостаточность',
    ]);
    expect(slices('острой и хронической РТПХ', [0, 3])).toEqual(['острой', 'РТПХ']);
    expect(slices('острая **почечная** недостаточность', [0, 1, 2])).toEqual([
      'острая',
      'почечная',
      'недостаточность',
    ]);
    expect(slices('тяжелая пнев|мония', [0, 1])).toEqual(['тяжелая пнев', 'мония']);
  });

  it('slices to exactly the words, white space aside', () => {
    const text = fc.string({
      unit: fc.constantFrom('а', 'б', ' ', '\n', '*', '|'),
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat(30)), (source, picks) => {
        const words = wordsOf(source).filter((word) => word.text !== '');
        const index = [...new Set(picks.filter((pick) => pick < words.length))].sort((a, b) => a - b);
        const spans = entitySpans(source, words, index);
        const joined = spans.map(([start, end]) => source.slice(start, end)).join('');
        expect(joined.replace(/\s/g, '')).toBe(index.map((i) => words[i]!.text).join(''));
        spans.forEach(([start], i) => {
          if (i > 0) expect(start).toBeGreaterThanOrEqual(spans[i - 1]![1]);
        });
      }),
    );
  });
});

describe('selectTypes', () => {
  const types = [
    'DRUG',
    'DOSAGE',
    'DURATION',
    'PROCEDURE / TEST',
    'ADVERSE_EVENT / WARNING',
    'SEVERITY/STAGE',
  ];

  it('accepts any case, one side of a slash, a beginning', () => {
    expect(selectTypes(['dosage', 'Drug'], types)).toEqual(['DRUG', 'DOSAGE']);
    expect(selectTypes(['procedure/test', 'stage', 'adverse event', 'dur'], types)).toEqual([
      'DURATION',
      'PROCEDURE / TEST',
      'ADVERSE_EVENT / WARNING',
      'SEVERITY/STAGE',
    ]);
  });

  it('refuses what it does not know, with the nearest name and the list', () => {
    const failure = (name: string) => {
      try {
        return selectTypes([name], types);
      } catch (error) {
        return error;
      }
    };
    expect(failure('drgu')).toMatchObject({
      code: 'E_TYPE',
      message: '--types: "drgu" is not a type of this model',
    });
    expect(failure('drgu')).toMatchObject({
      hint: expect.stringMatching(/^did you mean "DRUG"\?\n {2}the types are DRUG, DOSAGE/),
    });
    expect(failure('болезнь')).toMatchObject({ hint: expect.stringMatching(/^the types are/) });
    expect(failure('d')).toMatchObject({ code: 'E_TYPE' });
    expect(failure('se-')).toEqual(['SEVERITY/STAGE']);
    expect(() => selectTypes([], types)).toThrow('names no type');
  });
});

describe('buildRecord', () => {
  it('keeps service marks of drugs out of entities, whatever the model marked', () => {
    const text = 'Назначают #тоцилизумаб** по 8 мг/кг, нет метотрексата**.';
    const document = documentFromString('проба.txt', text, 'text');
    const [sentence] = [...segment(document)];
    const words = sentence!.words.map((word) => word.text);
    const at = (word: string): number => words.indexOf(word);
    const drug = (indices: number[], score: number) => ({ type: 'DRUG', words: indices, score });
    const hash = at('#');
    const record = buildRecord(document, sentence!, [
      drug([hash, hash + 1, hash + 2, hash + 3], 0.7),
      drug([hash + 1], 0.9),
      drug([hash + 2, hash + 3], 0.4),
      {
        type: 'CONTRAINDICATION',
        words: [at('нет'), at('метотрексата'), at('метотрексата') + 1],
        score: 0.8,
      },
    ]);
    expect(record.entities.map((entity) => [entity.type, entity.text, entity.score])).toEqual([
      ['DRUG', 'тоцилизумаб', 0.9],
      ['CONTRAINDICATION', 'нет метотрексата', 0.8],
    ]);
    expect(record.entities[0]!.spans.map(([start, end]) => text.slice(start, end))).toEqual(['тоцилизумаб']);
    expect(record.sentence).toContain('#');
  });
});
