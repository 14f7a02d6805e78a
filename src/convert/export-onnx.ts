/** A model as a repository of Triton Inference Server, which any ONNX Runtime can run as well: graph, weights, how to feed it. */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyFileAtomic, writeFileAtomic } from '../base/files.ts';
import { int8Parts } from '../model/build.ts';
import { w2nerCells } from '../model/relations.ts';
import { describeW2ner } from '../model/w2ner.ts';
import type { DType } from '../onnx/dtype.ts';
import type { Graph, Value } from '../onnx/graph.ts';
import { serializeGraph } from '../onnx/serialize.ts';
import { writeEncoderFiles } from '../weights/encoder-folder.ts';
import { modelFiles } from '../weights/model-description.ts';
import { ENCODER_FOLDER, externalParameters, type StoredModel } from '../weights/model-folder.ts';
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
    if (model.glossary !== undefined) {
      writeFileAtomic(join(folder, modelFiles.glossary), `${JSON.stringify(model.glossary, null, 2)}\n`);
    }
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
    ...int8Parts(config.weights),
    computedDistance: true,
  });
  const { graph } = model.build;
  graph.output('logits', model.logits);
  w2nerCells(model);
  return graph;
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
