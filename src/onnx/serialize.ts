/** Turns a graph into the bytes of an ONNX model (opset 21, IR 10: the newest in which every operator we use has a CPU kernel). */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { type DType, dtypes, type TensorData } from './dtype.ts';
import type { Attribute, Graph, Value } from './graph.ts';

export const OPSET = 21;
const IR_VERSION = 10;

/** Where a tensor's bytes lie in a file. */
export interface FilePlace {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly start: number;
  readonly end: number;
}

/** Parameters that stay in a file, little-endian and row-major, which whoever runs the model maps into memory. */
export interface ExternalParameters {
  /** The file's folder; absent where there are no files, and `bytes` are given. */
  readonly folder?: string;
  /** All of the file, where it is in memory already. */
  readonly bytes?: Uint8Array;
  /** Its name inside the folder. */
  readonly file: string;
  readonly places: ReadonlyMap<string, FilePlace>;
}

/** Where parameters come from: fed at every run, baked in as initializers, or left in a file. */
export type ParameterSource = 'inputs' | ReadonlyMap<string, TensorData> | ExternalParameters;

/** Whether parameters are left in a file. */
export function isExternal(source: ParameterSource): source is ExternalParameters {
  return typeof source === 'object' && 'places' in source;
}

/** The ONNX model of a graph. @throws Error when a parameter has no tensor, or one of another shape */
export function serializeGraph(
  graph: Graph,
  parameters: ParameterSource,
  name = 'w2ner',
): Uint8Array<ArrayBuffer> {
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    producerName: 'w2ner',
    opsetImport: [
      { domain: '', version: BigInt(OPSET) },
      { domain: 'com.microsoft', version: 1n },
    ],
    graph: graphProto(graph, parameters, name),
  });
  return toBinary(ModelProtoSchema, model);
}

function graphProto(graph: Graph, parameters: ParameterSource, name: string, nested = false): GraphProto {
  const parameterValues = [...graph.parameters.values()];
  const inputs = parameters === 'inputs' ? [...graph.inputs, ...parameterValues] : graph.inputs;
  const initializers = [...graph.constants.values()].map(({ value, tensor }) =>
    tensorProto(value.name, tensor),
  );
  if (parameters !== 'inputs') {
    for (const value of parameterValues) initializers.push(initializer(value, parameters));
  }
  // A model's outputs get the names asked for. A nested graph's outputs are told by position: no copy is made for them.
  const nodes = graph.nodes.map((node) =>
    create(NodeProtoSchema, {
      opType: node.opType,
      domain: node.domain,
      input: node.inputs.map((value) => value?.name ?? ''),
      output: node.outputs.map((value) => value.name),
      attribute: Object.entries(node.attributes).map(([key, value]) => attributeProto(key, value)),
    }),
  );
  if (!nested) {
    for (const output of graph.outputs) {
      nodes.push(
        create(NodeProtoSchema, { opType: 'Identity', input: [output.value.name], output: [output.name] }),
      );
    }
  }
  return create(GraphProtoSchema, {
    name,
    node: nodes,
    initializer: initializers,
    input: inputs.map((value) => valueInfo(value.name, value)),
    output: graph.outputs.map((output) => valueInfo(nested ? output.value.name : output.name, output.value)),
  });
}

function initializer(
  value: Value,
  source: ExternalParameters | ReadonlyMap<string, TensorData>,
): TensorProto {
  const stored = isExternal(source) ? source.places.get(value.name) : source.get(value.name);
  if (stored === undefined) throw new Error(`parameter "${value.name}" has no tensor`);
  if (stored.shape.join() !== value.shape.join() || stored.dtype !== value.dtype) {
    throw new Error(
      `parameter "${value.name}" is ${stored.dtype}[${stored.shape}], the graph expects ${value.dtype}[${value.shape}]`,
    );
  }
  if ('data' in stored) return tensorProto(value.name, stored);
  const { file } = source as ExternalParameters;
  const entries = { location: file, offset: stored.start, length: stored.end - stored.start };
  return create(TensorProtoSchema, {
    name: value.name,
    dataType: dtypes[stored.dtype].onnx,
    dims: stored.shape.map(BigInt),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, entry]) => ({ key, value: String(entry) })),
  });
}

function tensorProto(name: string, tensor: TensorData): TensorProto {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return create(TensorProtoSchema, {
    name,
    dataType: dtypes[tensor.dtype].onnx,
    dims: tensor.shape.map(BigInt),
    rawData: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  });
}

function valueInfo(name: string, value: Value): ValueInfoProto {
  const dim = value.shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  const tensorType = { elemType: dtypes[value.dtype].onnx, shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensorType } } });
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  }
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  if ('graph' in value) {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.GRAPH,
      g: graphProto(value.graph, 'inputs', name, true),
    });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}
