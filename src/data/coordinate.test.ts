/** Coordinated copies of annotated sentences: what is shared, what is added, where every entity then stands. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { coordinateEntities } from './coordinate.ts';
import type { Example } from './types.ts';

const example = (text: string, ...entities: [type: string, ...words: number[]][]): Example => ({
  words: text.split(' '),
  entities: entities.map(([type, ...words]) => ({ type, words })),
});

const make = (examples: readonly Example[], sentences = 40, seed = 1): Example[] =>
  coordinateEntities(examples, { sentences, random: createRandom(seed) });

/** Sentences with their entities spelt out, the connectives made one. */
const spell = ({ words, entities }: Example): string =>
  [words, ...entities.map((entity) => entity.words.map((word) => words[word]!))]
    .map((part) => part.join(' ').replace(/ (?:и \/ или|и \( или \)|, а также|и|или|\/|,) (?=\p{L})/u, ' & '))
    .join(' | ');

describe('two entities of a type', () => {
  test('that begin alike share their beginning', () => {
    const made = make([
      example('Показана рентгенография желудка утром', ['P', 1, 2]),
      example('Нужна Рентгенография органов грудной клетки', ['P', 1, 2, 3, 4]),
    ]);
    expect(new Set(made.map(spell))).toEqual(
      new Set([
        'Показана рентгенография желудка & органов грудной клетки утром | рентгенография желудка | рентгенография органов грудной клетки',
        'Нужна Рентгенография органов грудной клетки & желудка | Рентгенография органов грудной клетки | Рентгенография желудка',
      ]),
    );
    const [first] = made.filter(({ words }) => words.includes('утром') && words[3] === 'и');
    expect(first!.entities).toEqual([
      { type: 'P', words: [1, 2] },
      { type: 'P', words: [1, 4, 5, 6] },
    ]);
  });

  test('that end alike share their end, and those that do both share both', () => {
    const made = make([
      example('у лиц пожилого возраста чаще', ['A', 1, 2, 3]),
      example('у лиц старческого возраста', ['A', 1, 2, 3]),
      example('дети младшего возраста болеют', ['A', 0, 1, 2]),
    ]).map(spell);
    expect(made).toContain(
      'у лиц пожилого & старческого возраста чаще | лиц пожилого возраста | лиц старческого возраста',
    );
    expect(made).toContain(
      'дети младшего & лиц старческого возраста болеют | дети младшего возраста | лиц старческого возраста',
    );
  });

  test('are lists where several share what the sentence has', () => {
    const made = make(
      [
        example('Показана рентгенографию кистей', ['P', 1, 2]),
        example('рентгенографии стоп', ['P', 0, 1]),
        example('рентгенографией черепа', ['P', 0, 1]),
      ],
      400,
    ).filter(({ words }) => words[0] === 'Показана');
    const lists = made.filter(({ entities }) => entities.length === 3).map(spell);
    const three = 'рентгенографию кистей | рентгенографию стоп | рентгенографию черепа';
    expect(lists).toContain(`Показана рентгенографию кистей & стоп и черепа | ${three}`);
  });

  test('are in the same case where they share no beginning, as far as endings tell', () => {
    const made = make([
      example('выполнение осмотра глазного дна', ['P', 1, 2, 3]),
      example('биомикроскопию глазного дна', ['P', 0, 1, 2]),
      example('биопсии глазного дна', ['P', 0, 1, 2]),
    ]).map(spell);
    const whole = 'осмотра глазного дна | биопсии глазного дна';
    expect(made).toContain(`выполнение осмотра & биопсии глазного дна | ${whole}`);
    expect(made.join('\n')).not.toMatch(/осмотра & биомикроскопию/u);
  });

  test('do not put a whole word beside an abbreviation, nor two forms of one word', () => {
    const made = make([
      example('с ТУР мочевого пузыря', ['P', 1, 2, 3]),
      example('катетеризация мочевого пузыря', ['P', 0, 1, 2]),
      example('катетеризации мочевого пузыря', ['P', 0, 1, 2]),
      example('УЗИ мочевого пузыря', ['P', 0, 1, 2]),
    ]).map(spell);
    expect(made).toContain('с ТУР & УЗИ мочевого пузыря | ТУР мочевого пузыря | УЗИ мочевого пузыря');
    expect(made.join('\n')).not.toMatch(/катетеризаци/u);
  });

  test('lose the capital letter of the beginning of a sentence, and are no prepositional phrases', () => {
    const made = make([
      example('нужно поддерживающее лечение', ['P', 1, 2]),
      example('Симптоматическое лечение', ['P', 0, 1]),
      example('измерение давления', ['P', 0, 1]),
      example('измерение на руке', ['P', 0, 1, 2]),
    ]).map(spell);
    expect(made.filter((text) => text.startsWith('нужно'))[0]).toBe(
      'нужно поддерживающее & симптоматическое лечение | поддерживающее лечение | симптоматическое лечение',
    );
    expect(made.join('\n')).not.toContain('на руке');
  });

  test('keep the entities inside them, and those behind them move', () => {
    const made = make([
      example('Назначить измерение АД дважды в день', ['P', 1, 2], ['L', 2], ['F', 3, 4, 5]),
      example('измерение общей ЧСС', ['P', 0, 1, 2], ['L', 1, 2]),
    ]).map(spell);
    expect(made).toContain(
      'Назначить измерение АД & общей ЧСС дважды в день | измерение АД | АД | дважды в день | измерение общей ЧСС | общей ЧСС',
    );
  });
});

test.each<[string, Example, Example]>([
  ['of different types', example('боль в спине', ['A', 0, 1, 2]), example('боль в шее', ['B', 0, 1, 2])],
  ['that share a preposition only', example('в детстве', ['T', 0, 1]), example('в старости', ['T', 0, 1])],
  ['with numbers', example('доза 5 мг', ['D', 0, 1, 2]), example('доза 6 мг', ['D', 0, 1, 2])],
  ['that are the same', example('боль в спине', ['A', 0, 1, 2]), example('Боль в спине', ['A', 0, 1, 2])],
  [
    'that are coordinated already',
    example('осмотр глаз и ушей', ['P', 0, 1, 2, 3]),
    example('осмотр кожи', ['P', 0, 1]),
  ],
  [
    'within others',
    example('осмотр кожи лица', ['P', 0, 1], ['Q', 0, 1, 2]),
    example('осмотр глаз', ['P', 0, 1], ['P', 1]),
  ],
])('entities %s are left alone', (name, one, other) => {
  const made = make([one, other]).map(spell);
  // Of entities within others only the one that is free is coordinated.
  expect(made.every((text) => name === 'within others' && text.startsWith('осмотр глаз &'))).toBe(true);
});

test('sentences that models labelled are left alone', () => {
  const one = example('боль в спине', ['A', 0, 1, 2]);
  const other = example('боль в шее', ['A', 0, 1, 2]);
  expect(make([one, other]).length).toBeGreaterThan(0);
  expect(make([one, other].map((given) => ({ ...given, chances: [] })))).toEqual([]);
});

test('as many as asked for at most, none twice, the same for the same seed', () => {
  const parts = ['глаз', 'ушей', 'кожи', 'рук', 'ног', 'спины', 'шеи', 'лица'];
  const data = parts.map((part, i) => example(`Врач ${i} проводит осмотр ${part}`, ['P', 3, 4]));
  const made = make(data, 30, 7);
  expect(made.length).toBe(30);
  expect(new Set(made.map(({ words }) => words.join(' '))).size).toBe(30);
  expect(make(data, 30, 7)).toEqual(made);
  expect(make(data, 30, 8)).not.toEqual(made);
  expect(make([], 5)).toEqual([]);
});
