/**
 * Weights of matrix products and tables, which are float32 numbers, or in an int8 model whole numbers with a scale per output
 * or per row. Activations are then quantised as they come (ONNX Runtime's `DynamicQuantizeMatMul`).
 */
import type { Value } from '../onnx/graph.ts';
import { describe } from '../onnx/graph.ts';
import { ShapeError } from '../onnx/operators/check.ts';
import { cast, multiply } from '../onnx/operators/elementwise.ts';
import { linear } from '../onnx/operators/products.ts';
import { gather } from '../onnx/operators/structure.ts';
import { type Build, type Initializer, parameter, type QuantizedSpec } from './build.ts';

/** Names of the two tensors that an int8 model has in the place of one. */
export function int8Names(name: string): { readonly values: string; readonly scales: string } {
  return { values: `${name}_int8`, scales: `${name}_scale` };
}

function quantizedParameter(
  build: Build,
  source: string,
  layout: QuantizedSpec['layout'],
  shape: readonly number[],
): { values: Value; scales: Value } {
  const names = int8Names(source);
  const declare = (part: QuantizedSpec['part'], own: readonly number[], dtype: 'int8' | 'float32'): Value => {
    const quantized = { source, layout, part };
    build.parameters.set(names[part], { shape: own, dtype, start: { kind: 'zeros' }, quantized });
    return build.graph.parameter(names[part], own, dtype);
  };
  const scales = layout === 'columns' ? [shape[1]!] : [shape[0]!, 1];
  return { values: declare('values', shape, 'int8'), scales: declare('scales', scales, 'float32') };
}

/** The int8 weights of a product, i8[I, O], and its scales f32[O]. @param shape [I, O] */
export function int8Weights(
  build: Build,
  source: string,
  shape: readonly [number, number],
): { values: Value; scales: Value } {
  return quantizedParameter(build, source, 'columns', shape);
}

/** How a linear layer starts. */
export interface LinearStart {
  readonly weight: Initializer;
  readonly bias: Initializer;
}

/**
 * `x·Wᵀ + b` with the parameters `NAME.weight` f32[size, I] and `NAME.bias` f32[size].
 * @param x f32[…, I]
 * @returns f32[…, size]
 */
export function linearLayer(build: Build, x: Value, name: string, size: number, start: LinearStart): Value {
  const input = x.shape.at(-1) as number;
  if (!build.int8) {
    const weight = parameter(build, `${name}.weight`, [size, input], start.weight);
    const bias = parameter(build, `${name}.bias`, [size], start.bias);
    return linear(build.graph, x, weight, bias, name);
  }
  const bias = parameter(build, `${name}.bias`, [size], start.bias);
  return int8Product(build, x, `${name}.weight`, [input, size], bias);
}

/**
 * The product with an int8 tensor.
 * @param x f32[…, I]
 * @param source the float32 tensor that it stands for, f32[O, I]
 * @param shape [I, O]
 * @param bias f32[O]
 */
export function int8Product(
  build: Build,
  x: Value,
  source: string,
  shape: readonly [number, number],
  bias?: Value,
): Value {
  if (x.shape.at(-1) !== shape[0])
    throw new ShapeError(`int8Product: ${describe(x)} with [${shape}] (${source})`);
  const { values, scales } = int8Weights(build, source, shape);
  const spec = [{ dtype: 'float32' as const, shape: [...x.shape.slice(0, -1), shape[1]] }];
  const inputs = [x, values, scales, undefined, ...(bias === undefined ? [] : [bias])];
  return build.graph.node('DynamicQuantizeMatMul', inputs, spec, {}, { domain: 'com.microsoft' })[0]!;
}

/**
 * Rows of a table.
 * @param index i32[…]
 * @returns f32[…, width]
 */
export function tableRows(
  build: Build,
  name: string,
  shape: readonly [number, number],
  start: Initializer,
  index: Value,
): Value {
  const { graph } = build;
  if (!build.int8Words) return gather(graph, parameter(build, name, shape, start), index);
  const { values, scales } = quantizedParameter(build, name, 'rows', shape);
  return multiply(graph, cast(graph, gather(graph, values, index), 'float32'), gather(graph, scales, index));
}
