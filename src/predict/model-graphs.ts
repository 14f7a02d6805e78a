/** The graphs that a model is used by: the whole in one, or in two passes with a gate between them. */
import { type Build, int8Parts } from '../model/build.ts';
import { gateScores } from '../model/gate.ts';
import { w2nerCells } from '../model/relations.ts';
import { describeGrid, describeStates, describeW2ner, type W2nerGraph } from '../model/w2ner.ts';
import type { ParameterSource } from '../onnx/serialize.ts';
import type { DeviceGraph } from '../runtime/engine.ts';
import type { ModelDescription } from '../weights/model-description.ts';

/** A model that can be compiled, with its weights baked in or left where they lie. */
export interface TaggerModel extends ModelDescription {
  readonly parameters: Exclude<ParameterSource, 'inputs'>;
}

/** Whether a model passes only part of its words on to the grid. */
export function isGated({ config }: ModelDescription): boolean {
  return config.gate_threshold !== null;
}

/** The graph for use, without dropout; padded for a BERT encoder. */
export function inferenceGraph(model: ModelDescription): DeviceGraph {
  return (device) => {
    const described = describeForUse(model, device === 'cpu');
    w2nerCells(described);
    return described.build.graph;
  };
}

/** The first pass: `states` f32[B, L, D], and `gate` f32[B, L] where the model has one. Sentences of one length. */
export function statesGraph(model: ModelDescription): DeviceGraph {
  return (device) => {
    const { build, words } = describeFirstPass(model, device === 'cpu');
    build.graph.output('states', words);
    if (isGated(model)) build.graph.output('gate', gateScores(build, words));
    return build.graph;
  };
}

/** The second pass, from `states` f32[B, L, D] on; its outputs are those of the whole. */
export function gridGraph(model: ModelDescription): DeviceGraph {
  return (device) => {
    const { config, labels } = model;
    const described = describeGrid(config, labels.size, graphOptions(model, device === 'cpu'));
    w2nerCells(described);
    return described.build.graph;
  };
}

/** The parameters that a model needs. */
export function declaredParameters(model: ModelDescription): Build['parameters'] {
  const { parameters } = describeForUse(model).build;
  if (!isGated(model)) return parameters;
  const { build, words } = describeFirstPass(model, false);
  gateScores(build, words);
  return new Map([...parameters, ...build.parameters]);
}

const graphOptions = ({ config }: ModelDescription, fused: boolean) => ({
  training: false,
  padded: false,
  ...int8Parts(config.weights),
  fused,
});

function describeFirstPass(model: ModelDescription, fused: boolean) {
  return describeStates(model.config, graphOptions(model, fused));
}

/** The whole model for use, without dropout; padded for a BERT encoder. */
export function describeForUse(model: ModelDescription, fused = false): W2nerGraph {
  const { config, labels, encoder } = model;
  const options = { ...graphOptions(model, fused), padded: encoder !== undefined, encoder: encoder?.config };
  return describeW2ner(config, labels.size, options);
}
