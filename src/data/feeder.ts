/** What a graph is fed for a batch of sentences, whatever its encoder. */
import type { Random } from '../base/random.ts';
import { longestSequence } from '../config/encoder.ts';
import type { Config } from '../config/schema.ts';
import type { TensorData } from '../onnx/dtype.ts';
import { type Glossary, indexGlossary } from '../text/glossary.ts';
import { createPieceTokenizer } from '../text/pieces.ts';
import type { EncoderFolder } from '../weights/encoder-folder.ts';
import { type BatchItem, batchFeeds, FeatureCache, gridFeeds } from './batches.ts';
import { countPieces, pieceFeeds } from './piece-feeds.ts';

/** Turns sentences into inputs, remembering words already met. */
export interface Feeder {
  /**
   * The inputs of the encoder and the grid.
   * @param padded whether to feed `word_mask`; without it all sentences must have one length
   * @param noise hides features of words, while training
   */
  feeds(items: readonly BatchItem[], padded: boolean, noise?: Random): Record<string, TensorData>;
  /** Sizes of the axes that dropout masks are shaped by. */
  sizes(feeds: Readonly<Record<string, TensorData>>): Record<string, number>;
  /** Pieces of a sentence, special ones included; 0 for an encoder that does not split words. */
  piecesOf(words: readonly string[]): number;
}

/** What a feeder has to know of a model. */
export interface FedModel {
  readonly config: Config;
  /** The files of a BERT encoder, for models that have one. */
  readonly encoder?: EncoderFolder | undefined;
  /** What the model knows of words besides their spelling; a BERT reads none. */
  readonly glossary?: Glossary | undefined;
}

/** Makes the feeder of a model. */
export function createFeeder({ config, encoder, glossary }: FedModel): Feeder {
  return encoder === undefined ? spellingFeeder(config, glossary) : pieceFeeder(encoder);
}

function spellingFeeder(config: Config, glossary: Glossary | undefined): Feeder {
  const cache = new FeatureCache(config);
  const rates = {
    word: config.word_dropout,
    ngram: config.ngram_dropout,
    glossary: config.glossary_dropout,
  };
  const annotated = annotating(glossary);
  return {
    feeds: (items, padded, noise) => {
      const hidden = noise === undefined ? undefined : { ...rates, random: noise };
      return batchFeeds(items.map(annotated), cache, padded, hidden);
    },
    sizes: ({ word_index, word_parts }) => {
      const [B, L] = word_index!.shape as [number, number];
      return { B, L, U: word_parts!.shape[0]! };
    },
    piecesOf: () => 0,
  };
}

/** Puts what a glossary knows beside words; sentences that come again, as in training, are remembered. */
function annotating(glossary: Glossary | undefined): (item: BatchItem) => BatchItem {
  if (glossary === undefined) return (item) => item;
  const index = indexGlossary(glossary);
  const known = new WeakMap<readonly string[], readonly string[]>();
  return (item) => {
    let words = known.get(item.words);
    if (words === undefined) {
      words = index.annotate(item.words);
      known.set(item.words, words);
    }
    return { ...item, words };
  };
}

function pieceFeeder(encoder: EncoderFolder): Feeder {
  const tokenizer = createPieceTokenizer(encoder.tokenizer, encoder.folder);
  const longest = longestSequence(encoder.config);
  return {
    feeds(items, padded) {
      const sentences = items.map(({ words }) => words);
      return { ...pieceFeeds(sentences, tokenizer, longest), ...gridFeeds(sentences, padded) };
    },
    sizes: ({ word_mask, pieces }) => {
      const [B, L] = word_mask!.shape as [number, number];
      const [W, P] = pieces!.shape as [number, number];
      return { B, L, W, P };
    },
    piecesOf: (words) => countPieces(words, tokenizer),
  };
}
