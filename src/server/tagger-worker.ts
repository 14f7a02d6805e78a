/** The process that runs a model: `tagger-worker <folder> <name> <threads> <glossary files>`, batches in, packed entities out. */
import { type GlossaryFiles, readGlossary } from '../data/read-glossary.ts';
import type { ScoredEntity } from '../data/types.ts';
import { loadModel } from '../predict/load.ts';
import { createSentenceCache, tagCached } from '../predict/sentence-cache.ts';
import type { Tagger } from '../predict/types.ts';
import type { FromTagger, ToTagger } from './messages.ts';
import { toFailure } from './problems.ts';
import { serveParent } from './worker-process.ts';

type Sentences = readonly (readonly string[])[];

const [folder = '', , threads = '1', files = ''] = process.argv.slice(2);
const cache = createSentenceCache();
/** Answers for which the decoder kept its bound's worth of readings; they may come again out of the cache. */
const boundedAnswers = new WeakSet<readonly ScoredEntity[]>();
let working = Promise.resolve();

const send = serveParent<ToTagger, FromTagger>((message) => {
  working = working.then(() => answer(message));
});
const loading = load();
loading.then(
  async (tagger) => {
    await tagger.tag([['готово']]); // the first run plans its memory
    send({ kind: 'ready' });
  },
  (error) => {
    send({ kind: 'unusable', failure: toFailure(error) });
    setTimeout(() => process.exit(2), 100); // the message goes out first; the service tries again
  },
);

async function load(): Promise<Tagger> {
  const glossary = readGlossary(JSON.parse(files) as GlossaryFiles);
  return loadModel(folder, { threads: Number(threads), ...(glossary === undefined ? {} : { glossary }) });
}

async function answer({ batch, sentences }: ToTagger): Promise<void> {
  try {
    const tagger = await loading;
    const words = sentences.map((packed) => JSON.parse(packed) as string[]);
    const { entities } = await tagCached(words, (fresh) => tagCounting(tagger, fresh), cache);
    const indices = [...words.keys()];
    send({
      kind: 'tagged',
      batch,
      answers: entities.map((found) => (found.length === 0 ? '[]' : JSON.stringify(found))),
      bounded: indices.filter((i) => boundedAnswers.has(entities[i]!)),
    });
  } catch (error) {
    send({ kind: 'failed', batch, failure: toFailure(error) });
  }
}

/** Tags, and finds out which sentences met the decoder's bound: the tagger only counts them. */
async function tagCounting(tagger: Tagger, sentences: Sentences): Promise<ScoredEntity[][]> {
  const before = tagger.counts.bounded;
  const found = await tagger.tag(sentences);
  if (tagger.counts.bounded === before) return found;
  if (sentences.length === 1) {
    boundedAnswers.add(found[0]!);
    return found;
  }
  const middle = sentences.length >> 1;
  const halves = [sentences.slice(0, middle), sentences.slice(middle)];
  const parts: ScoredEntity[][] = [];
  for (const half of halves) parts.push(...(await tagCounting(tagger, half)));
  return parts;
}
