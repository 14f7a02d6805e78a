/** A model as a repository of Triton Inference Server, which any ONNX Runtime can run as well: graph, weights, how to feed it. */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyFileAtomic, writeFileAtomic } from '../base/files.ts';
import { describeW2ner, w2nerCells } from '../model/w2ner.ts';
import type { DType } from '../onnx/dtype.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { add, multiply, scale, shift } from '../onnx/operators/elementwise.ts';
import { unsqueeze } from '../onnx/operators/structure.ts';
import { serializeGraph } from '../onnx/serialize.ts';
import { writeEncoderFiles } from '../weights/encoder-folder.ts';
import { ENCODER_FOLDER, externalParameters, modelFiles, type StoredModel } from '../weights/model-folder.ts';
import { writeNewFolder } from './new-folder.ts';
import { onnxCard } from './onnx-card.ts';

/** File names inside the repository. */
export const onnxFiles = { settings: 'config.pbtxt', version: '1', graph: 'model.onnx' } as const;

/**
 * Writes the repository.
 * @returns the path of its weights
 * @throws UserError `E_OUT`, `E_WRITE`
 */
export function writeOnnxRepository(model: StoredModel, out: string): string {
  const graph = describeForExport(model);
  writeNewFolder(out, (folder) => {
    const version = join(folder, onnxFiles.version);
    mkdirSync(version);
    copyFileAtomic(model.weights, join(version, modelFiles.weights));
    writeFileAtomic(join(version, onnxFiles.graph), serializeGraph(graph, externalParameters(model)));
    writeFileAtomic(join(folder, onnxFiles.settings), tritonSettings(graph));
    const labels = `${JSON.stringify(model.labels.toJSON(), null, 2)}\n`;
    writeFileAtomic(join(folder, modelFiles.labels), labels);
    if (model.encoder !== undefined) writeEncoderFiles(join(folder, ENCODER_FOLDER), model.encoder);
    writeFileAtomic(join(folder, modelFiles.card), onnxCard(basename(out), model, graph));
  });
  return join(out, onnxFiles.version, modelFiles.weights);
}

/** The graph for use by others: sentences of different lengths in a batch, nothing to feed that follows from the rest. */
export function describeForExport({ config, labels, encoder }: StoredModel): Graph {
  const model = describeW2ner(config, labels.size, {
    training: false,
    padded: true,
    encoder: encoder?.config,
    int8: config.weights === 'int8',
    computedDistance: true,
  });
  const { graph } = model.build;
  graph.output('logits', model.logits);
  w2nerCells({ ...model, logits: withoutPadding(graph, model.logits) });
  return graph;
}

/** Larger than any score. */
const CERTAIN = 1e9;

/** Scores by which padding has no relation, whatever biases leave there: no cell outside a sentence is put out. */
function withoutPadding(graph: Graph, logits: Value): Value {
  const mask = graph.inputs.find(({ name }) => name === 'word_mask')!;
  const pairs = multiply(graph, unsqueeze(graph, mask, 2), unsqueeze(graph, mask, 1)); // [B, L, L]
  const padding = unsqueeze(graph, shift(graph, scale(graph, pairs, -1), 1), 1); // [B, 1, L, L]
  const labels = logits.shape[1] as number;
  const none = Float32Array.from({ length: labels }, (_, k) => (k === 0 ? CERTAIN : 0));
  const bonus = graph.constant({ dtype: 'float32', shape: [1, labels, 1, 1], data: none });
  return add(graph, logits, multiply(graph, padding, bonus));
}

/** Triton's names of element types. */
const tritonTypes: Partial<Readonly<Record<DType, string>>> = {
  float32: 'TYPE_FP32',
  int32: 'TYPE_INT32',
  int64: 'TYPE_INT64',
};

/** Triton's description of a model. Without a name, a model has that of its folder, which can be renamed. */
function tritonSettings(graph: Graph): string {
  const entry = (name: string, { dtype, shape }: Value): string =>
    `  {\n    name: "${name}"\n    data_type: ${tritonTypes[dtype]!}\n` +
    `    dims: [ ${shape.map((size) => (typeof size === 'number' ? size : -1)).join(', ')} ]\n  }`;
  const list = (key: string, entries: readonly string[]): string => `${key} [\n${entries.join(',\n')}\n]\n`;
  return (
    '# Sizes are free, batches are made by whoever asks: README.md says how.\n' +
    'platform: "onnxruntime_onnx"\nmax_batch_size: 0\n' +
    list(
      'input',
      graph.inputs.map((value) => entry(value.name, value)),
    ) +
    list(
      'output',
      graph.outputs.map(({ name, value }) => entry(name, value)),
    )
  );
}
