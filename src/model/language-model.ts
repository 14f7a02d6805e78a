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

/** Where the names of parameters begin that no other model needs. */
export const LANGUAGE_MODEL = 'lm.';

const OUTPUT_TABLE = `${LANGUAGE_MODEL}output`;

/** A language model's training graph and its loss, f32[]. */
export interface LanguageModel {
  readonly build: Build;
  readonly loss: Value;
}

/**
 * Inputs besides the encoder's and `word_mask`: `candidates` i32[M] the vocabulary words compared; `next` and `previous`
 * i32[B·L] which candidate stands there, -100 where none is to be guessed.
 * @param vocabulary number of words that can be guessed
 * @returns the loss is the mean over both directions
 */
export function describeLanguageModel(config: Config, vocabulary: number): LanguageModel {
  const graph = new Graph();
  const build = createBuild(graph, { training: true, padded: true });
  const encoded = dropout(build, compactEncoder(build, config), config.emb_dropout, 'words');
  const mask = graph.input('word_mask', 'float32', ['B', 'L']);
  const states = biLstm(build, encoded, mask, config.lstm_hid_size); // [B, L, D]
  const half = config.lstm_hid_size / 2;
  const candidates = candidateRows(build, vocabulary, half); // [M, D/2]
  const direction = (start: number, name: string): Value => {
    const part = dropout(build, slice(graph, states, 2, start, start + half), config.out_dropout, name);
    const scores = matmul(graph, reshape(graph, part, ['B*L', half]), transposeLast(graph, candidates), 'lm');
    return crossEntropy(graph, scores, graph.input(name, 'int32', ['B*L']));
  };
  return { build, loss: scale(graph, add(graph, direction(0, 'next'), direction(half, 'previous')), 0.5) };
}

/** Output vectors of the words that are compared, from the input `candidates` i32[M]. @returns f32[M, width] */
export function candidateRows(build: Build, vocabulary: number, width: number): Value {
  const { graph } = build;
  const start = { kind: 'normal', deviation: 0.05 } as const;
  const table = parameter(build, OUTPUT_TABLE, [vocabulary, width], start);
  const rows = gather(graph, table, graph.input('candidates', 'int32', ['M']));
  build.bags.push({ table: OUTPUT_TABLE, sum: rows, rowsInput: 'candidates' });
  return rows;
}
