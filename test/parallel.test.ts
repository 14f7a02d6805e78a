/** The built code's threads: the same answers as one model in this thread, errors of loading, and an end. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { documentFromString, loadModel, segment } from '../src/index.ts';

type Parallel = typeof import('../src/predict/parallel-tagger.ts');
let parallel: Parallel;
beforeAll(async () => {
  const built = join(resolve(import.meta.dirname, '..'), 'dist/predict/parallel-tagger.js');
  parallel = (await import(pathToFileURL(built).href)) as Parallel;
});

const text = `Больным с впервые выявленной лимфомой рекомендуется ритуксимаб 375 мг/м² один раз в 3 недели.
Перед началом лечения необходимо выполнить КТ и МРТ органов малого таза. При тяжёлой почечной недостаточности
дозу снижают вдвое. Контроль анализа крови проводится каждые две недели в течение шести месяцев. Кашель.`;

test('several threads find what one finds, and count what it counts', async () => {
  const sentences = [...segment(documentFromString('a.txt', text, 'text'))].map(({ words }) =>
    words.map((word) => word.text),
  );
  const long = Array.from({ length: 30 }, (_, i) => sentences[i % sentences.length]!).flat();
  const input = [...sentences, [], long, ...sentences.slice().reverse()];
  const one = await loadModel('guidelines-ru', { threads: 1 });
  const expected = await one.tag(input);
  expect(expected.flat().length).toBeGreaterThan(10);
  const tagger = await parallel.createParallelTagger('guidelines-ru', 2);
  try {
    expect(tagger.types).toEqual(one.types);
    expect(await tagger.tag(input)).toEqual(expected);
    expect(tagger.counts).toEqual(one.counts);
    expect(await tagger.tag([])).toEqual([]);
    const [first, second] = await Promise.all([tagger.tag(sentences), tagger.tag(sentences)]);
    expect(first).toEqual(expected.slice(0, sentences.length));
    expect(second).toEqual(first);
  } finally {
    await tagger.dispose();
    await one.dispose();
  }
});

test('a model that is not there is refused as in one thread', async () => {
  const failure = parallel.createParallelTagger('no-such-model', 2);
  await expect(failure).rejects.toMatchObject({
    code: 'E_MODEL_NAME',
    message: '"no-such-model" is neither a folder nor a shipped model',
    hint: expect.stringContaining('guidelines-ru'),
  });
});
