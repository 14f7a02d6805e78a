/** Glossaries: which words are found in them, and that lists are read and merged without loss. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Glossary,
  type GlossaryIndex,
  glossaryFromJson,
  indexAbbreviations,
  indexGlossary,
  meaningWords,
  mergeGlossaries,
} from './glossary.ts';
import { meaningOf, plainWord, withMeaning } from './meaning.ts';

const glossary = (parts: Partial<Glossary>): Glossary => ({ abbreviations: {}, terms: {}, ...parts });

/** A sentence with meanings in brackets and types behind `#`. */
const spell = (words: readonly string[]): string =>
  words
    .map((word) => {
      const { words: meaning, types } = meaningOf(word);
      const brackets = meaning.length > 0 ? `(${meaning.join(' ')})` : '';
      return plainWord(word) + brackets + types.map((type) => `#${type}`).join('');
    })
    .join(' ');
const read = (index: GlossaryIndex, text: string): string => spell(index.annotate(text.split(' ')));

describe('an abbreviation', () => {
  const index = indexGlossary(
    glossary({
      abbreviations: {
        ЯБ: 'язвенная болезнь',
        'ПЭТ-КТ': 'совмещённая томография',
        ПЭТ: 'позитронная томография',
        'Г-КСФ': 'колониестимулирующий фактор',
        'МЗ РФ': 'министерство здравоохранения',
        ЧД: '16–20',
      },
    }),
  );

  test.each([
    ['лечение ЯБ желудка', 'лечение ЯБ(язвенная болезнь) желудка'],
    [
      'вводят Г - КСФ подкожно',
      'вводят Г(колониестимулирующий фактор) -(колониестимулирующий фактор) КСФ(колониестимулирующий фактор) подкожно',
    ],
    ['приказ МЗ РФ', 'приказ МЗ(министерство здравоохранения) РФ(министерство здравоохранения)'],
    ['анти - ЯБ', 'анти - ЯБ(язвенная болезнь)'],
  ])('of «%s» is found', (text, expected) => {
    expect(read(index, text)).toBe(expected);
  });

  test.each([
    'лечение яб желудка',
    'лечение Яб',
    'фактор КСФ',
    'Г КСФ',
    'приказ МЗ',
    'Мз рф',
    'ЧД 18',
  ])('of «%s» is not', (text) => {
    expect(read(index, text)).toBe(text);
  });

  test('is the longest that fits', () => {
    expect(read(index, 'ПЭТ - ПЭТ - КТ , ПЭТ')).toBe(
      'ПЭТ(позитронная томография) - ПЭТ(совмещённая томография) -(совмещённая томография) КТ(совмещённая томография) , ПЭТ(позитронная томография)',
    );
    expect(read(index, 'ПЭТ -')).toBe('ПЭТ(позитронная томография) -');
  });

  test('listed twice has its first meaning', () => {
    const twice = indexAbbreviations([
      ['ЯБ', '—'],
      ['ЯБ', 'язвенная болезнь'],
      ['ЯБ', 'ягодичный бурсит'],
    ]);
    expect(read(twice, 'ЯБ')).toBe('ЯБ(язвенная болезнь)');
  });
});

test.each([
  ['сахарный диабет 2-го типа (СД2)', ['сахарный', 'диабет', 'го', 'типа', 'СД']],
  ['Т-клеточная лимфома', ['Т', 'клеточная', 'лимфома']],
  ['90/60', []],
  ['а б в г д е ж з и к л м', [...'абвгдежзик']],
])('«%s» is read as %j', (meaning, words) => {
  expect(meaningWords(meaning)).toEqual(words);
});

describe('a term', () => {
  const index = indexGlossary(
    glossary({
      terms: {
        DRUG: [
          'ритуксимаб',
          'аспарагиназа',
          'но-шпа',
          'инсулин',
          'ингибиторы протонной помпы',
          'экстракт берёзы',
          'настой клена',
          'АЦЦ',
          'Г-КСФ',
          'R-CHOP',
        ],
        'Lab Test': ['инсулин'],
        MIX: ['инсулин гларгин', 'АЦЦ'],
        SALT: ['гларгин'],
      },
    }),
  );
  const marked = (text: string): string =>
    text
      .split(' ')
      .map((word) => `${word}#drug`)
      .join(' ');

  test.each([
    ...['ритуксимаб', 'ритуксимаба', 'ритуксимабу', 'ритуксимабом', 'ритуксимабе'],
    ...['аспарагиназа', 'аспарагиназы', 'аспарагиназе', 'аспарагиназу', 'аспарагиназой'],
    ...['ингибиторы', 'ингибиторов', 'ингибиторам', 'ингибиторами', 'ингибиторах'].map(
      (head) => `${head} протонной помпы`,
    ),
    'но - шпой',
    'Ритуксимабом',
    'РИТУКСИМАБА',
    'Ингибиторы Протонной Помпы',
    'экстракта березы',
    'Экстракт берёзы',
    'НАСТОЕМ КЛЁНА',
    'R - CHOP',
    'Г - КСФ',
  ])('is found in «%s»', (text) => {
    expect(read(index, `курс ${text} утром`)).toBe(`курс ${marked(text)} утром`);
  });

  test.each([
    'ацц',
    'Ацц',
    'r - chop',
    'R - Chop',
    'г - ксф',
    'CHOP',
    'ритуксимабы',
    'ингибиторы помпы',
  ])('is not found in «%s»', (text) => {
    expect(read(index, text)).toBe(text);
  });

  test('of several lists has all their types', () => {
    expect(read(index, 'доза инсулина')).toBe('доза инсулина#drug#labtest');
    expect(read(index, 'АЦЦ внутрь')).toBe('АЦЦ#drug#mix внутрь');
  });

  test('is the longest that fits', () => {
    expect(read(index, 'Инсулин гларгин , инсулин лизпро , гларгин')).toBe(
      'Инсулин#mix гларгин#mix , инсулин#drug#labtest лизпро , гларгин#salt',
    );
  });
});

describe('words', () => {
  const index = indexGlossary(
    glossary({
      abbreviations: { АЦЦ: 'ацетилцистеин', ЯБ: 'язвенная болезнь' },
      terms: { DRUG: ['АЦЦ', 'ингибиторы помпы'], HERB: ['АЦЦ'] },
    }),
  );

  test('without a place in the glossary are the same array', () => {
    const words = ['приём', 'пищи', withMeaning('ГКС', { words: ['гормоны'], types: [] })];
    expect(index.annotate(words)).toBe(words);
    expect(indexGlossary(glossary({})).annotate(words)).toBe(words);
  });

  test('that are annotated leave the array as it was', () => {
    const words = Object.freeze(['приём', 'АЦЦ']);
    expect(spell(index.annotate(words))).toBe('приём АЦЦ(ацетилцистеин)#drug#herb');
    expect(words).toEqual(['приём', 'АЦЦ']);
  });

  test('keep their meaning and get a type', () => {
    const words = [withMeaning('АЦЦ', { words: ['абсолютный'], types: [] })];
    expect(spell(index.annotate(words))).toBe('АЦЦ(абсолютный)#drug#herb');
  });

  test('keep their types and get a meaning, no type twice', () => {
    const words = [withMeaning('АЦЦ', { words: [], types: ['own', 'herb'] })];
    expect(spell(index.annotate(words))).toBe('АЦЦ(ацетилцистеин)#own#herb#drug');
    const again = index.annotate(words);
    expect(index.annotate(again)).toEqual(again);
  });

  test('are found by themselves, whatever they stand for', () => {
    const words = [
      withMeaning('ингибиторов', { words: ['вещества'], types: [] }),
      withMeaning('помпы', { words: [], types: ['organ'] }),
    ];
    expect(spell(index.annotate(words))).toBe('ингибиторов(вещества)#drug помпы#organ#drug');
  });
});

describe('merged glossaries', () => {
  const first = glossary({
    abbreviations: { ЯБ: 'язвенная болезнь', ГКС: 'глюкокортикостероиды' },
    terms: { DRUG: ['ритуксимаб', 'инсулин'], 'LAB TEST': ['ферритин'] },
  });
  const second = glossary({
    abbreviations: { ГКС: 'глоточный кашлевой синдром', ЧСС: 'частота сокращений' },
    terms: { drug: ['инсулин', 'этопозид'], labtest: ['глюкоза'], HERB: ['шалфей'] },
  });

  test('have the second meaning and the types of the first', () => {
    expect(mergeGlossaries(first, second)).toEqual({
      abbreviations: {
        ЯБ: 'язвенная болезнь',
        ГКС: 'глоточный кашлевой синдром',
        ЧСС: 'частота сокращений',
      },
      terms: {
        DRUG: ['ритуксимаб', 'инсулин', 'этопозид'],
        'LAB TEST': ['ферритин', 'глюкоза'],
        HERB: ['шалфей'],
      },
    });
  });

  test('are left as they were', () => {
    const before = structuredClone([first, second]);
    mergeGlossaries(first, second);
    expect([first, second]).toEqual(before);
  });

  test('with an empty one are the same', () => {
    expect(mergeGlossaries(first, glossary({}))).toEqual(first);
    expect(mergeGlossaries(glossary({}), first)).toEqual(first);
  });
});

describe('glossary.json', () => {
  test('gives the glossary that was written', () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const any = fc.record({
      abbreviations: fc.dictionary(text, text, { maxKeys: 5 }),
      terms: fc.dictionary(text, fc.array(text, { maxLength: 3 }), { maxKeys: 3 }),
    });
    fc.assert(
      fc.property(any, (written) => {
        const json = JSON.stringify(written);
        expect(JSON.stringify(glossaryFromJson(JSON.parse(json), 'glossary.json'))).toBe(json);
      }),
    );
  });

  test('with keys of its own besides is read without them', () => {
    expect(glossaryFromJson({ abbreviations: {}, terms: {}, comment: 5 }, 'glossary.json')).toEqual(
      glossary({}),
    );
  });

  test.each([
    [null],
    [[]],
    ['ЯБ'],
    [{}],
    [{ abbreviations: {} }],
    [{ terms: {} }],
    [{ abbreviations: [], terms: {} }],
    [{ abbreviations: {}, terms: [] }],
    [{ abbreviations: null, terms: {} }],
    [{ abbreviations: { ЯБ: 1 }, terms: {} }],
    [{ abbreviations: { ЯБ: ['язвенная'] }, terms: {} }],
    [{ abbreviations: {}, terms: { DRUG: 'инсулин' } }],
    [{ abbreviations: {}, terms: { DRUG: ['инсулин', null] } }],
    [{ abbreviations: {}, terms: { DRUG: { инсулин: true } } }],
  ])('is not %j', (value) => {
    const attempt = (): Glossary => glossaryFromJson(value, 'model/glossary.json');
    expect(attempt).toThrow(
      expect.objectContaining({ name: 'UserError', code: 'E_GLOSSARY', where: 'model/glossary.json' }),
    );
    expect(attempt).toThrow('model/glossary.json: is no glossary');
  });
});

test.each([
  ['АМОКСИЦИЛЛИН', 'дозу амоксициллина и Амоксициллин', 'дозу амоксициллина#drug и Амоксициллин#drug'],
  ['Ритуксимаб', 'дозу ритуксимаба РИТУКСИМАБ', 'дозу ритуксимаба#drug РИТУКСИМАБ#drug'],
  ['Фолиевая Кислота', 'дозу фолиевой кислоты', 'дозу фолиевой#drug кислоты#drug'],
  ['Plaquenil', 'plaquenil и PLAQUENIL', 'plaquenil#drug и PLAQUENIL#drug'],
  ['GemOx', 'курсы GemOx и gemox', 'курсы GemOx#drug и gemox'],
  ['СИОЗС', 'приём СИОЗС сиозс', 'приём СИОЗС#drug сиозс'],
  ['иАПФ', 'приём иАПФ и ИАПФ', 'приём иАПФ#drug и ИАПФ'],
])('a list that has %s: %s', (term, text, expected) => {
  expect(read(indexGlossary(glossary({ terms: { DRUG: [term] } })), text)).toBe(expected);
});

test.each([
  ['ИЗЪЯТИЕ ЯБЛОКА ОТ ДОНОРА', 'ИЗЪЯТИЕ ЯБЛОКА ОТ ДОНОРА'],
  ['у пациента ОТ более 94 см', 'у пациента ОТ(окружность талии) более 94 см'],
  ['ОТ ОТ ОТ', 'ОТ(окружность талии) ОТ(окружность талии) ОТ(окружность талии)'],
  ['ПРИЛОЖЕНИЕ : измерение ОТ', 'ПРИЛОЖЕНИЕ : измерение ОТ(окружность талии)'],
])('abbreviations of %j', (text, expected) => {
  expect(read(indexGlossary(glossary({ abbreviations: { ОТ: 'окружность талии' } })), text)).toBe(expected);
});
