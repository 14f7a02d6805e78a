/**
 * A masked language model over the compact encoder and the transformer (Devlin et al. 2019, §3.1, task 1): some words are hidden
 * whole, and guessed from all the others among a sample of the vocabulary. It teaches both parts from plain text.
 */
import type { Config } from '../config/schema.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import { add, multiply, scale, shift } from '../onnx/operators/elementwise.ts';
import { crossEntropy, matmul, transposeLast } from '../onnx/operators/products.ts';
import { gather, reshape, unsqueeze } from '../onnx/operators/structure.ts';
import { type Build, createBuild, dropout, parameter } from './build.ts';
import { compactEncoder } from './compact.ts';
import { candidateRows, type LanguageModel } from './language-model.ts';
import { transformer } from './transformer.ts';

/**
 * Inputs besides the encoder's and `word_mask`: `candidates` i32[M] the vocabulary words compared; `hidden` f32[B, L], 1 at
 * words whose spelling is hidden; `asked` i32[Q] the places in B·L of the words to be guessed, `answers` i32[Q] which candidate
 * each is.
 * @param vocabulary number of words that can be guessed
 */
export function describeMaskedLanguageModel(config: Config, vocabulary: number): LanguageModel {
  const graph = new Graph();
  const build = createBuild(graph, { training: true, padded: true });
  const words = hideWords(build, compactEncoder(build, config));
  const mask = graph.input('word_mask', 'float32', ['B', 'L']);
  const states = transformer(build, words, mask, config); // [B, L, H]
  const kept = dropout(build, states, config.out_dropout, 'states');
  const flat = reshape(graph, kept, ['B*L', config.bert_hid_size]);
  const asked = gather(graph, flat, graph.input('asked', 'int32', ['Q'])); // [Q, H]
  const candidates = candidateRows(build, vocabulary, config.bert_hid_size);
  const scores = matmul(graph, asked, transposeLast(graph, candidates), 'lm'); // [Q, M]
  return { build, loss: crossEntropy(graph, scores, graph.input('answers', 'int32', ['Q'])) };
}

/** Puts one learned vector in the place of the states of hidden words. @param words f32[B, L, H] */
function hideWords(build: Build, words: Value): Value {
  const { graph } = build;
  const hidden = unsqueeze(graph, graph.input('hidden', 'float32', ['B', 'L']), 2);
  const shown = shift(graph, scale(graph, hidden, -1), 1); // [B, L, 1]
  const vector = parameter(build, 'lm.mask', [words.shape[2] as number], { kind: 'zeros' });
  return add(graph, multiply(graph, words, shown), multiply(graph, hidden, vector));
}
