/** The process that runs a model: `tagger-worker <folder> <name> <threads>`, batches in, packed entities out. */
import type { ScoredEntity } from '../data/types.ts';
import { loadModel } from '../predict/load.ts';
import { createSentenceCache, tagCached } from '../predict/sentence-cache.ts';
import type { Tagger } from '../predict/types.ts';
import type { Glossary } from '../text/glossary.ts';
import type { FromTagger, ToTagger } from './messages.ts';
import { toFailure } from './problems.ts';
import { serveParent } from './worker-process.ts';

type Sentences = readonly (readonly string[])[];

const [folder = '', , threads = '1'] = process.argv.slice(2);
const cache = createSentenceCache();
/** Answers for which the decoder kept its bound's worth of readings; they may come again out of the cache. */
const boundedAnswers = new WeakSet<readonly ScoredEntity[]>();
let working = Promise.resolve();

let loading: Promise<Tagger>;
const send = serveParent<ToTagger, FromTagger>((message) => {
  if (message.kind === 'load') loading = load(message.glossary);
  else working = working.then(() => answer(message));
});

function load(glossary: Glossary | undefined): Promise<Tagger> {
  const tagger = loadModel(folder, {
    threads: Number(threads),
    ...(glossary === undefined ? {} : { glossary }),
  });
  tagger.then(
    async (loaded) => {
      await loaded.tag([['готово']]); // the first run plans its memory
      send({ kind: 'ready' });
    },
    (error) => {
      send({ kind: 'unusable', failure: toFailure(error) });
      setTimeout(() => process.exit(2), 100); // the message goes out first; the service tries again
    },
  );
  return tagger;
}

async function answer({ batch, sentences }: Extract<ToTagger, { kind: 'tag' }>): Promise<void> {
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
