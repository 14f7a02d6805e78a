/** `--glossary` and `--terms` of the commands that run or train a model. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { fakeTagger } from '../../test/fake-tagger.ts';
import type { Glossary } from '../text/glossary.ts';

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
  place.write('а.md', 'Рекомендуется цитарабин 100 мг/м2.');
  place.write(
    'data.json',
    JSON.stringify([{ sentence: ['цитарабин'], ner: [{ type: 'DRUG', index: [0] }] }]),
  );
  place.write('config.json', '{"encoder": "compact"}');
  place.write('abbreviations.txt', '# свои\nЯБ = язвенная болезнь\nИПН – ингибиторы протонного насоса\n');
  place.write('more.txt', 'ХТ\tхимиотерапия');
  place.write('drugs.txt', 'ритуксимаб\nцитарабин');
});
afterEach(() => place.remove());

const options = (): string[] => [
  ...['--glossary', place.path('abbreviations.txt'), '--glossary', place.path('more.txt')],
  ...['--terms', `DRUG=${place.path('drugs.txt')}`],
];
const expected: Glossary = {
  abbreviations: { ЯБ: 'язвенная болезнь', ИПН: 'ингибиторы протонного насоса', ХТ: 'химиотерапия' },
  terms: { DRUG: ['ритуксимаб', 'цитарабин'] },
};

const commands = (): readonly (readonly string[])[] => [
  ['extract', place.path('а.md'), '--out', place.path('a.json')],
  ['recommendations', place.path('а.md'), '--out', place.path('r.json')],
  ['predict', '--data', place.path('data.json'), '--out', place.path('p.json')],
  ['evaluate', '--data', place.path('data.json')],
];

describe('a command that runs a model', () => {
  test.each([0, 1, 2, 3])('gives it the glossary (%i)', async (n) => {
    const asked: (Glossary | undefined)[] = [];
    const loadModel = async (_name: string, { glossary }: { glossary?: Glossary } = {}) => {
      asked.push(glossary);
      return fakeTagger();
    };
    const { code, stderr } = await cli([...commands()[n]!, ...options()], { loadModel });
    expect(code).toBe(0);
    expect(stderr).toContain("beside the model's own glossary: 3 abbreviations, 2 names of DRUG\n");
    await cli(commands()[n]!, { loadModel });
    expect(asked).toEqual([expected, undefined]);
  });

  test.each([
    [['--terms', 'DRUG'], '--terms DRUG: expected TYPE=FILE'],
    [['--terms', '=x'], '--terms =x: expected TYPE=FILE'],
    [['--glossary', 'нет.txt'], 'нет.txt: there is no such file'],
  ])('tells what is wrong with %j', async (wrong, message) => {
    const { code, stderr } = await cli([...commands()[0]!, ...wrong]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('names the line that is no entry', async () => {
    const bad = place.write('bad.txt', 'ЯБ = язвенная болезнь\nЯБ\n');
    const { code, stderr } = await cli([...commands()[0]!, '--glossary', bad]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${bad}, line 2: "ЯБ" is no entry of a glossary`);
  });
});

test('train gives it to the run', async () => {
  let given: Glossary | undefined;
  const trainModel = async ({ glossary }: { glossary?: Glossary }) => {
    given = glossary;
    return { folder: 'm', bestEpoch: 0, bestF1: 1, steps: 1, aborted: false };
  };
  const data = place.path('data.json');
  const args = ['train', '--config', place.path('config.json'), '--train', data, '--dev', data];
  const { code } = await cli([...args, '--out', place.path('m'), ...options()], { trainModel });
  expect(code).toBe(0);
  expect(given).toEqual(expected);
});
