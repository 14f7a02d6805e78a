/** Where the time of documents-to-JSON goes, stage by stage in one thread, and how near the products come to the processor's limit: `npx tsx bench/profile.ts`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../src/config/schema.ts';
import { createFeeder } from '../src/data/feeder.ts';
import { documentFromString } from '../src/document/from-string.ts';
import type { Sentence } from '../src/document/types.ts';
import { stateWidth } from '../src/model/w2ner.ts';
import { Graph } from '../src/onnx/graph.ts';
import { matmul } from '../src/onnx/operators/products.ts';
import { batchesOfOneLength, decodeBatch, type ShortItem } from '../src/predict/grid-batches.ts';
import { gridGraph, statesGraph, type TaggerModel } from '../src/predict/model-graphs.ts';
import { segmentFeeds, segmentLimits, segmentsOf, stateFeeds, statesLimits } from '../src/predict/passes.ts';
import { buildRecord } from '../src/predict/record.ts';
import { cutWindows, defaultWindowSizes } from '../src/predict/windows.ts';
import type { Session } from '../src/runtime/engine.ts';
import { createSession } from '../src/runtime/session.ts';
import { segment } from '../src/text/segment.ts';
import { externalParameters, readModelFolder } from '../src/weights/model-folder.ts';
import { withFolder } from './common/batch-file.ts';
import { writeCorpus } from './common/corpus.ts';
import { describeMachine } from './common/machine.ts';
import { readOptions, runMain, say } from './common/options.ts';
import { repository } from './common/paths.ts';
import { rounded, writeResult } from './common/results.ts';

await runMain(async () => {
  const options = readOptions('Time by stage and by operator of the default model, in one thread.', {
    model: [join(repository, 'models/guidelines-ru'), 'model folder with a gate'],
    megabytes: [1, 'text of the corpus'],
    samples: [join(repository, 'samples'), 'folder of the documents that are recombined'],
    out: ['', 'result file; without it bench/results/profile.json'],
  });
  const machine = describeMachine();
  const folder = readModelFolder(options.model);
  const model = { ...folder, parameters: externalParameters(folder) };
  await withFolder(async (work) => {
    const input = join(work, 'corpus');
    writeCorpus(options.samples, input, { bytes: options.megabytes * 1e6, documentBytes: 250_000 });
    const texts = readdirSync(input).map((name) => ({ name, text: readFileSync(join(input, name), 'utf8') }));
    await runStages(texts, model, join(work, 'warm-up')); // compiles what JavaScript compiles
    const { sentences, words, stages, operators } = await runStages(texts, model, join(work, 'measured'));
    const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
    const limit = await productLimit();
    const result = {
      name: 'profile',
      machine,
      settings: { model: 'guidelines-ru', megabytes: options.megabytes, threads: 1 },
      sentences,
      sentences_per_second_one_thread: Math.round(sentences / total),
      product_limit_gflops: rounded(limit),
      /** Products of the BiLSTMs over the words of the first pass, by the time that their operators take. */
      bilstm_gops: rounded(bilstmRate(model.config, words, stages, operators)),
      stages: stages.map(({ name, seconds }) => ({
        name,
        seconds: rounded(seconds),
        share: rounded(seconds / total, 3),
      })),
      operators,
    };
    for (const { name, seconds, share } of result.stages)
      say(`${name.padEnd(40)} ${seconds} s ${(100 * share).toFixed(1)} %`);
    writeResult(result, options.out);
  });
});

/** Runs every stage over all of the text before the next begins. */
async function runStages(
  texts: readonly { name: string; text: string }[],
  model: TaggerModel,
  prefix: string,
) {
  const stages: { name: string; seconds: number }[] = [];
  const timed = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    stages.push({ name, seconds: (performance.now() - started) / 1000 });
    return result;
  };
  const documents = texts.map(({ name, text }) => documentFromString(name, text, 'markdown'));
  const sentences = await timed('read Markdown, split into sentences and words', () =>
    documents.flatMap((document) => [...segment(document)].map((sentence) => ({ document, sentence }))),
  );
  const distinct = distinctItems(sentences.map(({ sentence }) => sentence));
  const first = await createSession(statesGraph(model), model.parameters, {
    threads: 1,
    profile: `${prefix}-first`,
  });
  const second = await createSession(gridGraph(model), model.parameters, {
    threads: 1,
    profile: `${prefix}-second`,
  });
  const feeder = createFeeder(model);
  const width = stateWidth(model.config);
  const batches = batchesOfOneLength(distinct, statesLimits);
  const feeds = await timed('spelling features', () => batches.map((batch) => stateFeeds(feeder, batch)));
  const states = await timed('states of words (first pass)', () => runAll(first, feeds));
  const parts = await timed('gate, stretches', () =>
    batches.flatMap((batch, k) => segmentsOf(batch, states[k]!, model.config.gate_threshold!, width)),
  );
  const grids = batchesOfOneLength(parts, segmentLimits);
  const gridFeeds = await timed('states of stretches put together', () =>
    grids.map((batch) => segmentFeeds(batch, width)),
  );
  const cells = await timed('grid (second pass)', () => runAll(second, gridFeeds));
  await timed('entities read off the grid', () =>
    grids.forEach((batch, k) => void decodeBatch(batch, cells[k]!, model)),
  );
  await timed('records as JSON', () =>
    sentences.reduce(
      (sum, { document, sentence }) => sum + JSON.stringify(buildRecord(document, sentence, [])).length,
      0,
    ),
  );
  await first.release();
  await second.release();
  const operators = [
    ...operatorShares(`${prefix}-first`, 'first pass'),
    ...operatorShares(`${prefix}-second`, 'second pass'),
  ];
  const words = distinct.reduce((sum, item) => sum + item.words.length, 0);
  return { sentences: sentences.length, words, stages, operators };
}

/** Windows of distinct sentences, as they are tagged. */
function distinctItems(sentences: readonly Sentence[]): ShortItem[] {
  const seen = new Set<string>();
  const { max, overlap } = defaultWindowSizes;
  return sentences.flatMap(({ words }) => {
    const texts = words.map(({ text }) => text);
    const key = texts.join(' ');
    if (seen.has(key)) return [];
    seen.add(key);
    return cutWindows(texts.length, max, overlap).map((window) => ({
      words: texts.slice(window.wordStart, window.wordEnd),
      place: 0, // answers go nowhere
    }));
  });
}

async function runAll(session: Session, feeds: readonly Parameters<Session['run']>[0][]) {
  const outputs = [];
  for (const feed of feeds) outputs.push(await session.run(feed));
  return outputs;
}

/** The costliest operators of a session, from the profile that it wrote. */
function operatorShares(prefix: string, pass: string) {
  const folder = join(prefix, '..');
  const name = readdirSync(folder).find((file) => join(folder, file).startsWith(prefix))!;
  const events = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
    cat: string;
    name: string;
    dur: number;
    args: { op_name: string };
  }[];
  const kernels = events.filter((event) => event.cat === 'Node' && event.name.endsWith('_kernel_time'));
  const total = kernels.reduce((sum, { dur }) => sum + dur, 0);
  const byType = new Map<string, number>();
  for (const { dur, args } of kernels) byType.set(args.op_name, (byType.get(args.op_name) ?? 0) + dur);
  return [...byType]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([operator, time]) => ({ pass, operator, share: rounded(time / total, 3) }));
}

/** Billions of operations a second that the BiLSTMs of the first pass run at: each has four gates in two directions, over its input and its own state. */
function bilstmRate(
  config: Config,
  words: number,
  stages: readonly { readonly name: string; readonly seconds: number }[],
  operators: ReturnType<typeof operatorShares>,
): number {
  const { bert_hid_size: input, lstm_hid_size: first, context_hid_size: second } = config;
  const products = 4 * first * (input + first / 2) + 4 * second * (first + second / 2);
  const seconds = stages.find(({ name }) => name.startsWith('states of words'))!.seconds;
  const share = operators.find(({ operator }) => /^(?:DynamicQuantize)?LSTM$/.test(operator))!.share;
  return (2 * products * words) / (seconds * share) / 1e9;
}

/** GFLOP/s of a product large enough to run at the processor's own speed, in one thread. */
async function productLimit(): Promise<number> {
  const [rows, inner, columns] = [1024, 768, 3072];
  const graph = new Graph();
  const [a, b] = [graph.input('a', 'float32', [rows, inner]), graph.input('b', 'float32', [inner, columns])];
  graph.output('c', matmul(graph, a, b));
  const session = await createSession(graph, 'inputs', { threads: 1 });
  const tensor = (shape: [number, number]) => ({
    dtype: 'float32' as const,
    shape,
    data: new Float32Array(shape[0] * shape[1]).fill(0.5),
  });
  const feeds = { a: tensor([rows, inner]), b: tensor([inner, columns]) };
  let best = 0;
  for (let k = 0; k < 8; k++) {
    const started = performance.now();
    await session.run(feeds);
    best = Math.max(best, (2 * rows * inner * columns) / (performance.now() - started) / 1e6);
  }
  await session.release();
  return best;
}
