/** Two passes find what one finds wherever the gate lets words through, and nothing else. */
import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { checkConfig } from '../config/check.ts';
import { createLabelSet } from '../data/labels.ts';
import { GATE_BIAS } from '../model/gate.ts';
import type { Compile } from '../runtime/engine.ts';
import { createSession } from '../runtime/session.ts';
import { initializeParameters } from '../weights/initialize.ts';
import { declaredParameters, type TaggerModel } from './model-graphs.ts';
import { onePass, twoPasses } from './passes.ts';
import { createTagger } from './w2ner-tagger.ts';

const compile: Compile = (graph, parameters) => createSession(graph, parameters, { threads: 1 });

const labels = createLabelSet(['DRUG', 'DOSAGE', 'ACTION']);
const sizes = { ngram_buckets: 512, ngram_emb_size: 16, bert_hid_size: 16, conv_hid_size: 8 };

function makeModel(change: object, gateBias: number): TaggerModel {
  const config = checkConfig({ ...sizes, lstm_hid_size: 16, gate_threshold: -2, ...change });
  const parameters = initializeParameters(declaredParameters({ config, labels }), createRandom(7));
  parameters.get(GATE_BIAS)!.data[0] = gateBias;
  return { config, labels, parameters };
}

const words = 'назначить метформин 500 мг два раза в день при диабете второго типа у взрослых'.split(' ');
const random = createRandom(3);
const sentences = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: 1 + (i % 9) }, () => words[random.below(words.length)]!),
);

test.each([
  ['softmax', {}],
  [
    'a second BiLSTM, independent labels',
    { context_hid_size: 12, relation_scores: 'independent', none_offset: -1 },
  ],
  ['with an offset', { none_offset: -0.5 }],
])('an open gate: the same entities and scores, %s', async (_, change) => {
  const model = makeModel(change, 0);
  const [one, two] = [await onePass(model, compile), await twoPasses(model, compile)];
  const [whole, parts] = [await one.tag(sentences), await two.tag(sentences)];
  expect(whole.entities.flat().length).toBeGreaterThan(30);
  expect(parts.bounded).toBe(whole.bounded);
  for (const [i, entities] of whole.entities.entries()) {
    const plain = ({ type, words }: { type: string; words: readonly number[] }) => `${type} ${words.join()}`;
    expect(parts.entities[i]!.map(plain)).toEqual(entities.map(plain));
    for (const [k, { score }] of entities.entries()) {
      expect(Math.abs(parts.entities[i]![k]!.score - score)).toBeLessThan(1e-5);
    }
  }
  await one.release();
  await two.release();
});

test('a shut gate: nothing', async () => {
  const shut = await twoPasses(makeModel({}, -10), compile);
  const { entities } = await shut.tag(sentences);
  expect(entities.length).toBe(sentences.length);
  expect(entities.flat()).toEqual([]);
  await shut.release();
});

test('the device is settled once for both passes', async () => {
  const notices: string[] = [];
  const onNotice = (message: string): void => void notices.push(message);
  const tagger = await createTagger('gated', makeModel({}, 0), { threads: 1, device: 'auto', onNotice });
  expect(notices.map((notice) => notice.split(' (')[0])).toEqual([`computing on ${tagger.device}`]);
  await tagger.dispose();
});
