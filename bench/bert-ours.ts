/** Our side of `bench/bert.ts`, in a process of its own so that its memory can be seen: prints one JSON object to a file. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../src/base/random.ts';
import { bucketBatches, cutBatches, labelFeed } from '../src/data/batches.ts';
import { createFeeder } from '../src/data/feeder.ts';
import { encodeGrid } from '../src/data/relation-grid.ts';
import type { Example } from '../src/data/types.ts';
import { inferenceGraph } from '../src/predict/model-graphs.ts';
import { pieceLimits } from '../src/predict/passes.ts';
import { createTagger } from '../src/predict/w2ner-tagger.ts';
import { createSession } from '../src/runtime/session.ts';
import { createTrainer } from '../src/train/w2ner-trainer.ts';
import { externalParameters, readModelFolder, type StoredModel } from '../src/weights/model-folder.ts';
import { openSafetensors } from '../src/weights/safetensors.ts';
import { say } from './common/options.ts';
import { firstExamples } from './common/paths.ts';

/** Operators that are matrix products; attention in one operator holds three and little else. */
const PRODUCTS = [
  ...['MatMul', 'FusedMatMul', 'Gemm', 'DynamicQuantizeMatMul'],
  ...['MultiHeadAttention', 'QAttention'],
];

const tagger = (model: StoredModel, threads: number) =>
  createTagger('bench', { ...model, parameters: externalParameters(model) }, { threads });

/** Sentences per second from words to entities; the first pass is not counted. */
async function inference(model: StoredModel, examples: readonly Example[], threads: number, passes: number) {
  const began = performance.now();
  const loaded = await tagger(model, threads);
  const load = (performance.now() - began) / 1000;
  const sentences = examples.map(({ words }) => words);
  const seconds: number[] = [];
  for (let pass = 0; pass <= passes; pass++) {
    const started = performance.now();
    await loaded.tag(sentences);
    seconds.push((performance.now() - started) / 1000);
    say(`  pass ${pass}: ${(sentences.length / seconds.at(-1)!).toFixed(1)} sentences/s`);
  }
  await loaded.dispose();
  return { load_seconds: load, seconds: seconds.slice(1) };
}

/** Share of each operator in the time that a run computes, and how much of a batch is padding. */
async function profile(model: StoredModel, examples: readonly Example[], threads: number, folder: string) {
  const described = { ...model, parameters: externalParameters(model) };
  const prefix = join(folder, 'profile');
  const session = await createSession(inferenceGraph(described), described.parameters, {
    threads,
    profile: prefix,
  });
  const feeder = createFeeder(model);
  const items = examples.map(({ words }) => ({ words, pieces: feeder.piecesOf(words) }));
  items.sort((a, b) => b.pieces - a.pieces);
  const real = items.reduce((sum, { pieces }) => sum + pieces, 0);
  let padded = 0;
  for (const batch of cutBatches(items, pieceLimits)) {
    const feeds = feeder.feeds(batch, true);
    padded += feeds.pieces!.data.length;
    await session.run(feeds);
  }
  await session.release();
  const name = readdirSync(folder).find((file) => file.startsWith('profile'))!;
  const events = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
    cat: string;
    name: string;
    dur: number;
    args: { op_name?: string };
  }[];
  rmSync(join(folder, name));
  const spent = new Map<string, number>();
  for (const { cat, name: event, dur, args } of events) {
    if (cat !== 'Node' || !event.endsWith('_kernel_time') || args.op_name === undefined) continue;
    spent.set(args.op_name, (spent.get(args.op_name) ?? 0) + dur);
  }
  const total = [...spent.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...spent].sort((a, b) => b[1] - a[1]).map(([op, time]) => [op, time / total] as const);
  return {
    pieces_per_sentence: real / items.length,
    padding: padded / real - 1,
    products_share: shares.filter(([op]) => PRODUCTS.includes(op)).reduce((sum, [, share]) => sum + share, 0),
    shares: Object.fromEntries(shares.slice(0, 10)),
  };
}

/** Seconds of an epoch of full fine-tuning; with `steps`, of so many steps. */
async function training(model: StoredModel, examples: readonly Example[], threads: number, steps: number) {
  const { config, labels, encoder } = model;
  const store = openSafetensors(model.weights);
  const tensors = new Map([...store.entries.keys()].map((name) => [name, store.read(name)]));
  store.close();
  const random = createRandom(config.seed);
  const trainer = await createTrainer({ config, start: { labels, encoder, tensors }, random, threads });
  const items = examples.map(({ words }) => ({
    words,
    grid: encodeGrid([], words.length, labels),
    pieces: trainer.feeder.piecesOf(words),
  }));
  const limits = { sentences: config.batch_size, cells: config.max_cells, pieces: config.max_pieces };
  const batches = bucketBatches(items, limits, createRandom(1)).slice(0, steps > 0 ? steps : undefined);
  const started = performance.now();
  let [sentences, pieces] = [0, 0];
  for (const [k, batch] of batches.entries()) {
    await trainer.step([batch], (own) => ({ labels: labelFeed(own) }), 1);
    sentences += batch.length;
    pieces += batch.length * Math.max(...batch.map((item) => item.pieces));
    if (k % 10 === 9)
      say(`  ${k + 1} of ${batches.length} steps, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  const seconds = (performance.now() - started) / 1000;
  await trainer.release();
  return { sentences, steps: batches.length, padded_pieces: pieces, seconds };
}

const [mode, folder, data, out, threads, count] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const model = readModelFolder(folder);
const examples = firstExamples(data, 0).filter(({ words }) => words.length <= 96);
const modes: Readonly<Record<string, () => Promise<object>>> = {
  inference: () => inference(model, examples, Number(threads), Number(count)),
  profile: () => profile(model, examples, Number(threads), join(out, '..')),
  training: () => training(model, examples, Number(threads), Number(count)),
};
writeFileSync(out, JSON.stringify(await modes[mode]!()));
