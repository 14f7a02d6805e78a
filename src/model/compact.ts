/** The compact encoder: a word is the sum of hashed features of its spelling, so inflected and unseen words are known by their parts. */
import type { Value } from '../onnx/graph.ts';
import { gelu, layerNorm } from '../onnx/operators/elementwise.ts';
import { linear, matmul } from '../onnx/operators/products.ts';
import { gather, reduceSum, reshape, unsqueeze } from '../onnx/operators/structure.ts';
import { type Build, fanIn, parameter } from './build.ts';
import { type InputRange, normalizedRange } from './int8-lstm.ts';
import { tableRows } from './weights.ts';

export interface CompactSettings {
  readonly ngram_buckets: number;
  readonly ngram_emb_size: number;
  readonly bert_hid_size: number;
}

/**
 * Word states from spelling, and from what a glossary knows; each distinct word of a batch is computed once. Words differ much in
 * how many features they have, so these come in parts of few.
 * Inputs of the graph: `features` i32[S, F] table rows of each part, `feature_weight` f32[S, F] (0 at padding), `word_parts`
 * i32[U, R] the parts of each distinct word (part 0 is empty), `word_index` i32[B, L] the distinct word at each position (row 0 is
 * the padding word).
 * @returns f32[B, L, H]
 */
export function compactEncoder(build: Build, settings: CompactSettings): Value {
  const { graph } = build;
  const { ngram_buckets: buckets, ngram_emb_size: size, bert_hid_size: width } = settings;
  const features = graph.input('features', 'int32', ['S', 'F']);
  const weights = graph.input('feature_weight', 'float32', ['S', 'F']);
  const parts = graph.input('word_parts', 'int32', ['U', 'R']);
  const wordIndex = graph.input('word_index', 'int32', ['B', 'L']);
  const start = { kind: 'normal', deviation: 0.5 } as const;
  const rows = tableRows(build, 'compact.table', [buckets, size], start, features); // [S, F, E]
  const sums = reshape(graph, matmul(graph, unsqueeze(graph, weights, 1), rows), ['S', size]);
  build.bags.push({
    table: 'compact.table',
    sum: sums,
    rowsInput: 'features',
    weightsInput: 'feature_weight',
  });
  const bag = reduceSum(graph, gather(graph, sums, parts), [1]); // [U, E]
  const weight = parameter(build, 'compact.projection.weight', [width, size], fanIn(size));
  const bias = parameter(build, 'compact.projection.bias', [width], { kind: 'zeros' });
  const gain = parameter(build, 'compact.norm.weight', [width], { kind: 'ones' });
  const offset = parameter(build, 'compact.norm.bias', [width], { kind: 'zeros' });
  const distinct = layerNorm(
    graph,
    gelu(graph, linear(graph, bag, weight, bias, 'compact/projection')),
    gain,
    offset,
  );
  return gather(graph, distinct, wordIndex);
}

/** Below by GELU's least value; above it lies further than any of a thousand words of the annotated data. */
const SPREAD = [1.5, 8] as const;

/** The range of {@link compactEncoder}'s states. */
export function compactRange(build: Build, { bert_hid_size: width }: CompactSettings): InputRange {
  const norm = (part: string): Value => build.graph.parameter(`compact.norm.${part}`, [width]);
  return normalizedRange(build, norm('weight'), norm('bias'), SPREAD);
}
