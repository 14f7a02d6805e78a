/**
 * A bidirectional language model over the encoder and the BiLSTM (as ELMo's, Peters et al. 2018): the forward states guess
 * the next word, the backward states the one before, among a sample of the vocabulary. It teaches both parts from plain text.
 */
import type { Config } from '../config/schema.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import { add, scale } from '../onnx/operators/elementwise.ts';
import { crossEntropy, matmul, transposeLast } from '../onnx/operators/products.ts';
import { gather, reshape, slice } from '../onnx/operators/structure.ts';
import { biLstm } from './bilstm.ts';
import { type Build, createBuild, dropout, parameter } from './build.ts';
import { compactEncoder } from './compact.ts';

/** Name of the output table, which no other model needs. */
export const OUTPUT_TABLE = 'lm.output';

/**
 * Inputs besides the encoder's and `word_mask`: `candidates` i32[M] the vocabulary words compared; `next` and `previous`
 * i32[B·L] which candidate stands there, -100 where none is to be guessed.
 * @param vocabulary number of words that can be guessed
 * @returns the loss, f32[]: the mean over both directions
 */
export function describeLanguageModel(config: Config, vocabulary: number): { build: Build; loss: Value } {
  const graph = new Graph();
  const build = createBuild(graph, { training: true, padded: true });
  const encoded = dropout(build, compactEncoder(build, config), config.emb_dropout, 'words');
  const mask = graph.input('word_mask', 'float32', ['B', 'L']);
  const states = biLstm(build, encoded, mask, config.lstm_hid_size); // [B, L, D]
  const half = config.lstm_hid_size / 2;
  const table = parameter(build, OUTPUT_TABLE, [vocabulary, half], { kind: 'normal', deviation: 0.05 });
  const candidates = gather(graph, table, graph.input('candidates', 'int32', ['M'])); // [M, D/2]
  build.bags.push({ table: OUTPUT_TABLE, sum: candidates, rowsInput: 'candidates' });
  const direction = (start: number, name: string): Value => {
    const part = dropout(build, slice(graph, states, 2, start, start + half), config.out_dropout, name);
    const scores = matmul(graph, reshape(graph, part, ['B*L', half]), transposeLast(graph, candidates), 'lm');
    return crossEntropy(graph, scores, graph.input(name, 'int32', ['B*L']));
  };
  return { build, loss: scale(graph, add(graph, direction(0, 'next'), direction(half, 'previous')), 0.5) };
}
